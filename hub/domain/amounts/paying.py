"""Gift cards that an order was paid with: money that the seller took earlier, and never a discount."""

from __future__ import annotations

from dataclasses import replace

from hub.domain.amounts.policy import AmountPolicy
from hub.domain.money import total
from hub.domain.order import Charge, Payment, PaymentKind
from hub.domain.to_forward import OrderToForward


def with_payments(order: OrderToForward, policy: AmountPolicy) -> OrderToForward:
    """Return the order with its gift cards as payments: off the charges, and no longer taken off the total."""
    paid = [charge for charge in order.charges if _is_payment(charge, policy)]
    if not paid:
        return order
    return replace(
        order,
        total=order.total - total(charge.gross for charge in paid),
        charges=tuple(charge for charge in order.charges if charge not in paid),
        payments=(*order.payments, *(Payment(PaymentKind.GIFT_CARD, -one.gross, one.description) for one in paid)),
    )


def _is_payment(charge: Charge, policy: AmountPolicy) -> bool:
    named = (name.casefold() in charge.description.casefold() for name in policy.gift_cards if name)
    return charge.gross < 0 and any(named)
