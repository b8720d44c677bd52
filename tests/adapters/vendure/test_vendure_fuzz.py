"""Whatever a server, or what stands before it, sends: an order, a listing, or one of the four outcomes."""

from __future__ import annotations

import json
from datetime import UTC
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.fields import Fields, parse
from hub.adapters.vendure import mapping
from hub.adapters.vendure.client import VendureShop, open_vendure
from hub.adapters.vendure.levels import Level, Levels
from hub.outcome import Outcome, Rejected
from tests.adapters.bol.test_bol_fuzz import ODD, paths, spoiled

PRICES = {
    "proratedUnitPrice": 1000,
    "proratedUnitPriceWithTax": 1210,
    "proratedLinePrice": 2000,
    "proratedLinePriceWithTax": 2420,
    "unitPriceWithTax": 1210,
    "linePriceWithTax": 2420,
}
LINE: dict[str, Any] = PRICES | {
    "id": "1",
    "quantity": 2,
    "orderPlacedQuantity": 2,
    "taxRate": 21,
    "productVariant": {"id": "7", "sku": "ART-1", "name": "Article 1"},
    "fulfillmentLines": [{"quantity": 1, "fulfillment": {"state": "Shipped"}}],
}
ANSWER: dict[str, Any] = {
    "order": {
        "id": "5",
        "code": "Q3N5XZ9Z3WZNXCS3",
        "state": "PaymentSettled",
        "updatedAt": "2026-11-23T11:27:09.000Z",
        "orderPlacedAt": "2026-11-23T11:27:09.531Z",
        "currencyCode": "EUR",
        "totalWithTax": 3267,
        "customer": {"emailAddress": "noor@example.test", "phoneNumber": None},
        "shippingAddress": {"fullName": "Noor Bakker", "streetLine1": "Oude Gracht 12", "countryCode": "NL"},
        "billingAddress": None,
        "lines": [LINE],
        "shippingLines": [
            {"discountedPrice": 500, "discountedPriceWithTax": 605, "shippingMethod": {"name": "Standard"}}
        ],
        "surcharges": [{"description": "Gift", "price": 200, "priceWithTax": 242, "taxRate": 21}],
        "taxSummary": [{"taxRate": 21}],
        "payments": [{"state": "Settled", "amount": 3267}],
    },
    "globalSettings": {"serverConfig": {"moneyStrategyPrecision": 2}},
}
VARIANT = {
    "id": "7",
    "sku": "ART-1",
    "name": "Article 1",
    "trackInventory": "TRUE",
    "stockLevels": [{"stockLocationId": "1", "stockOnHand": 5, "stockAllocated": 2}],
}


def read(answer: Any) -> Fields:
    return Fields.of(parse(json.dumps(answer)), "Order")


def test_the_order_that_is_spoiled_below_is_a_good_one() -> None:
    order = mapping.channel_order(read(ANSWER))
    assert order is not None
    assert order.total == order.stated_sum == Decimal("32.67")


@given(st.sampled_from(paths(ANSWER)), ODD)
def test_an_order_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    try:
        order = mapping.channel_order(read(spoiled(ANSWER, path, odd)))
    except Rejected:
        return
    if order is not None:
        assert order.changed_at.tzinfo is UTC
        assert all(0 <= line.cancelled <= line.quantity for line in order.lines if line.quantity >= 0)


@pytest.mark.parametrize("precision", [0, 2, 3])
def test_amounts_have_the_decimals_that_the_server_tells(precision: int) -> None:
    settings = {"globalSettings": {"serverConfig": {"moneyStrategyPrecision": precision}}}
    order = mapping.channel_order(read(ANSWER | settings))
    assert order is not None
    assert order.total == order.stated_sum == Decimal(3267) / 10**precision


@given(st.sampled_from(paths(VARIANT)), ODD)
def test_a_variant_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    try:
        listing = mapping.listing(Fields.of(parse(json.dumps(spoiled(VARIANT, path, odd))), "variant"))
    except Rejected:
        return
    assert listing.quantity is None or listing.quantity >= 0


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 99999))
def test_what_is_left_of_a_line_costs_what_the_shop_says(placed: int, left: int, cents: int) -> None:
    """The hub takes the cancelled share off the whole line; it must come back to the shop's own amount."""
    placed = max(placed, left)
    prices = {"proratedLinePriceWithTax": cents, "proratedLinePrice": cents, "linePriceWithTax": cents}
    line = LINE | prices | {"quantity": left, "orderPlacedQuantity": placed}
    order = mapping.channel_order(read(ANSWER | {"order": ANSWER["order"] | {"lines": [line]}}))
    assert order is not None
    (found,) = order.lines
    share = (found.gross * left / placed).quantize(Decimal("0.01"))
    assert (share, found.cancelled) == (Decimal(cents) / 100, placed - left)


levels = st.lists(st.builds(Level, st.sampled_from("123"), st.integers(-5, 99), st.integers(0, 40)), max_size=3)


@given(levels.filter(lambda found: len({each.location for each in found}) == len(found)), st.integers(0, 999))
def test_what_is_held_at_the_locations_makes_the_quantity(found: list[Level], quantity: int) -> None:
    held = Levels("TRUE", tuple(found)).holding(quantity)
    if not found:
        assert held["stockOnHand"] == quantity
        return
    rows = held["stockLevels"]
    assert isinstance(rows, list)
    assert {row["stockLocationId"] for row in rows} == {each.location for each in found}
    assert sum(row["stockOnHand"] for row in rows) == quantity + sum(each.allocated for each in found)


@given(st.sampled_from([200, 400, 401, 403, 404, 500, 502]), st.one_of(st.binary(max_size=60), ODD.map(json.dumps)))
async def test_any_answer_is_one_of_the_four_outcomes(status: int, content: bytes | str) -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(status, content=content))
    async with open_vendure(VendureShop("http://shop.test", "a", "b"), transport=transport) as channel:
        with pytest.raises(Outcome):
            await channel.order("5")
