"""The words between adapters and the actor runtime, named by what the caller should do."""

from __future__ import annotations

import re

CONTACTS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ()/-]{6,}\d|\b06[ -]?\d{8}\b")
"""E-mail addresses, international telephone numbers and Dutch mobile ones."""


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

    ``code`` is a stable word for programs, ``reason`` a sentence for a person; e-mail addresses and telephone numbers
    that the platform quotes in it are hidden, for it is stored and shown.
    """

    def __init__(self, reason: str, *, code: str = "rejected") -> None:
        self.reason = CONTACTS.sub("[hidden]", reason)
        super().__init__(self.reason)
        self.code = code


class Unauthorized(Outcome):
    """The grant or key no longer works; stop until the credentials change."""

    def __init__(self, reason: str) -> None:
        self.reason = CONTACTS.sub("[hidden]", reason)
        super().__init__(self.reason)
