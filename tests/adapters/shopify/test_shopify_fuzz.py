"""Whatever stands in an answer, the adapter reads it or refuses it: nothing else comes out."""

from __future__ import annotations

import contextlib
import copy
import string
from decimal import Decimal
from typing import Any

import httpx2
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.adapters.fields import Fields
from hub.adapters.oauth import MemoryGrants
from hub.adapters.port import Grant, StockUpdate
from hub.adapters.shopify.client import ShopApp, open_shopify
from hub.adapters.shopify.mapping import channel_order, listing
from hub.domain.delivery import Cancellation, CancelReason, Shipment, ShippedUnits
from hub.outcome import Outcome, Rejected
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import Script
from tests.adapters.shopify.orders_made import Made, MadeOrder

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(string.printable, max_size=8),
    st.sampled_from(["1e400", "NaN", "-0", "0.001", "9" * 17, "", "gid://shopify/Order/", "2026-13-40T00:00:00Z"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)
ORDER = MadeOrder(
    [Made(Decimal("12.10"), 3, 2, discount=Decimal("1.00")), Made(Decimal("5.00"), 1, 1)],
    shipping=Decimal("6.95"),
).node()
JSON = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner))
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to every member of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for key, each in items:
        found += places(each, (*path, key))
    return found


PLACES = places(ORDER)


def changed(path: tuple[Any, ...], odd: Any) -> Any:
    made = copy.deepcopy(ORDER)
    inner: Any = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return made


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PLACES), ODD)
def test_an_order_with_an_odd_member_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    with contextlib.suppress(Rejected):
        node = Fields(changed(path, odd), "order")
        page = node.maybe_child("lineItems")
        order = channel_order(node, page.children("nodes") if page is not None else [])
        assert all(0 <= line.cancelled <= line.quantity for line in order.lines)


@FUZZ
@given(st.dictionaries(st.sampled_from(["id", "sku", "inventoryItem", "product", "displayName"]), JSON))
def test_a_variant_of_any_shape_is_read_or_refused(variant: dict[str, Any]) -> None:
    with contextlib.suppress(Rejected):
        listing(Fields(variant, "variant"))


@FUZZ
@given(
    st.lists(JSON | st.fixed_dictionaries({"data": JSON, "errors": JSON, "extensions": JSON}), min_size=1, max_size=4)
)
async def test_any_answer_to_any_question_is_an_outcome(answers: list[Any]) -> None:
    script = Script(*[httpx2.Response(200, content=orjson.dumps(_small(each))) for each in answers])
    clock = HandClock()
    grants = MemoryGrants(Grant("token", None, clock.now(), 1e9, 1))
    async with open_shopify(
        ShopApp("https://a.test", "c", "s"), clock, grant=grants, transport=script.transport
    ) as shop:
        units = (ShippedUnits("1", 1),)
        one = listing(Fields({"id": "gid://x/V/1", "inventoryItem": {"id": "gid://x/I/1", "tracked": True}}, "v"))
        for ask in (
            lambda: shop.changed_orders(None),
            lambda: shop.order("1"),
            lambda: shop.listings(None),
            lambda: shop.publish_stock([StockUpdate(one, 1)]),
            lambda: shop.ship(Shipment("r", "1", units, None, "t", START, True)),
            lambda: shop.cancel(Cancellation("r", "1", units, CancelReason.OTHER, whole=True)),
            lambda: shop.follow(["cancel:1:job"]),
            lambda: shop.subscribe("ORDERS_CREATE", "https://hub.test/h", "s"),
        ):
            with contextlib.suppress(Outcome):
                await ask()
            clock.forward(60)


def _small(value: Any) -> Any:
    """Return a document without numbers that JSON writers refuse."""
    match value:
        case bool():
            return value
        case int():
            return value % 2**53
        case list():
            return [_small(each) for each in value]
        case dict():
            return {key: _small(each) for key, each in value.items()}
        case _:
            return value
