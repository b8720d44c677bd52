"""How the webhook doors answer: each answer is made once, for a busy door gives it thousands of times a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from starlette.types import Message, Send


class Outcome(StrEnum):
    """How a delivery ended; one counter each."""

    ACCEPTED = "accepted"
    PING = "ping"
    IGNORED = "ignored"
    UNKNOWN_DIVISION = "unknown_division"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    UNKNOWN = "unknown"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    LATE = "late"
    NOT_POSTED = "not_posted"


STATUS = {
    Outcome.BAD_SIGNATURE: 401,
    Outcome.UNKNOWN_KEY: 503,
    Outcome.MALFORMED: 400,
    Outcome.OVERSIZED: 413,
    Outcome.UNKNOWN: 404,
    Outcome.LIMITED: 429,
    Outcome.UNAVAILABLE: 503,
    Outcome.LATE: 408,
    Outcome.NOT_POSTED: 405,
}
ADVICE = {405: [(b"allow", b"POST")], 429: [(b"retry-after", b"1")], 503: [(b"retry-after", b"5")]}
END: Message = {"type": "http.response.body", "body": b""}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer without a body, ready to be sent any number of times."""

    start: Message

    async def __call__(self, send: Send) -> None:
        """Send it."""
        await send(self.start)
        await send(END)


def _answer(status: int) -> Answer:
    headers = [(b"content-length", b"0"), *ADVICE.get(status, ())]
    return Answer({"type": "http.response.start", "status": status, "headers": headers})


HOOK_ANSWERS: Mapping[Outcome, Answer] = MappingProxyType(
    {outcome: _answer(STATUS.get(outcome, 200)) for outcome in Outcome}
)
"""The answer to each outcome; no browser comes here, so none of the headers that keep one safe."""
