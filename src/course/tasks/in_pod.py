"""Runs inside a probe Pod (its source is handed to python3 -c): a list of commands in, what each of them said out.

One `kubectl exec` for all questions of a Pod, all asked at the same time: starting exec costs more than most questions.
It uses the standard library only and writes nothing in the Pod.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def one(job: dict[str, str | float]) -> dict[str, str | float]:
    """Run one command with a deadline: {"status": int, "out": str, "err": str, "seconds": float}."""
    begun = time.monotonic()
    limit = float(job["seconds"])
    try:
        words = ["sh", "-c", str(job["command"])]
        result = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=limit)
        reply: dict[str, str | float] = {"status": result.returncode, "out": result.stdout, "err": result.stderr}
    except subprocess.TimeoutExpired:
        reply = {"status": 124, "out": "", "err": f"no answer within {limit:.0f} s"}
    return reply | {"seconds": time.monotonic() - begun}


def main() -> None:
    """All commands on stdin at once; their answers in the same order on stdout."""
    with ThreadPoolExecutor(16) as pool:
        print(json.dumps(list(pool.map(one, json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
