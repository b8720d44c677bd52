"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal

import strawberry


@strawberry.type(description="An exact amount in one currency.")
class Money:
    amount: Decimal
    currency: str = strawberry.field(description="ISO 4217 code.")
