"""Start desks ahead of their participants, by the hub's API. In the hub's Pod: python /etc/hub/warm.py seat-01 ..."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from room import Seats

API = "http://127.0.0.1:8081/hub/api/users/"
THERE = (400, 409)  # what the hub says of a server that runs, and of a name that it knows


def post(path: str) -> None:
    """Ask the hub for it; what is there already is as good."""
    headers = {"Authorization": f"token {os.environ['WARM']}"}
    request = urllib.request.Request(API + path, method="POST", headers=headers)  # noqa: S310  # http, above
    try:
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code not in THERE:
            sys.exit(f"The hub says of {path}: {error.code} {error.read().decode(errors='replace')}")


for seat in sys.argv[1:]:
    post(seat)
    post(f"{seat}/server")
    Seats(Path("/srv/hub/seats")).offer(seat)
