"""What becomes of an order when the channel tells of it again: its event, its state, its claims; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.channel import ChannelSettings
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.life.payment import may_be_forwarded
from hub.domain.order import ChannelOrder, FulfilledBy, OrderStatus, PaymentState


class ClaimAction(StrEnum):
    """``SET`` to what the lines want · ``DROP`` for goods no longer promised · ``KEEP`` as they are."""

    SET = "set"
    DROP = "drop"
    KEEP = "keep"


CLAIMS: Mapping[OrderStatus, ClaimAction] = {
    OrderStatus.WAITING: ClaimAction.SET,
    OrderStatus.READY: ClaimAction.SET,
    OrderStatus.HELD: ClaimAction.SET,
    OrderStatus.SENDING: ClaimAction.KEEP,
    OrderStatus.FORWARDED: ClaimAction.KEEP,
    OrderStatus.CANCELLED: ClaimAction.DROP,
    OrderStatus.PLATFORM: ClaimAction.DROP,
}
"""What an order's state makes of its claims; what may stand in Exact keeps them until a read shows it."""


@dataclass(frozen=True, slots=True)
class Step:
    """The order's next state, what its claims do, and whether to forward it or to call a person."""

    status: OrderStatus
    claims: ClaimAction
    forward: bool = False
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """What the hub made of an order so far; ``cancelled_units`` is how many offers were off when it was last seen."""

    status: OrderStatus
    by_hand: bool = False
    cancelled_units: int = 0


def next_step(before: Before | None, fetched: ChannelOrder, settings: ChannelSettings) -> Step:
    """Return what to do with an order as fetched, given what the hub made of it before (None: it is new)."""
    seen = before or Before(ORDER.start)
    event = _event(seen, fetched, settings)
    status = ORDER.after(seen.status, event)
    return Step(
        status,
        CLAIMS[status],
        forward=event is OrderEvent.MAY_GO and status is OrderStatus.READY,
        needs_person=status is OrderStatus.FORWARDED and cancelled_units(fetched) > seen.cancelled_units,
    )


def _event(before: Before, fetched: ChannelOrder, settings: ChannelSettings) -> OrderEvent:
    if fetched.fulfilled_by is FulfilledBy.PLATFORM:
        return OrderEvent.BY_PLATFORM
    given_up = before.status is OrderStatus.CANCELLED and before.by_hand
    if given_up or _off(fetched):
        return OrderEvent.CANCELLED
    may_go = may_be_forwarded(fetched.payment, settings) and settings.forwarding and settings.division is not None
    return OrderEvent.MAY_GO if may_go else OrderEvent.WAITS


def _off(fetched: ChannelOrder) -> bool:
    """Nothing of the order is wanted any more; a payment that expired or was voided ends it too."""
    lines = fetched.lines
    all_off = bool(lines) and all(line.cancelled >= line.quantity for line in lines)
    return fetched.cancelled or fetched.payment is PaymentState.VOIDED or all_off


def cancelled_units(fetched: ChannelOrder) -> int:
    """Return how many offers of an order are off."""
    if fetched.cancelled:
        return sum(line.quantity for line in fetched.lines)
    return sum(line.cancelled for line in fetched.lines)
