"""migrate-user-db: the name leads inside, nothing acknowledged is lost, the old place takes no writes."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-migrate-user-db")
OLD, DATABASE = "users.cxyz123.us-east-1.rds.amazonaws.com", "lab_migrate_user_db"
place = (
    "for host in user-db user-db-new; do "
    f'psql "host=$host dbname={DATABASE} user=app password=app connect_timeout=3" -AtXqc "SELECT inet_server_addr()" || exit 1; done'
)
# A write that is taken back: it asks whether the old place would take one, and leaves nothing behind.
attempt = "BEGIN; INSERT INTO writes (n) VALUES (-1); SELECT 'the write would be taken'; ROLLBACK"
elsewhere = "BEGIN; INSERT INTO users VALUES (-1, 'probe', 'none'); SELECT 'the write would be taken'; ROLLBACK"


def same_server(reply: Reply) -> bool:
    return len(reply.text.split()) == 2 and len(set(reply.text.split())) == 1


def why_place(reply: Reply) -> str:
    if len(reply.text.split()) == 2:
        return "Two different servers answer: new connections to user-db still go to the old place."
    return "Whoever connects to user-db now gets no database: the name and a Pod behind it must both be there."


def why_lost(reply: Reply) -> str:
    if "missing" in reply.out:
        return (
            "The app was told ok for these rows. Rows that are written at the old place after the copy began are in no copy: "
            "writes must have ended there before the copy is made."
        )
    return "The ledger cannot be compared with the new database."


def why_not_inside(reply: Reply) -> str:
    if "not in user-db-new" in reply.out:
        return "The app still writes elsewhere: a changed name moves new connections only, and it keeps its old one while that works."
    if "no write" in reply.err:
        return "The app gets no ok for a write any more: customers are waiting."
    return "The new database cannot be asked now."


CHECKS = [
    Check(
        "name-leads-inside",
        probe.run("which server answers at user-db, which at user-db-new", place),
        same_server,
        "the same server at both names",
        why_place,
        "kubectl -n lab-migrate-user-db get svc user-db -o yaml: type, selector, ports",
    ),
    Check(
        "nothing-lost",
        probe.run("the ledger against the new database", "python3 /programs/compare.py lost"),
        lambda reply: reply.status == 0,
        "0 acknowledged writes missing",
        why_lost,
        "SELECT count(*), max(n) FROM writes at both places, and when the last write at the old place was",
    ),
    Check(
        "old-place-is-fenced",
        probe.sql(OLD, attempt, DATABASE),
        # the words of the database itself
        lambda reply: reply.status != 0 and ("ERROR:" in reply.err or "FATAL:" in reply.err),
        "an error: the old database refuses the write",
        "As long as the old place takes writes, a client with an old connection or an old "
        "address writes there, and nobody sees those rows again. (An error that does not come from the database is no fence.)",
        f"as course on {OLD}: SELECT has_database_privilege('app', '{DATABASE}', 'CONNECT')",
    ),
    Check(
        "others-are-left-alone",
        probe.sql(OLD, elsewhere),
        lambda reply: reply.status == 0,
        "the write would be taken",
        "Other apps use the same server as the same user. A fence for the role or for the whole server stops them, too.",
        f"as course on {OLD}: SELECT rolname, rolcanlogin, rolconfig FROM pg_roles WHERE rolname = 'app'",
    ),
    Check(
        "writes-go-on-inside",
        probe.run("where the next write goes", "python3 /programs/compare.py next"),
        lambda reply: reply.status == 0,
        "a write that is acknowledged now, in user-db-new",
        why_not_inside,
        "kubectl -n lab-migrate-user-db logs deploy/writer --tail 3",
    ),
]
