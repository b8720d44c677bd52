"""The states of a payment as one table, and which of them let an order go to the books."""

from __future__ import annotations

from collections.abc import Iterator

from hub.domain.channel import ChannelSettings
from hub.domain.life.machine import Machine, Move
from hub.domain.order import PaymentState as S

_FOLLOWS: tuple[tuple[S, tuple[S, ...]], ...] = (
    (S.PENDING, (S.AUTHORIZED, S.PARTLY_PAID, S.PAID, S.VOIDED)),
    (S.AUTHORIZED, (S.PARTLY_PAID, S.PAID, S.VOIDED)),
    (S.PARTLY_PAID, (S.PAID, S.VOIDED, S.PARTLY_REFUNDED, S.REFUNDED)),
    (S.PAID, (S.PARTLY_PAID, S.PARTLY_REFUNDED, S.REFUNDED)),
    (S.PARTLY_REFUNDED, (S.REFUNDED, S.PAID)),
    (S.VOIDED, (S.PENDING, S.PAID)),
)
"""What may follow; a paid order is partly paid again when something is added to it, and a buyer may try to pay anew."""


def _moves() -> Iterator[Move[S]]:
    for before, afters in _FOLLOWS:
        yield from (Move(before, after.value.replace("_", " "), after) for after in afters)


PAYMENT: Machine[S] = Machine("Payment", S.PENDING, tuple(_moves()))


def is_odd(before: S, after: S) -> bool:
    """Say whether a channel tells of a payment what cannot follow; it is stored all the same, and a person told."""
    return before is not after and not PAYMENT.allows(before, after.value.replace("_", " "))


def may_be_forwarded(payment: S, settings: ChannelSettings) -> bool:
    """Say whether an order goes to the books as far as its payment is concerned.

    Goods on account or cash on delivery are paid as far as the channel tells; else ``forward_unpaid`` lets them go.
    """
    match payment:
        case S.PAID | S.PARTLY_REFUNDED:
            return True
        case S.AUTHORIZED:
            return settings.forward_unpaid or settings.importing.forward_authorized
        case S.PENDING | S.PARTLY_PAID:
            return settings.forward_unpaid
        case S.REFUNDED | S.VOIDED:
            return False
