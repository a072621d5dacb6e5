"""Forget a participant's password: the next sign-in by that name, with the room's code, makes a new one.

In the hub's Pod: python /etc/hub/forget.py NAME. The seat and the volume stay the name's.
"""

import dbm
import sys

PASSWORDS = "/srv/hub/passwords.dbm"  # FirstUseAuthenticator's: jupyterhub_config.py


def forget(file, name):
    """Whether there was one."""
    with dbm.open(file, "c", 0o600) as known:
        key = name.lower().encode()  # as JupyterHub has names
        if key not in known:
            return False
        del known[key]
    return True


if __name__ == "__main__":
    print("forgotten" if forget(PASSWORDS, sys.argv[1]) else "unknown")
