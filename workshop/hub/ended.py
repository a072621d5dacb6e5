"""Why a desk ended by itself or did not begin, in a sentence, for its participant and the board.

Kubernetes forgets it with the Pod.
"""

import json
from pathlib import Path

FULL = "its disk was full"
# What kubelet says of a Pod that it evicts (k8s.io/kubernetes, pkg/kubelet/eviction/helpers.go) -> what we say.
REASONS = {
    "exceeds the limit": FULL,  # a volume of its own
    "exceeds the total limit": FULL,  # all that it wrote
    "exceeded its local ephemeral storage limit": FULL,  # its container
    "low on resource: ephemeral-storage": "the disk of its machine was full",
    "low on resource: memory": "the memory of its machine was full",
}


def why(pod):
    """The reason of a Pod that failed; "" of any other. pod: as the API has it."""
    status = (pod or {}).get("status", {})
    if status.get("phase") != "Failed":
        return ""
    message = status.get("message") or ""
    return next((said for words, said in REASONS.items() if words in message), "it failed")


def not_begun(events):
    """The reason of a Pod that did not come, by what Kubernetes said of it. events: as the API has them, in order."""
    refused = [event.get("message") or "" for event in events if event.get("reason") == "FailedScheduling"]
    return f"no machine had room for it ({refused[-1]})" if refused else "it did not begin in time"


class Ended:
    """The last end of each desk that nobody wanted, in a file: it outlives the hub, and goes at the next start."""

    def __init__(self, file):
        self._file = Path(file)

    def all(self):
        """Desk -> why it ended."""
        try:
            return json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}

    def note(self, desk, reason):
        """Keep a reason; "" forgets it."""
        known = self.all()
        if known.get(desk, "") == reason:
            return
        known = {**known, desk: reason} if reason else {each: said for each, said in known.items() if each != desk}
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(known))
        part.replace(self._file)
