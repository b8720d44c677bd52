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


@dataclass(frozen=True, slots=True)
class Before:
    """What the hub made of an order so far; ``cancelled_units`` is how many offers were off when it was last seen."""

    status: OrderStatus
    by_hand: bool = False
    cancelled_units: int = 0


def next_step(before: Before | None, fetched: ChannelOrder, settings: ChannelSettings) -> Step:
    """Return what to do with an order as fetched, given what the hub made of it before (None: it is new)."""
    if fetched.fulfilled_by is FulfilledBy.PLATFORM:
        return Step(OrderStatus.PLATFORM, ClaimAction.DROP)
    match before:
        case Before(OrderStatus.FORWARDED):
            return Step(OrderStatus.FORWARDED, ClaimAction.KEEP, needs_person=_more_cancelled(before, fetched))
        case Before(OrderStatus.SENDING):
            return Step(OrderStatus.SENDING, ClaimAction.KEEP)
        case Before(OrderStatus.CANCELLED, by_hand=True):
            return Step(OrderStatus.CANCELLED, ClaimAction.DROP)
        case _ if _off(fetched):
            return Step(OrderStatus.CANCELLED, ClaimAction.DROP)
        case Before(OrderStatus.HELD):
            return Step(OrderStatus.HELD, ClaimAction.SET)
        case _:
            return _open(fetched, settings)


def _open(fetched: ChannelOrder, settings: ChannelSettings) -> Step:
    paid = fetched.payment is PaymentState.PAID or settings.forward_unpaid
    ready = paid and settings.forwarding and settings.division is not None
    return Step(OrderStatus.READY if ready else OrderStatus.WAITING, ClaimAction.SET, forward=ready)


def _off(fetched: ChannelOrder) -> bool:
    """Nothing of the order is wanted any more."""
    lines = fetched.lines
    return fetched.cancelled or (bool(lines) and all(line.cancelled >= line.quantity for line in lines))


def cancelled_units(fetched: ChannelOrder) -> int:
    """Return how many offers of an order are off."""
    if fetched.cancelled:
        return sum(line.quantity for line in fetched.lines)
    return sum(line.cancelled for line in fetched.lines)


def _more_cancelled(before: Before, fetched: ChannelOrder) -> bool:
    return cancelled_units(fetched) > before.cancelled_units
