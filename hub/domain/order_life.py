"""What becomes of an order when the channel tells of it again: one table, pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.channel import ChannelSettings
from hub.domain.order import ChannelOrder, FulfilledBy, OrderStatus, PaymentState


class ClaimAction(StrEnum):
    """``SET`` to what the lines want · ``DROP`` for goods no longer promised · ``KEEP`` as they are."""

    SET = "set"
    DROP = "drop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Step:
    """The order's next state, what its claims do, and whether to forward it or to call a person."""

    status: OrderStatus
    claims: ClaimAction
    forward: bool = False
    needs_person: bool = False


def next_step(before: OrderStatus | None, fetched: ChannelOrder, settings: ChannelSettings) -> Step:
    """Return what to do with an order as fetched, given what the hub made of it before (None: it is new)."""
    if fetched.fulfilled_by is FulfilledBy.PLATFORM:
        return Step(OrderStatus.PLATFORM, ClaimAction.DROP)
    match before:
        case OrderStatus.FORWARDED:
            return Step(OrderStatus.FORWARDED, ClaimAction.KEEP, needs_person=_off(fetched))
        case OrderStatus.SENDING:
            return Step(OrderStatus.SENDING, ClaimAction.KEEP)
        case _ if _off(fetched):
            return Step(OrderStatus.CANCELLED, ClaimAction.DROP)
        case OrderStatus.HELD:
            return Step(OrderStatus.HELD, ClaimAction.SET)
        case _:
            return _open(fetched, settings)


def _open(fetched: ChannelOrder, settings: ChannelSettings) -> Step:
    paid = fetched.payment is PaymentState.PAID or settings.forward_unpaid
    ready = paid and settings.forwarding and settings.division is not None
    return Step(OrderStatus.READY if ready else OrderStatus.WAITING, ClaimAction.SET, forward=ready)


def _off(fetched: ChannelOrder) -> bool:
    """Nothing of the order is wanted any more."""
    return fetched.cancelled or all(line.cancelled >= line.quantity for line in fetched.lines)
