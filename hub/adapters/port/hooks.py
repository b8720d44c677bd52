"""Webhooks: what they hint at, and how they are verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hint:
    """What a verified webhook or event said: something of ``topic`` with this key changed. Only a hint, never data.

    ``event_id`` is the platform's own identity of the event, the same when it is delivered again.
    """

    topic: str
    key: str
    event_at: datetime | None = None
    division: int | None = None
    deleted: bool = False
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """Hints out of a queue; ``receipts`` are handed back by the next pull, once the hints are durable here."""

    hints: tuple[Hint, ...] = ()
    receipts: tuple[str, ...] = ()
    more: bool = False


class BadSignature(Exception):
    """The webhook's signature does not match its body."""


class UnknownKey(BadSignature):
    """The webhook was signed with a key that is not among the stored ones; read the keys again."""


class BadPayload(Exception):
    """The webhook's body is not what this platform sends; the message says what is wrong."""


class HookReader(Protocol):
    """Verifies and reads one platform's webhooks over their raw bytes; pure, no I/O."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the hints of a delivery, none for a ping or validation call.

        Headers have lower-case names. Raises BadSignature or BadPayload.
        """
        ...
