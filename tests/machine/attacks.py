"""What a participant may try from inside a desk, as root in it, with the desk's own token of the hub."""

from dataclasses import dataclass

CLOSED = "000"  # what curl says where nothing answered


@dataclass(frozen=True)
class Ask:
    """A request to the hub's API with the desk's token. OTHER, ME: names of desks. refused: the right answers."""

    what: str
    method: str
    path: str
    body: str = ""
    refused: tuple[int, ...] = (403, 404)


OF_THE_HUB = (
    Ask("who is in the room", "GET", "users"),
    Ask("another participant", "GET", "users/OTHER"),
    Ask("start another's desk", "POST", "users/OTHER/server"),
    Ask("stop another's desk", "DELETE", "users/OTHER/server"),
    Ask("remove another participant", "DELETE", "users/OTHER"),
    Ask("a token of another's", "POST", "users/OTHER/tokens", "{}"),
    Ask("a token of the facilitator's", "POST", "users/facilitator/tokens", "{}"),
    Ask("be an admin", "PATCH", "users/ME", '{"admin": true}'),
    Ask("take another's name", "PATCH", "users/ME", '{"name": "facilitator"}'),
    Ask("a participant past the door", "POST", "users/mallory"),
    Ask("another seems to be at work", "POST", "users/OTHER/activity", '{"servers": {}}'),
    Ask("a second desk of one's own", "POST", "users/ME/servers/second", "{}", (400, 403, 404)),
    Ask("share a desk that is another's", "POST", "shares/OTHER/", '{"user": "ME"}'),
    Ask("end the hub", "POST", "shutdown", "{}"),
    Ask("the proxy's table", "GET", "proxy"),
    Ask("send all to another proxy", "PATCH", "proxy", '{"ip": "127.0.0.1"}'),
    Ask("the hub's services", "GET", "services"),
    Ask("make a group of admins", "POST", "groups/admins", "{}"),
)
# Addresses that no desk reaches; the words in capitals are filled in by the test.
ADDRESSES = {
    "another desk": "http://DESK:8888/api",
    "another desk's engine or cluster": "https://DESK:6443/",
    "the API of the hub's cluster": "https://API/version",
    "the same by the node's address": "https://NODE:6443/version",
    "the node's kubelet": "https://NODE:10250/pods",
    "the node's etcd": "https://NODE:2379/health",
    "the proxy's own API": "http://PROXY_API:8001/api/routes",
    "the proxy by the node's port": "http://NODE:30080/hub/login",
    "the hub on the machine": "http://MACHINE:8000/hub/login",
    "the cloud's metadata": "http://169.254.169.254/latest/meta-data/",
}
# What curl says of each address, and its exit code where nothing came; one line each, in order.
REACH = 'for url; do curl -ksS -o /dev/null -m 4 -w "%{http_code}\\n" "$url" 2>/dev/null || true; done'
CALL = (
    'curl -sS -o /dev/null -m 20 -w "%{http_code}" -X "$1" -d "$3" '
    '-H "Authorization: token $JUPYTERHUB_API_TOKEN" "$JUPYTERHUB_API_URL/$2"'
)
# Secrets of the room, other volumes, and a token of the hub's cluster: what each finds, a line each.
LOOK = (
    "env | grep -E 'CONFIGPROXY|WARM|ROOM_CODE|FACILITATOR'; ls -d /run/secrets/kubernetes.io /srv/hub "
    "/var/local-path-provisioner /etc/kubernetes 2>/dev/null; true"
)
# What a desk may try at the facilitator's board, with its own token: what, method, path, body, the right answers.
OF_THE_BOARD = (
    Ask("the page", "GET", "", "", (302, 403)),
    Ask("the rows of all", "GET", "rows", "", (302, 403)),
    Ask("the events", "GET", "events", "", (302, 403)),
    Ask("say something to all", "POST", "message", "value=hello", (403,)),
    Ask("set the lesson of all", "POST", "lesson", "value=interview", (403,)),
    Ask("release the solutions", "POST", "held", "value=no", (403,)),
    Ask("end another's wish for help", "POST", "helped", "value=OTHER", (403,)),
    Ask("report for another", "POST", "desk", '{"report": {"name": "OTHER"}}', (400,)),
    Ask("report for another beside one's own", "POST", "desk", '{"name": "OTHER", "report": 1}', (400,)),
    Ask("a report of no kind", "POST", "desk", "[" * 9000, (400,)),
    Ask("a number that is none", "POST", "desk", '{"report": {"hints": 1e999}}', (400,)),
)
AT_THE_BOARD = (
    'curl -sS -o /dev/null -m 20 -w "%{http_code}" -X "$1" -d "$3" '
    '-H "Authorization: token $JUPYTERHUB_API_TOKEN" "${COURSE_BOARD%desk}$2"'
)
# A report of 1 MB, then one without a token and one with a token of nobody's: what curl says of each.
UNHEARD = """
head -c 1000000 /dev/zero | curl -sS -o /dev/null -m 20 -w '%{http_code}\\n' --data-binary @- \\
  -H "Authorization: token $JUPYTERHUB_API_TOKEN" "$COURSE_BOARD" 2>/dev/null || true
curl -sS -o /dev/null -m 20 -w '%{http_code}\\n' -d '{}' "$COURSE_BOARD"
curl -sS -o /dev/null -m 20 -w '%{http_code}\\n' -d '{}' -H 'Authorization: token abc' "$COURSE_BOARD"
"""
# The same report for some seconds: what the desk says by itself stands there only in between.
SAY_OFTEN = """
for _ in $(seq 50); do
  curl -sS -o /dev/null -m 20 -d "$1" -H "Authorization: token $JUPYTERHUB_API_TOKEN" "$COURSE_BOARD"
  sleep 0.2
done
"""

# The same from the node of the desk's own cluster. Its networks are those of the hub's cluster, so the way to each
# address is made by hand there, as an attacker would: $1 the addresses, then the URLs.
FROM_THE_INNER_NODE = """
node=$(podman ps --format '{{.Names}}' | grep -- -control-plane)
podman exec "$node" sh -c '
  way=$(ip route show default | cut -d" " -f3)
  for address in $1; do ip route replace "$address" via "$way"; done
  shift
  for url; do curl -ksS -o /dev/null -m 4 -w "%{http_code}\\n" "$url" 2>/dev/null || true; done
' sh "$@"
"""
# A packet with another desk's address as its sender, to the hub: $1 that address, $2 the hub's URL. What curl says.
AS_ANOTHER = """
ip address add "$1/32" dev lo
curl -sS -o /dev/null -m 4 -w '%{http_code}' --interface "$1" "$2" 2>/dev/null || true
ip address del "$1/32" dev lo
"""
# What root has of a machine: each disk and whether it can be read, the kernel's log, all rights.
RIGHTS = """
for disk in $(find /dev -maxdepth 1 -type b -name '[vsn]d*' | sort); do
  head -c 512 "$disk" > /dev/null 2>&1; echo "$disk $?"
done
dmesg > /dev/null; echo "log $?"
grep CapEff /proc/self/status
"""
IN_THE_INNER_NODE = """
podman exec "$(podman ps --format '{{.Names}}' | grep -- -control-plane)" sh -c "$1"
"""
