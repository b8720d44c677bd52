"""What an order was paid with, as it is kept: plain JSON beside the order, amounts as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.domain.order import Payment, PaymentKind


def payments_to_json(payments: Iterable[Payment]) -> list[dict[str, str]]:
    """Return payments as plain JSON."""
    return [{"kind": one.kind.value, "amount": str(one.amount), "description": one.description} for one in payments]


def payments_from_json(plain: Sequence[Mapping[str, Any]] | None) -> tuple[Payment, ...]:
    """Read payments back; none of an order that was stored before they were kept."""
    return tuple(Payment(PaymentKind(one["kind"]), Decimal(one["amount"]), one["description"]) for one in plain or ())
