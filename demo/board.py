"""What there is to see of a run: its newest lines, the ledger, the hub's last events."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
KEPT = 8


@dataclass
class Board:
    """Written by everybody, read by the screen; ``tell`` is called with every new line."""

    tell: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))
    ledger: Json = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    restarts: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long the run has lasted."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """Add a line with the time since the start."""
        line = f"{self.seconds:6.1f} s  {text}"
        self.lines.append(line)
        self.tell(line)
