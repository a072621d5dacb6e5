"""The hub's settings. What differs from room to room comes from the environment: workshop/hub/manifests.yaml."""

import dbm
import os
import sys

import bcrypt
from firstuseauthenticator import FirstUseAuthenticator

HERE = "/etc/hub"
sys.path.insert(0, HERE)
from room import Door  # noqa: E402  # it lies beside this file

FACILITATOR = "facilitator"
DATA = "/srv/hub"  # a volume: the hub may be started again at any time
DOOR = Door(os.environ["ROOM_CODE"])
c = get_config()  # noqa: F821  # JupyterHub gives it


class Room(FirstUseAuthenticator):
    """A name of one's own and a password, first come first served; the room's code with it, the first time."""

    async def authenticate(self, handler, data):
        """The name, or None with the reason on the page."""
        name = self.normalize_username(data["username"])
        with dbm.open(self.dbm_path, "c", 0o600) as known:
            is_new = name.encode() not in known
        why = DOOR.refuses(data.get("otp") or "") if is_new else ""
        if why:
            handler.custom_login_error = why
            return None
        return await super().authenticate(handler, data)


def know_the_facilitator(path):
    """The facilitator's password is the one of this room, whatever it was in the last one."""
    with dbm.open(path, "c", 0o600) as known:
        known[FACILITATOR] = bcrypt.hashpw(os.environ["FACILITATOR_PASSWORD"].encode(), bcrypt.gensalt())


c.JupyterHub.authenticator_class = Room
c.FirstUseAuthenticator.dbm_path = f"{DATA}/passwords.dbm"
c.Authenticator.admin_users = {FACILITATOR}
c.Authenticator.allow_all = True  # whoever came through the door
c.Authenticator.username_pattern = r"[\w.-]{1,40}"
c.Authenticator.request_otp = True
c.Authenticator.otp_prompt = "Join code of the room (the first time):"
know_the_facilitator(c.FirstUseAuthenticator.dbm_path)

namespace = os.environ["NAMESPACE"]
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://hub.{namespace}.svc:8081"
c.JupyterHub.db_url = f"sqlite:///{DATA}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{DATA}/cookie-secret"
c.JupyterHub.cleanup_servers = False  # desks outlive the hub
c.JupyterHub.active_server_limit = int(os.environ["SEATS"])
c.JupyterHub.concurrent_spawn_limit = 3  # a cluster that begins keeps two processors busy
c.JupyterHub.template_paths = [HERE]
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://proxy-api.{namespace}.svc:8001"

c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.KubeSpawner.namespace = namespace
c.KubeSpawner.image = os.environ["DESK_IMAGE"]
c.KubeSpawner.image_pull_policy = "IfNotPresent"
# No cmd: what the image runs by itself is the desk, and KubeSpawner would hand it a cmd as words.
c.KubeSpawner.privileged = True  # an engine runs in it
c.KubeSpawner.allow_privilege_escalation = True
c.KubeSpawner.start_timeout = c.KubeSpawner.http_timeout = 300
c.KubeSpawner.cpu_limit, c.KubeSpawner.cpu_guarantee = 2, 0.2
c.KubeSpawner.mem_limit, c.KubeSpawner.mem_guarantee = "4G", "1G"
c.KubeSpawner.extra_labels = {"externalname-course": "desk"}
# The notebooks and the progress are kept; the engine, with the cluster in it, goes with the Pod.
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_access_modes = ["ReadWriteOnce"]
c.KubeSpawner.storage_capacity = "1Gi"
c.KubeSpawner.volumes = [
    {"name": "work", "persistentVolumeClaim": {"claimName": "{pvc_name}"}},
    {"name": "engine", "emptyDir": {"sizeLimit": "10Gi"}},
]
c.KubeSpawner.volume_mounts = [
    {"name": "work", "mountPath": "/course/workspace"},
    {"name": "engine", "mountPath": "/var/lib/containers"},
]
c.KubeSpawner.environment = {"COURSE_PROGRESS": "/course/workspace/.progress"}
