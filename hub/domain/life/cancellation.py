"""The states of a cancellation as one table: asked, decided, made true in Exact, told to the channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.life.machine import Machine, Move


class AskedBy(StrEnum):
    """Who wants it: the ``SELLER`` in the hub, the ``BUYER`` who asks the seller, or the ``CHANNEL`` outright."""

    SELLER = "seller"
    BUYER = "buyer"
    CHANNEL = "channel"


class CancellationState(StrEnum):
    """How far a cancellation has come.

    ``ASKED`` the moment it came up · ``REQUESTED`` a buyer waits for the seller's answer · ``PROPOSED`` the channel
    has cancelled what still stands in Exact, and a person decides · ``BOOKING`` Exact is to follow · ``REFUSED`` Exact
    would not, nothing was changed · ``TELLING`` the channel is to be told · ``SENT`` an attempt began, or the channel
    works on it · ``UNTOLD`` the channel would not: cancel it there · ``DONE`` · ``DECLINED`` · ``WITHDRAWN``.
    """

    ASKED = "asked"
    REQUESTED = "requested"
    PROPOSED = "proposed"
    BOOKING = "booking"
    REFUSED = "refused"
    TELLING = "telling"
    SENT = "sent"
    UNTOLD = "untold"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CancellationEvent(StrEnum):
    """What moves a cancellation."""

    BY_SELLER = "the seller cancels"
    BY_BUYER = "the buyer asks"
    TOLD_ASK = "cancelled on the channel, a person is asked"
    TOLD_APPLY = "cancelled on the channel, applied by policy"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdrawn"
    BOOKED = "Exact has followed, or has nothing of it"
    BOOKED_AND_KNOWN = "Exact has followed, the channel knows"
    BOOKING_REFUSED = "refused by Exact"
    BEGIN = "begin"
    NOT_SENT = "known not to be sent"
    TOLD = "the channel has it"
    TELLING_REFUSED = "refused by the channel"
    RETRY = "retry"


S, E = CancellationState, CancellationEvent

CANCELLATION: Machine[CancellationState] = Machine(
    "Cancellation",
    S.ASKED,
    (
        Move(S.ASKED, E.BY_SELLER, S.BOOKING, "orderCancel"),
        Move(S.ASKED, E.BY_BUYER, S.REQUESTED),
        Move(S.ASKED, E.TOLD_ASK, S.PROPOSED),
        Move(S.ASKED, E.TOLD_APPLY, S.BOOKING),
        Move(S.REQUESTED, E.ACCEPT, S.BOOKING, "cancellationAccept"),
        Move(S.REQUESTED, E.DECLINE, S.DECLINED, "cancellationDecline"),
        Move(S.REQUESTED, E.WITHDRAW, S.WITHDRAWN),
        Move(S.PROPOSED, E.ACCEPT, S.BOOKING, "cancellationAccept"),
        Move(S.PROPOSED, E.DECLINE, S.DECLINED, "cancellationDecline"),
        Move(S.PROPOSED, E.WITHDRAW, S.WITHDRAWN),
        Move(S.BOOKING, E.BOOKED, S.TELLING),
        Move(S.BOOKING, E.BOOKED_AND_KNOWN, S.DONE),
        Move(S.BOOKING, E.BOOKING_REFUSED, S.REFUSED),
        Move(S.REFUSED, E.RETRY, S.BOOKING, "cancellationRetry"),
        Move(S.REFUSED, E.DECLINE, S.DECLINED, "cancellationDecline"),
        Move(S.REFUSED, E.WITHDRAW, S.WITHDRAWN),
        Move(S.TELLING, E.BEGIN, S.SENT),
        Move(S.SENT, E.BEGIN, S.SENT),
        Move(S.SENT, E.NOT_SENT, S.TELLING),
        Move(S.SENT, E.TOLD, S.DONE),
        Move(S.SENT, E.TELLING_REFUSED, S.UNTOLD),
        Move(S.UNTOLD, E.RETRY, S.TELLING, "cancellationRetry"),
        Move(S.UNTOLD, E.DECLINE, S.DECLINED, "cancellationDecline"),
        Move(S.UNTOLD, E.TOLD, S.DONE),
    ),
)


@dataclass(frozen=True, slots=True)
class UnitsOff:
    """Offers of one line that are to be off; ``reaches`` is how many of the line are off once they are."""

    line_id: str
    quantity: int
    reaches: int


def are_off(units: Iterable[UnitsOff], off: Mapping[str, int]) -> bool:
    """Say whether a channel that counts so many offers as off, by line, has taken a cancellation already."""
    return all(off.get(one.line_id, 0) >= one.reaches for one in units)
