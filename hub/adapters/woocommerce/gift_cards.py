"""Gift cards and store credit of a shop's plugins, which keep what was redeemed among an order's data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from hub.adapters.fields import Fields
from hub.domain.order import Payment, PaymentKind


def payments(order: Fields, keys: Sequence[str]) -> Iterator[Payment]:
    """Yield what was redeemed, by the keys that the channel's settings name.

    A plugin keeps an amount, or amounts by the card's code; a code is as good as money and is not taken over.
    """
    for meta in order.children("meta_data"):
        if meta.maybe_text("key") in keys:
            amount = _amount(meta.values.get("value"))
            if amount > 0:
                yield Payment(PaymentKind.GIFT_CARD, amount)


def _amount(value: object) -> Decimal:
    if isinstance(value, dict):
        return sum((_amount(each) for each in value.values()), Decimal(0))
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)
