"""What lesson tls_and_host asks of the learner, and how it is judged."""

import json

from course.exercise import Check, Exercise, Pod, Prediction, Probe, Reply, Wrong

client = Pod("production", "client")
shop, report, clients = (Pod("production", f"deploy/{name}") for name in ("shop", "report", "clients"))
SETTINGS = "kubectl set env deployment/{0} -n production --list, and what it says: kubectl exec -n production deployment/{0} -- {1}"
ALIAS = "kubectl create service externalname {} -n production --external-name {} --dry-run=client -o yaml | kubectl apply -f -\n"
DATABASE = "prod-db.us-east-1.rds.amazonaws.com"


def app(name: str, variables: str) -> str:
    """A script that makes this Deployment afresh. variables: `NAME: value` pairs of its environment."""
    env = ", ".join(
        f"{{name: {key}, value: '{value}'}}"
        for key, _, value in (pair.partition(": ") for pair in variables.split(", "))
    )
    return f"""kubectl delete deployment {name} -n production --ignore-not-found --cascade=foreground
cat <<'YAML' | kubectl apply -n production -f -
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: {name}
          image: localhost/externalname-lab:1
          imagePullPolicy: Never
          command: [sleep, infinity]
          env: [{env}]
          volumeMounts: [{{name: ca, mountPath: /ca}}, {{name: programs, mountPath: /programs}}]
      volumes:
        - {{name: ca, configMap: {{name: outside-ca}}}}
        - {{name: programs, configMap: {{name: programs, optional: true}}}}
YAML
kubectl rollout status deployment/{name} -n production --timeout=180s
"""


PROGRAMS = """cat <<'YAML' | kubectl apply -n production -f -
apiVersion: v1
kind: ConfigMap
metadata: {name: programs}
data:
  billing: |
    curl -sS -m 10 --connect-to "$EXPECT:443:partner-api:443" "https://$EXPECT/"
  ledger: |
    curl -sS -m 10 "https://$LEDGER_HOST:8443/"
  feed: |
    curl -sS -m 10 -H "Host: $FEED_HOST" http://partner-api/
YAML
"""


def first_line_of(program: str) -> Probe:
    """What one of the programs answers, or the first line of its complaint."""
    return clients.run(f"sh /programs/{program}", f"sh /programs/{program} 2>&1 | head -1")


def seen(reply: Reply) -> dict[str, str]:
    """What the server says it saw: server, host, sni; empty where no server of the course answered."""
    try:
        return dict(json.loads(reply.out.splitlines()[0]))
    except (IndexError, ValueError):
        return {}


def is_the_partner(reply: Reply) -> bool:
    """The partner's own site answered, and the handshake named it."""
    return seen(reply) == {"server": "api.example.com", "host": "api.example.com", "sni": "api.example.com"}


def why_no_partner(reply: Reply) -> str:
    what = seen(reply)
    if what.get("server") == "api.example.com" and not what["sni"]:
        return "The site answers, and everything went over the network in clear: nobody proved anything."
    if what:
        return (
            "A server answers that does not know the name it was told: nobody checked whether it is the partner's site."
        )
    if "subject name" in reply.out:
        return "The certificate holds the partner's name, and the program was given another one: each spelling of the alias is a name of its own."
    if "resolve host" in reply.out:
        return "The program was given a name that leads nowhere."
    return "No server of the partner answered."


def why_no_report(reply: Reply) -> str:
    if "does not match" in reply.err:
        return "The server proves to be the provider's, and the report expects another name: the one in PGHOST."
    if "translate host name" in reply.err:
        return "PGHOST holds a name that leads nowhere."
    return "The report reaches no database that lets it in."


def why_not_strict(reply: Reply) -> str:
    if reply.text:
        return "Told to expect another server, the report read its rows all the same: whoever answers at that address can feed it."
    return "The report says nothing of the certificate, so nobody sees whether it looks at it."


def why_no_ledger(reply: Reply) -> str:
    if "subject name" in reply.out:
        return "The certificate of the legacy API holds a name for TLS, and the setting holds another one, though both lead to the same server."
    return "The legacy API does not answer by the name in the setting."


def why_no_feed(reply: Reply) -> str:
    if seen(reply).get("server") == "no such site":
        return "The server is there, and has no site of the name in the Host header: this fails without TLS, too."
    return "No server answered over plain HTTP."


def why_no_check(reply: Reply) -> str:
    if "no such site" in reply.out or "api.example.com" in reply.out or "legacy-api" in reply.out:
        return "Told to expect somebody else, a program took the answer all the same: it talks encrypted to anybody."
    return "A program says nothing of the certificate, so nobody sees whether it looks at it."


TASKS = [
    Prediction(
        slug="alias-and-certificate",
        options={
            "0": "the same answer as to the first: it is the same server",
            "60": "an error about the certificate",
            "7": "connection refused",
        },
        asks=client.http("https://partner-api/"),
        reads=lambda reply: str(reply.status),
    ),
    Prediction(
        slug="name-in-the-handshake",
        options={
            "partner-api": "the alias, partner-api",
            "api.example.com": "the target, api.example.com",
            "": "none: the name of an alias is not sent",
        },
        asks=client.http("https://partner-api/", "-k"),
        reads=lambda reply: seen(reply)["sni"],
    ),
    Prediction(
        slug="answer-of-another",
        options={
            "legacy-api": "it prints that server's answer",
            "": "it stops: the certificate is another one than before",
        },
        asks=client.http("https://partner-api:8443/", "-k -H 'Host: api.example.com'"),
        reads=lambda reply: seen(reply).get("server", ""),
    ),
    Prediction(
        slug="host-header-alone",
        options={
            "0": "nothing: the server answers, since the header names its site",
            "60": "the same error about the certificate as without the header",
        },
        asks=client.http("https://partner-api/", "-H 'Host: api.example.com'"),
        reads=lambda reply: str(reply.status),
    ),
    Prediction(
        slug="name-of-a-cluster-ip",
        options={
            "0": "nothing: with a cluster IP there is no alias whose name could be compared",
            "60": "an error about the certificate",
            "7": "connection refused",
        },
        asks=client.http("https://partner-api-ip/"),
        reads=lambda reply: str(reply.status),
    ),
    Exercise(
        slug="the-shops-url",
        title="The shop's URL",
        minutes=2,
        setup=app("shop", "CURL_CA_BUNDLE: /ca/ca.crt, URL: https://partner-api/"),
        patience=20,
        judge=[
            Check(
                "shop-reaches-the-partner",
                shop.run('in a Pod of shop: curl -sS "$URL"', 'curl -sS -m 10 "$URL" 2>&1 | head -1'),
                is_the_partner,
                "the partner's site, which saw its own name in SNI and in Host",
                why_no_partner,
                SETTINGS.format("shop", "sh -c 'curl -sSv \"$URL\"'"),
            ),
        ],
        fresh={"shop-reaches-the-partner": "host name 'partner-api'"},
        hints=(
            "Three things go by the name in the URL: the certificate check, SNI and Host. Which name is right for all three?",
            "The certificate holds api.example.com. You saw it work in the first cell that used curl.",
            "kubectl set env deployment/shop -n production URL=..., with https:// and the partner's real name.",
        ),
        why="With the real name in the URL all three are right, and nothing is switched off. The alias gave the shop nothing that it needed.",
        wrong={
            "in-clear": Wrong(
                cell="""kubectl set env deployment/shop -n production URL=http://api.example.com/
kubectl rollout status deployment/shop -n production""",
                fails=("shop-reaches-the-partner",),
                says={"shop-reaches-the-partner": "in clear"},
            ),
            "the-long-name": Wrong(
                cell="""kubectl set env deployment/shop -n production URL=https://partner-api.production.svc.cluster.local/
kubectl rollout status deployment/shop -n production""",
                fails=("shop-reaches-the-partner",),
                says={"shop-reaches-the-partner": "host name 'partner-api.production.svc.cluster.local'"},
            ),
        },
    ),
    Prediction(
        slug="where-and-whom",
        options={
            "partner-api": "the first alone: the name must be the one it connected to",
            "api.example.com": "the second alone: the name must be the one in the certificate",
            "partner-api api.example.com": "both: it is the same server",
        },
        asks=client.run(
            "two TLS connections to partner-api, each with another name to check",
            "for name in partner-api api.example.com; do openssl s_client -connect partner-api:443 -servername $name "
            "-verify_hostname $name -verify_return_error -CAfile /ca/ca.crt </dev/null >/dev/null 2>&1 && echo $name; done; true",
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Prediction(
        slug="two-spellings",
        options={
            "legacy-api": "legacy-api alone",
            "legacy-api.production.svc.cluster.local": "the long form alone",
            "legacy-api legacy-api.production.svc.cluster.local": "both: they are the same Service",
        },
        asks=client.run(
            "both spellings",
            "for name in legacy-api legacy-api.production.svc.cluster.local; do "
            "curl -s -o /dev/null -m 8 https://$name:8443/ && echo $name; done; true",
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Prediction(
        slug="name-that-leads-elsewhere",
        options={
            "0": "nothing: the partner's site answers",
            "60": "an error: the address is not the one that the partner's name has",
        },
        asks=client.http("https://api.example.com/"),
        reads=lambda reply: str(reply.status),
    ),
    Prediction(
        slug="modes-that-complain",
        options={
            "": "none of them: the server is the right one",
            "verify-full": "verify-full alone",
            "verify-ca verify-full": "verify-ca and verify-full",
            "require verify-ca verify-full": "all three",
        },
        asks=client.run(
            "three modes",
            "for mode in require 'verify-ca sslrootcert=/ca/ca.crt' 'verify-full sslrootcert=/ca/ca.crt'; do "
            'psql "host=external-database sslmode=$mode user=app password=app dbname=users connect_timeout=10" '
            '-AtXqc "SELECT 1" >/dev/null 2>&1 || echo ${mode%% *}; done',
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Exercise(
        slug="report-after-the-audit",
        title="The report after the audit",
        minutes=4,
        setup=ALIAS.format("external-database", DATABASE)
        + app(
            "report",
            "PGHOST: external-database, PGUSER: app, PGPASSWORD: app, PGDATABASE: users, PGSSLMODE: verify-full, PGSSLROOTCERT: /ca/ca.crt",
        ),
        patience=20,
        judge=[
            Check(
                "report-reads",
                report.run(
                    "in a Pod of report: psql, with the variables it has",
                    "PGCONNECT_TIMEOUT=5 psql -AtXqc 'SELECT name FROM users WHERE id = 1'",
                ),
                lambda reply: reply.text == "Ada",
                "the row of Ada",
                why_no_report,
                SETTINGS.format("report", "psql -c 'SELECT 1'"),
            ),
            Check(
                "report-is-strict",
                report.run(
                    "the same, connected to the same address and told to expect somebody.example.com",
                    f"PGCONNECT_TIMEOUT=5 PGHOSTADDR=$(dig +short {DATABASE} | tail -1) PGHOST=somebody.example.com psql -AtXqc 'SELECT current_database()'",
                ),
                lambda reply: "does not match" in reply.err,
                "a refusal: the certificate does not match",
                why_not_strict,
                "PGSSLMODE and PGSSLROOTCERT: kubectl set env deployment/report -n production --list",
            ),
        ],
        fresh={"report-reads": 'host name "external-database"'},
        hints=(
            "Which name is in the certificate, and which name does the report expect? Its own words hold both.",
            "libpq checks the name in PGHOST. It may connect by another way, but it need not.",
            "kubectl set env deployment/report -n production PGHOST=..., with the provider's name, which the certificate covers.",
        ),
        why="`verify-full` compares the certificate with `PGHOST`. With the provider's name in it, nothing has to be loosened. (`PGHOSTADDR` could give the address beside it, and then somebody has to keep it.)",
        wrong={
            "require": Wrong(
                cell="""kubectl set env deployment/report -n production PGSSLMODE=require PGSSLROOTCERT-
kubectl rollout status deployment/report -n production""",
                fails=("report-is-strict",),
                says={"report-is-strict": "read its rows all the same"},
            ),
            "two-labels": Wrong(
                cell="""kubectl set env deployment/report -n production PGHOST=users.cxyz123.us-east-1.rds.amazonaws.com
kubectl rollout status deployment/report -n production""",
                fails=("report-reads",),
                says={"report-reads": '"users.cxyz123.us-east-1.rds.amazonaws.com"'},
            ),
        },
    ),
    Prediction(
        slug="labels-of-a-wildcard",
        options={
            DATABASE: "prod-db.us-east-1.rds.amazonaws.com alone",
            f"{DATABASE} users.cxyz123.us-east-1.rds.amazonaws.com": "both: both end with us-east-1.rds.amazonaws.com",
            "": "neither: a real name is never covered by a wildcard",
        },
        asks=client.run(
            "both names",
            f"for name in {DATABASE} users.cxyz123.us-east-1.rds.amazonaws.com; do "
            'psql "host=$name sslmode=verify-full sslrootcert=/ca/ca.crt user=app password=app dbname=users connect_timeout=10" '
            '-AtXqc "SELECT 1" >/dev/null 2>&1 && echo $name; done; true',
        ),
        reads=lambda reply: " ".join(reply.out.split()),
    ),
    Exercise(
        slug="three-clients",
        title="Pick the fix for three clients",
        minutes=8,
        setup=ALIAS.format("partner-api", "api.example.com")
        + ALIAS.format("legacy-api", "legacy.example.net")
        + PROGRAMS
        + app(
            "clients",
            "CURL_CA_BUNDLE: /ca/ca.crt, EXPECT: partner-api, LEDGER_HOST: legacy-api.production.svc.cluster.local, FEED_HOST: partner-api",
        ),
        patience=20,
        judge=[
            Check(
                "billing-works",
                first_line_of("billing"),
                is_the_partner,
                "the partner's site, which saw its own name in SNI and in Host",
                why_no_partner,
                SETTINGS.format("clients", "cat /programs/billing"),
            ),
            Check(
                "ledger-works",
                first_line_of("ledger"),
                lambda reply: seen(reply).get("server") == "legacy-api",
                "an answer of legacy-api",
                why_no_ledger,
                "the names in that certificate: openssl s_client -connect legacy-api:8443 in the Pod, as at the beginning of the lesson; then LEDGER_HOST",
            ),
            Check(
                "feed-works",
                first_line_of("feed"),
                lambda reply: seen(reply).get("server") == "api.example.com",
                "an answer of the site api.example.com",
                why_no_feed,
                SETTINGS.format("clients", "cat /programs/feed"),
            ),
            Check(
                "nothing-is-switched-off",
                clients.run(
                    "billing and ledger, told to expect somebody else",
                    "EXPECT=somebody.example.com sh /programs/billing; "
                    "[ $? = 60 ] && LEDGER_HOST=partner-api sh /programs/ledger; "
                    "[ $? = 60 ] && echo both refuse",
                ),
                lambda reply: reply.text == "both refuse",
                "both refuse: the certificate is for somebody else",
                why_no_check,
                "what the programs do: kubectl get configmap programs -n production -o yaml",
            ),
        ],
        fresh={
            "billing-works": "host name 'partner-api'",
            "ledger-works": "though both lead to the same server",
            "feed-works": "fails without TLS, too",
        },
        hints=(
            "For each program ask: which name is compared with what? For billing and ledger it is a certificate, for feed it is the list of the server's sites.",
            "Look at the two certificates: openssl s_client in the Pod client, to partner-api:443 and to legacy-api:8443. They hold different names, and only the short spelling of one alias is among them.",
            "EXPECT and FEED_HOST are the partner's real name. LEDGER_HOST is the spelling of the alias that the legacy certificate holds.",
        ),
        why="Each fix gives a *name* to whoever compares it: the real name to the certificate check (`billing`) and to the server's list of sites (`feed`), and the spelling that its owner put into the certificate to `ledger`. `legacy.example.net` is in that certificate too, and is right as well.",
        wrong={
            "minus-k": Wrong(
                cell="""kubectl get configmap programs -n production -o yaml | sed 's/curl -sS/curl -sSk/' | kubectl apply -f -
kubectl set env deployment/clients -n production EXPECT=api.example.com LEDGER_HOST=legacy-api FEED_HOST=api.example.com
kubectl rollout status deployment/clients -n production""",
                fails=("nothing-is-switched-off",),
                says={"nothing-is-switched-off": "encrypted to anybody"},
            ),
            "one-name-for-all": Wrong(
                cell="""kubectl set env deployment/clients -n production EXPECT=api.example.com LEDGER_HOST=api.example.com FEED_HOST=api.example.com
kubectl rollout status deployment/clients -n production""",
                fails=("ledger-works",),
                says={"ledger-works": "host name 'api.example.com'"},
            ),
            "the-short-alias-for-all": Wrong(
                cell="""kubectl set env deployment/clients -n production EXPECT=legacy-api LEDGER_HOST=legacy-api FEED_HOST=legacy-api
kubectl rollout status deployment/clients -n production""",
                fails=("billing-works", "feed-works"),
                says={"billing-works": "host name 'legacy-api'"},
            ),
        },
    ),
]
