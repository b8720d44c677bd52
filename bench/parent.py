"""What a child program of the bench owes the one that started it: a word when it is ready, and to end with it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any


def told_plan() -> dict[str, Any]:
    """Return what the parent wants, from the command line; from now on this process ends with its parent."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    plan: dict[str, Any] = json.loads(sys.argv[1])
    return plan


def tell_ready(**facts: Any) -> None:
    """Let the parent go on, with what it needs to know."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """Wait until nobody holds the other end of standard input, then leave as if asked to."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
