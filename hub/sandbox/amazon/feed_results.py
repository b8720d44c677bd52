"""What working on a feed yields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A processing report."""

    body: bytes
    content_type: str


class Fatal(Exception):
    """The feed as a whole cannot be worked on; at most a report says why."""

    def __init__(self, result: Result | None = None) -> None:
        super().__init__("fatal")
        self.result = result
