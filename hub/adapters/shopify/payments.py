"""Gift cards and store credit that an order was paid with: money that the shop took earlier, never a discount."""

from __future__ import annotations

from collections.abc import Iterator

from hub.adapters.fields import Fields
from hub.adapters.shopify.amounts import Side, amount
from hub.domain.order import Payment, PaymentKind

_KINDS = {"gift_card": PaymentKind.GIFT_CARD, "shopify_store_credit": PaymentKind.STORE_CREDIT}
_TAKEN = ("SALE", "CAPTURE")


def payments(order: Fields, side: Side) -> Iterator[Payment]:
    """Yield what was taken off gift cards and store credit."""
    for each in order.children("transactions"):
        kind = _KINDS.get(each.maybe_text("gateway") or "")
        taken = each.maybe_text("kind") in _TAKEN and each.maybe_text("status") == "SUCCESS"
        if kind is not None and taken:
            yield Payment(kind, amount(each, "amountSet", side))
