"""The cost price of an item as the books keep it: the standard one, or else the average one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.adapters.exact.mapping import item

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = {"ID": "0b3f1c1e-8a52-4d0c-9a57-1d3f6d1f0001", "Code": "MUG", "Description": "Mug"}


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"CostPriceStandard": Decimal("4.95"), "AverageCost": Decimal(9)}, "4.95"),
        ({"CostPriceStandard": Decimal(0), "AverageCost": Decimal("5.123456789")}, "5.123457"),
        ({"CostPriceStandard": None, "AverageCost": None}, None),
        ({"CostPriceStandard": Decimal(-1)}, None),
        ({"CostPriceStandard": Decimal("1e30")}, None),
        ({}, None),
    ],
)
def test_only_a_price_that_can_be_one_is_kept(fields: dict[str, Any], cost: str | None) -> None:
    found = item(ITEM | fields | {"CostPriceCurrency": "EUR "}, 1, NOON)
    assert found.cost_price == (None if cost is None else Decimal(cost))
    assert found.cost_currency == "EUR"
