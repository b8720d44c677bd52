"""Stock in Vendure: what buyers can order is what the hub said, whatever is allocated and whatever moves meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.adapters.port import Accepted, Conflict, StockUpdate
from hub.sandbox.ledger import Units
from tests.adapters.channel_stage import Stage, staged
from tests.vendure.meanwhile import Meanwhile
from tests.vendure.shop import Shop
from tests.vendure.vendure_stage import VendureFixture

Act = Callable[[Shop, str, str], object]


@pytest.fixture
def meanwhile() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
async def stage(vendure: VendureFixture, meanwhile: Meanwhile) -> AsyncIterator[Stage]:
    async with staged(vendure, transport=meanwhile) as stage:
        yield stage


def writes(meanwhile: Meanwhile) -> int:
    return sum(operation == "SetStock" for operation, _ in meanwhile.sent)


async def test_allocated_units_are_not_sold_again(stage: Stage) -> None:
    """Vendure counts what was sold, but not yet fulfilled, as on hand."""
    listing = stage.listings[0]
    await stage.sell(quantity=3)
    believing = replace(listing, quantity=497)
    assert await stage.channel.publish_stock([StockUpdate(believing, 10)]) == [Accepted()]
    (level,) = stage.platform.levels(str(listing.sku))
    assert (level["stockOnHand"], level["stockAllocated"], stage.shown(listing)) == (13, 3, 10)
    listed = {each.external_id: each.quantity for each in (await stage.channel.listings(None)).rows}
    assert listed[listing.external_id] == 10


async def test_a_sale_that_the_hub_has_not_heard_of_is_told_before_anything_is_written(
    stage: Stage, meanwhile: Meanwhile
) -> None:
    believing = replace(stage.listings[0], quantity=500)
    await stage.sell(quantity=4)
    before = writes(meanwhile)
    assert await stage.channel.publish_stock([StockUpdate(believing, 450)]) == [Conflict(496)]
    assert (stage.shown(stage.listings[0]), writes(meanwhile)) == (496, before)


async def test_a_number_that_is_shown_already_is_not_written(stage: Stage, meanwhile: Meanwhile) -> None:
    await stage.sell(quantity=4)
    before = writes(meanwhile)
    assert await stage.channel.publish_stock([StockUpdate(stage.listings[0], 496)]) == [Accepted()]
    assert writes(meanwhile) == before


def sells(shop: Shop, sku: str, order_id: str) -> None:
    shop.buy([Units(sku, 5)])


def fulfils(shop: Shop, sku: str, order_id: str) -> None:
    shop.fulfil(order_id, "3Smeanwhile")


def cancels(shop: Shop, sku: str, order_id: str) -> None:
    shop.cancel_now(order_id)


@pytest.mark.parametrize(
    ("act", "shown"),
    [pytest.param(sells, 5, id="sale"), pytest.param(fulfils, 12, id="parcel"), pytest.param(cancels, 12, id="cancel")],
)
async def test_what_moves_between_reading_and_writing_is_told_and_set_right_by_the_next_write(
    stage: Stage, meanwhile: Meanwhile, act: Act, shown: int
) -> None:
    listing, shop = stage.listings[0], stage.platform
    order_id = await stage.sell(quantity=2)
    meanwhile.operation, meanwhile.act = "SetStock", lambda: act(shop, str(listing.sku), order_id)
    believing = replace(listing, quantity=498)
    assert await stage.channel.publish_stock([StockUpdate(believing, 10)]) == [Conflict(shown)]
    assert stage.shown(listing) == shown
    wanted = StockUpdate(replace(listing, quantity=shown), 10 if shown > 10 else shown)
    assert await stage.channel.publish_stock([wanted]) == [Accepted()]
    assert stage.shown(listing) == wanted.quantity


async def test_the_number_holds_over_all_locations_of_the_channel(stage: Stage) -> None:
    """The first location carries it; the others keep what is allocated to them."""
    listing, shop = stage.listings[0], stage.platform
    second = shop.add_location("second")
    shop.set_levels(str(listing.sku), {second: 7})
    assert await stage.channel.publish_stock([StockUpdate(replace(listing, quantity=507), 40)]) == [Accepted()]
    levels = {level["stockLocationId"]: level["stockOnHand"] for level in shop.levels(str(listing.sku))}
    assert (stage.shown(listing), levels[second]) == (40, 0)


@pytest.mark.parametrize("tracking", ["FALSE", "INHERIT"])
async def test_a_variant_that_the_shop_did_not_count_is_counted_from_now_on(stage: Stage, tracking: str) -> None:
    listing, shop = stage.listings[0], stage.platform
    shop.track(str(listing.sku), tracking)
    listed = {each.external_id: each.quantity for each in (await stage.channel.listings(None)).rows}
    assert listed[listing.external_id] is None
    assert await stage.channel.publish_stock([StockUpdate(replace(listing, quantity=3), 0)]) == [Accepted()]
    with pytest.raises(AssertionError, match="INSUFFICIENT_STOCK"):
        await stage.sell(quantity=1)
    shop.track(str(listing.sku), "TRUE")


async def test_more_listings_than_the_server_lists_at_once_are_all_read(stage: Stage, meanwhile: Meanwhile) -> None:
    """The server of these tests refuses more than 20 rows; the first question asks for 100."""
    sizes = [body["variables"]["options"]["take"] for body in _bodies(meanwhile, "Variants")]
    assert sizes[:4] == [100, 50, 25, 12]
    assert set(sizes[4:]) == {12}
    assert len(stage.listings) == 8


def _bodies(meanwhile: Meanwhile, operation: str) -> list[dict[str, Any]]:
    return [orjson.loads(body) for name, body in meanwhile.sent if name == operation]
