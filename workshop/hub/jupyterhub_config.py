"""The hub's settings. What differs from room to room comes from the environment: workshop/hub/manifests.yaml."""

import asyncio
import dbm
import hmac
import os
import sys
from collections import defaultdict
from pathlib import Path

from firstuseauthenticator import FirstUseAuthenticator
from kubespawner import KubeSpawner
from tornado import web

HERE = "/etc/hub"
sys.path.insert(0, HERE)
# These lie beside this file.
from ended import Ended, not_begun, why  # noqa: E402
from room import LONGEST, NAME, NO_NAME, SEAT, TOO_LONG, Door, Guesses, Seats  # noqa: E402

PROVIDER = bool(os.environ.get("OAUTH_CLIENT_ID"))  # src/course/workshop/provider.py has the names of these settings
FACILITATOR = os.environ["OAUTH_ADMIN"].lower() if PROVIDER else "facilitator"
DATA = "/srv/hub"  # a volume: the hub may be started again at any time
DOOR = Door(os.environ["ROOM_CODE"])
FACILITATORS = os.environ["FACILITATOR_PASSWORD"]
GUESSES = defaultdict(lambda: Guesses("passwords of this name"))
SEATS = Seats(Path(DATA) / "seats")
ENDED = Ended(f"{DATA}/ended.json")
c = get_config()  # noqa: F821  # JupyterHub gives it


class Room(FirstUseAuthenticator):
    """A name of one's own and a password, first come first served; the room's code with it, the first time."""

    async def authenticate(self, handler, data):
        """The name or the seat that it took, or None with the reason on the page."""
        name = self.normalize_username(data["username"])
        if name.startswith(SEAT):
            handler.custom_login_error = f"Names that begin with {SEAT} are the room's own: take another."
            return None
        if not self.validate_username(name):  # JupyterHub asks this of the seat, which is always a name
            handler.custom_login_error = NO_NAME
            return None
        if name == FACILITATOR:  # the one that is printed cannot be guessed; to look at each try would stop the hub
            return name if hmac.compare_digest(data["password"].encode(), FACILITATORS.encode()) else None
        if why := self.refuses(name, data):
            handler.custom_login_error = why
            return None
        known = await super().authenticate(handler, data)
        if known is None:
            GUESSES[name].was_wrong()
        return known and seat(handler, name)

    def get_handlers(self, app):
        """Without the page for a new password: it would write it under the name of the seat, where nobody looks."""
        return [handler for handler in super().get_handlers(app) if "change-password" not in handler[0]]

    def refuses(self, name, data):
        """Why a password is not looked at; "" where it is. To look at one takes the hub a third of a second."""
        with dbm.open(self.dbm_path, "c", 0o600) as passwords:
            is_new = name.encode() not in passwords
        why = DOOR.refuses(data.get("otp") or "") if is_new else GUESSES[name].too_many()
        return why or (TOO_LONG if len(data["password"].encode()) > LONGEST else "")


def seat(handler, name):
    """The hub's name of the desk that this name has from now on."""
    return SEATS.of(name, new=handler.find_user(name) is None)


def take_a_seat(_authenticator, handler, known):
    """Who the provider knows and the facilitator allowed takes a seat as well; none is told apart by a seat's name."""
    if known["name"].startswith(SEAT):
        raise web.HTTPError(403, f"Names that begin with {SEAT} are the room's own.")
    return known if known["name"] == FACILITATOR else known | {"name": seat(handler, known["name"])}


def where_to(handler):
    """After sign-in: the facilitator to the board, since a desk would take a participant's seat; others to theirs."""
    user = handler.current_user
    return "/services/board/" if user and user.admin else ""


c.Authenticator.admin_users = {FACILITATOR}
c.JupyterHub.default_url = where_to
if not PROVIDER:
    c.JupyterHub.authenticator_class = Room
    c.FirstUseAuthenticator.dbm_path = f"{DATA}/passwords.dbm"
    c.Authenticator.allow_all = True  # whoever came through the door
    c.Authenticator.username_pattern = NAME
    c.Authenticator.request_otp = True
    c.Authenticator.otp_prompt = "Join code of the room (the first time):"
else:  # its addresses, the client's id and secret are read by oauthenticator itself, from the environment
    allowed = {name.strip().lower() for name in os.environ["OAUTH_ALLOWED"].split(",")}
    c.JupyterHub.authenticator_class = "generic-oauth"
    c.GenericOAuthenticator.scope = os.environ.get("OAUTH_SCOPE", "").split()
    c.GenericOAuthenticator.allow_all = "*" in allowed
    c.GenericOAuthenticator.allowed_users = allowed - {"*"}
    c.Authenticator.username_pattern = r"[\w.@+-]{1,80}\Z"
    c.Authenticator.post_auth_hook = take_a_seat

namespace = os.environ["NAMESPACE"]
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://hub.{namespace}.svc:8081"
c.JupyterHub.db_url = f"sqlite:///{DATA}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{DATA}/cookie-secret"
c.JupyterHub.cleanup_servers = False  # desks outlive the hub
c.JupyterHub.last_activity_interval = 10  # as often the proxy is told its routes anew: it may have been killed
c.JupyterHub.active_server_limit = int(os.environ["SEATS"])
c.JupyterHub.api_page_max_limit = 300  # seats at most: the board asks for all of them at once
c.JupyterHub.concurrent_spawn_limit = int(os.environ["AT_ONCE"])  # a cluster that begins keeps a processor busy
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}  # who waits sees what is done, from the first second
c.JupyterHub.template_paths = [HERE]
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://proxy-api.{namespace}.svc:8001"

# Services with a token each, and with the rights that they need alone.
IDLE = int(os.environ["IDLE_SECONDS"])
CULLER = [sys.executable, "-m", "jupyterhub_idle_culler", "--url=http://127.0.0.1:8081/hub/api"]
CULLER += [f"--timeout={IDLE}", f"--cull-every={max(IDLE // 4, 5)}"]
c.JupyterHub.services = [
    {"name": "idle-culler", "command": CULLER},  # a desk that nobody uses is stopped; its volume stays
    {"name": "warm", "api_token": os.environ["WARM"]},  # warm.py: desks ahead of the session; look.py: the board's rows
    {
        "name": "board",  # board.py: the facilitator's page; only admins have the right to open a service
        "url": f"http://{os.environ['POD_IP']}:8082",
        "command": [sys.executable, f"{HERE}/board.py"],
        "oauth_no_confirm": True,
    },
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
    {"name": "warm", "scopes": ["admin:users", "servers", "access:services!service=board"], "services": ["warm"]},
    {"name": "board", "scopes": ["list:users", "read:servers"], "services": ["board"]},
]


class Desk(KubeSpawner):
    """A Pod, and why the last one ended by itself: the Pod that knows it is removed as soon as it is seen."""

    async def start(self):
        """A new desk has no end yet; why one does not begin is noted before the hub gives it up."""
        ENDED.note(self.user.name, "")
        begun = asyncio.ensure_future(super().start())
        done, _ = await asyncio.wait({begun}, timeout=self.start_timeout - 20)
        if not done or begun.exception():
            ENDED.note(self.user.name, not_begun(self.events))
        address = await begun
        ENDED.note(self.user.name, "")
        return address

    async def poll(self):
        """None while it runs, as KubeSpawner has it."""
        await self._start_watching_pods()
        reason = why(self.pod_reflector.pods.get(f"{self.namespace}/{self.pod_name}"))
        code = await super().poll()
        if code is not None and reason:
            ENDED.note(self.user.name, reason)
        return code


c.JupyterHub.spawner_class = Desk
# For not_running.html. JupyterHub calls it with whoever asks for the page.
c.JupyterHub.template_vars = {"ended": lambda user: ENDED.all().get(user.name, "") if user else ""}
c.KubeSpawner.namespace = namespace
c.KubeSpawner.image = os.environ["DESK_IMAGE"]
# A node that has an earlier image of this name asks the registry for a newer one; what was carried there is newest.
c.KubeSpawner.image_pull_policy = "IfNotPresent" if os.environ["DESK_IMAGE"].startswith("localhost/") else "Always"
# No cmd: what the image runs by itself is the desk, and KubeSpawner would hand it a cmd as words.
c.KubeSpawner.poll_interval = 10  # a desk that was killed is known to be gone, and may be started again
c.KubeSpawner.privileged = True  # an engine runs in it
if runtime := os.environ.get("RUNTIME_CLASS"):
    c.KubeSpawner.extra_pod_config = {"runtimeClassName": runtime}
c.KubeSpawner.allow_privilege_escalation = True
# A cluster at the start of a session answers late: by KubeSpawner's own 3 s for a question and 30 s for all, desks of a
# busy room were given up (bench/workshop_hub.py).
c.KubeSpawner.k8s_api_request_timeout, c.KubeSpawner.k8s_api_request_retry_timeout = 30, 150
c.KubeSpawner.start_timeout = c.KubeSpawner.http_timeout = 300
# Guaranteed is little: what a desk needs of a processor comes in bursts, and memory is what a machine is too small in.
c.KubeSpawner.cpu_limit, c.KubeSpawner.cpu_guarantee = 2, float(os.environ["DESK_CPU"])
c.KubeSpawner.mem_limit, c.KubeSpawner.mem_guarantee = "4G", "1G"
# All that a desk writes outside of its own volume. A Pod that has more is evicted: the node's disk stays free for the
# others. What is guaranteed is counted when a node is chosen.
DISK = os.environ["DESK_DISK"]
c.KubeSpawner.extra_resource_limits = {"ephemeral-storage": DISK}
c.KubeSpawner.extra_resource_guarantees = {"ephemeral-storage": "2Gi"}
c.KubeSpawner.extra_labels = {"externalname-course": "desk"}
# The notebooks and the progress are kept; the engine, with the cluster in it, goes with the Pod.
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.delete_pvc = False  # also where somebody is removed on the page Admin
c.KubeSpawner.storage_access_modes = ["ReadWriteOnce"]
c.KubeSpawner.storage_capacity = "1Gi"
c.KubeSpawner.volumes = [
    {"name": "work", "persistentVolumeClaim": {"claimName": "{pvc_name}"}},
    {"name": "engine", "emptyDir": {"sizeLimit": DISK}},
]
c.KubeSpawner.volume_mounts = [
    {"name": "work", "mountPath": "/course/workspace"},
    {"name": "engine", "mountPath": "/var/lib/containers"},
]
c.KubeSpawner.environment = {
    "COURSE_PROGRESS": "/course/workspace/.progress",
    "COURSE_BOARD": f"http://hub.{namespace}.svc:8082/services/board/desk",  # where a desk says how far it is
}
