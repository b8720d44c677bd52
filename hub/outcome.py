"""The words between adapters and the actor runtime, named by what the caller should do."""

from __future__ import annotations


class Outcome(Exception):
    """A platform call ended in a way the runtime knows how to handle."""


class Throttled(Outcome):
    """The platform asked to wait; not an attempt. ``retry_after`` is in seconds."""

    def __init__(self, retry_after: float, reason: str = "rate limit") -> None:
        super().__init__(f"{reason}: wait {retry_after:.1f} s")
        self.retry_after = retry_after
        self.reason = reason


class Unavailable(Outcome):
    """The platform could not be reached or broke; try again later with backoff.

    ``unknown`` is true when the effect may have happened although no answer came.
    """

    def __init__(self, reason: str, *, unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unknown = unknown


class Rejected(Outcome):
    """The platform refused this one request for good; do not repeat it unchanged.

    ``code`` is a stable word for programs, ``reason`` a sentence for a person.
    """

    def __init__(self, reason: str, *, code: str = "rejected") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Unauthorized(Outcome):
    """The grant or key no longer works; stop until the credentials change."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
