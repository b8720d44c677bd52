"""The states of an order as one table; whoever moves an order asks it."""

from __future__ import annotations

from enum import StrEnum

from hub.domain.life.machine import Machine, Move
from hub.domain.order import OrderStatus as S


class OrderEvent(StrEnum):
    """What moves an order.

    ``WAITS`` and ``MAY_GO`` are the channel's news of an order that is wanted, by whether it may be forwarded;
    ``RELEASED`` is a switch or a mapping that was repaired. ``ABSENT`` says that a look-up did not find in Exact what
    is no longer wanted, ``REMOVED`` that the sales order was taken out of Exact again.
    """

    WAITS = "waits"
    MAY_GO = "may go"
    RELEASED = "released"
    RETRY = "retry"
    CANCELLED = "cancelled on the channel"
    GIVE_UP = "given up by the seller"
    BY_PLATFORM = "shipped by the platform"
    BEGIN = "begin"
    NOT_SENT = "known not to be sent"
    HOLD = "hold"
    STANDS = "stands in Exact"
    ABSENT = "no longer wanted, not in Exact"
    REMOVED = "removed from Exact"


E = OrderEvent

ORDER: Machine[S] = Machine(
    "Order",
    S.WAITING,
    (
        Move(S.WAITING, E.WAITS, S.WAITING),
        Move(S.WAITING, E.MAY_GO, S.READY),
        Move(S.WAITING, E.RELEASED, S.READY, "channelConfigure"),
        Move(S.WAITING, E.RETRY, S.READY, "orderRetry"),
        Move(S.WAITING, E.CANCELLED, S.CANCELLED),
        Move(S.WAITING, E.GIVE_UP, S.CANCELLED, "orderCancel"),
        Move(S.WAITING, E.BY_PLATFORM, S.PLATFORM),
        Move(S.READY, E.WAITS, S.WAITING),
        Move(S.READY, E.MAY_GO, S.READY),
        Move(S.READY, E.RETRY, S.READY, "orderRetry"),
        Move(S.READY, E.CANCELLED, S.CANCELLED),
        Move(S.READY, E.GIVE_UP, S.CANCELLED, "orderCancel"),
        Move(S.READY, E.BY_PLATFORM, S.PLATFORM),
        Move(S.READY, E.BEGIN, S.SENDING),
        Move(S.READY, E.HOLD, S.HELD),
        Move(S.READY, E.STANDS, S.FORWARDED),
        Move(S.READY, E.ABSENT, S.CANCELLED),
        Move(S.SENDING, E.WAITS, S.SENDING),
        Move(S.SENDING, E.MAY_GO, S.SENDING),
        Move(S.SENDING, E.CANCELLED, S.SENDING),
        Move(S.SENDING, E.BY_PLATFORM, S.SENDING),
        Move(S.SENDING, E.RETRY, S.SENDING, "orderRetry"),
        Move(S.SENDING, E.BEGIN, S.SENDING),
        Move(S.SENDING, E.NOT_SENT, S.READY),
        Move(S.SENDING, E.HOLD, S.HELD),
        Move(S.SENDING, E.STANDS, S.FORWARDED),
        Move(S.SENDING, E.ABSENT, S.CANCELLED),
        Move(S.HELD, E.WAITS, S.HELD),
        Move(S.HELD, E.MAY_GO, S.HELD),
        Move(S.HELD, E.RELEASED, S.READY, "listingMap"),
        Move(S.HELD, E.RETRY, S.READY, "orderRetry"),
        Move(S.HELD, E.CANCELLED, S.CANCELLED),
        Move(S.HELD, E.GIVE_UP, S.CANCELLED, "orderCancel"),
        Move(S.HELD, E.BY_PLATFORM, S.PLATFORM),
        Move(S.HELD, E.STANDS, S.FORWARDED),
        Move(S.FORWARDED, E.WAITS, S.FORWARDED),
        Move(S.FORWARDED, E.MAY_GO, S.FORWARDED),
        Move(S.FORWARDED, E.CANCELLED, S.FORWARDED),
        Move(S.FORWARDED, E.BY_PLATFORM, S.FORWARDED),
        Move(S.FORWARDED, E.STANDS, S.FORWARDED),
        Move(S.FORWARDED, E.REMOVED, S.CANCELLED),
        Move(S.CANCELLED, E.CANCELLED, S.CANCELLED),
        Move(S.CANCELLED, E.WAITS, S.WAITING),
        Move(S.CANCELLED, E.MAY_GO, S.READY),
        Move(S.CANCELLED, E.BY_PLATFORM, S.PLATFORM),
        Move(S.CANCELLED, E.STANDS, S.FORWARDED),
        Move(S.PLATFORM, E.BY_PLATFORM, S.PLATFORM),
        Move(S.PLATFORM, E.WAITS, S.WAITING),
        Move(S.PLATFORM, E.MAY_GO, S.READY),
        Move(S.PLATFORM, E.CANCELLED, S.CANCELLED),
    ),
)


def may_stand(status: S) -> bool:
    """Say whether an order may stand in Exact, so that giving it up takes more than dropping it here."""
    return ORDER.allows(status, E.NOT_SENT) or ORDER.allows(status, E.REMOVED)
