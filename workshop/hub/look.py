"""Print the rows of the board as JSON: in the Pod of the hub, python /etc/hub/look.py prints what the page shows."""

import os
import sys
import time
import urllib.error
import urllib.request

ROWS = "http://127.0.0.1:8082/services/board/rows"
PATIENCE = 30.0  # seconds: the hub starts the board a moment after itself
request = urllib.request.Request(ROWS, headers={"Authorization": f"token {os.environ['WARM']}"})
end = time.monotonic() + PATIENCE
while True:
    try:
        print(urllib.request.urlopen(request, timeout=20).read().decode())  # noqa: S310  # http, above
        break
    except urllib.error.HTTPError as error:
        sys.exit(f"The board says {error.code} {error.read().decode(errors='replace')}")
    except OSError as error:
        if time.monotonic() > end:
            sys.exit(f"The board does not answer: {error}")
        time.sleep(0.5)
