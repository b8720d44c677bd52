"""Parcels through fulfilment orders that are split, moved and held, told once each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.adapters.port import Accepted, Refused
from hub.adapters.shopify.carriers import company
from hub.domain.delivery import CancelReason, Shipment, ShippedUnits
from hub.outcome import Unavailable
from hub.sandbox.faults import Fault
from hub.sandbox.ledger import Units
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.shopify.shopify_stage import ShopifyFixture


def shop(stage: Stage) -> ShopifyPlatform:
    assert isinstance(stage.platform, ShopifyPlatform)
    return stage.platform


async def two_lines(stage: Stage) -> str:
    units = [Units(str(stage.listings[at].sku), 2) for at in (0, 1)]
    return await shop(stage).place_order(units)


async def whole_parcel(stage: Stage, order_id: str, tracking: str | None = "3S1") -> Shipment:
    order = await stage.channel.order(order_id)
    assert order is not None
    units = tuple(ShippedUnits(line.line_id, line.quantity) for line in order.lines)
    return Shipment("parcel-1", order_id, units, "postnl", tracking, stage.clock.now(), True)


def sent(stage: Stage, order_id: str) -> list[tuple[list[str | None], int]]:
    """Return numbers and units of every fulfilment of an order."""
    order = shop(stage).shop.orders[int(order_id)]
    return [([each.number for each in one.tracking], sum(row[2] for row in one.sent)) for one in order.fulfilments]


async def test_a_parcel_of_two_locations_is_two_fulfilments_under_one_number() -> None:
    async with staged(ShopifyFixture(Switches(split_orders=1))) as stage:
        order_id = await two_lines(stage)
        shipment = await whole_parcel(stage, order_id)
        assert await stage.channel.ship(shipment) == Accepted()
        assert sent(stage, order_id) == [(["3S1"], 2), (["3S1"], 2)]
        assert await stage.channel.find_shipment(shipment) == Accepted()


async def test_only_the_half_that_got_lost_is_sent_again() -> None:
    async with staged(ShopifyFixture(Switches(split_orders=1))) as stage:
        order_id = await two_lines(stage)
        shipment = await whole_parcel(stage, order_id)
        stage.force(Fault.LOST_ANSWER, stage.fixture.write_paths[0])
        with pytest.raises(Unavailable) as lost:
            await stage.channel.ship(shipment)
        assert lost.value.unknown
        assert await stage.channel.find_shipment(shipment) is None
        assert await stage.channel.ship(shipment) == Accepted()
        assert sent(stage, order_id) == [(["3S1"], 2), (["3S1"], 2)]


async def test_a_fulfilment_order_that_moved_just_now_is_read_again() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await two_lines(stage)
        shipment = await whole_parcel(stage, order_id)
        shop(stage).switches.moves = 1
        assert await stage.channel.ship(shipment) == Accepted()
        assert sum(units for _, units in sent(stage, order_id)) == 4


async def test_a_held_order_says_so() -> None:
    async with staged(ShopifyFixture(Switches(held_orders=1))) as stage:
        order_id = await two_lines(stage)
        result = await stage.channel.ship(await whole_parcel(stage, order_id))
        assert isinstance(result, Refused)
        assert result.code == "on_hold"
        order = await stage.channel.order(order_id)
        assert order is not None
        assert any("holds the order" in remark for remark in order.remarks)


async def test_several_numbers_of_one_parcel_are_all_told() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await two_lines(stage)
        shipment = await whole_parcel(stage, order_id, "3S1, 3S2; 3S1")
        assert await stage.channel.ship(shipment) == Accepted()
        assert sent(stage, order_id) == [(["3S1", "3S2"], 4)]
        order = shop(stage).shop.orders[int(order_id)]
        assert {each.company for each in order.fulfilments[0].tracking} == {"PostNL"}


async def test_a_parcel_without_a_number_is_known_by_its_units() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await two_lines(stage)
        shipment = await whole_parcel(stage, order_id, None)
        assert await stage.channel.find_shipment(shipment) is None
        assert await stage.channel.ship(shipment) == Accepted()
        assert await stage.channel.find_shipment(shipment) == Accepted()


async def test_a_parcel_told_twice_is_sent_once() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await stage.sell(quantity=3)
        shipment = await stage.parcel(order_id, 2, "first", completes=False)
        assert [await stage.channel.ship(shipment) for _ in range(2)] == [Accepted(), Accepted()]
        assert sent(stage, order_id) == [(["3Sfirst"], 2)]


async def test_more_than_is_left_to_send_is_refused() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await stage.sell(quantity=1)
        assert await stage.channel.ship(await stage.parcel(order_id, 1, "first")) == Accepted()
        result = await stage.channel.ship(await stage.parcel(order_id, 1, "second"))
        assert isinstance(result, Refused)
        assert result.code == "nothing_to_fulfil"


async def test_a_cancelled_or_unknown_order_takes_no_parcel() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await stage.sell()
        shipment = await stage.parcel(order_id, 2, "first")
        await stage.platform.cancel(order_id)
        results = [
            await stage.channel.ship(shipment),
            await stage.channel.ship(replace(shipment, external_order_id="999999")),
            await stage.channel.ship(replace(shipment, external_order_id="no-number")),
        ]
        assert [result.code for result in results if isinstance(result, Refused)] == [
            "order_cancelled",
            "order_unknown",
            "order_unknown",
        ]


async def test_a_part_of_an_order_or_a_sent_one_is_not_cancelled() -> None:
    async with staged(ShopifyFixture()) as stage:
        part = replace(await stage.cancellation(await stage.sell()), whole=False)
        order_id = await stage.sell()
        await stage.ship_as_the_hub_does(await stage.parcel(order_id, 1, "first"))
        sent_already = await stage.cancellation(order_id)
        results = [await stage.channel.cancel(each) for each in (part, sent_already)]
        codes = [result.code for result in results if isinstance(result, Refused)]
        assert codes == ["part_of_order", "already_sent"]


@pytest.mark.parametrize(("reason", "comes_back"), [(CancelReason.NO_STOCK, False), (CancelReason.BUYER_ASKED, True)])
async def test_goods_of_a_cancelled_order_are_for_sale_again_unless_there_are_none(
    reason: CancelReason, comes_back: bool
) -> None:
    async with staged(ShopifyFixture()) as stage:
        cancellation = replace(await stage.cancellation(await stage.sell(quantity=2)), reason=reason)
        assert await stage.settled(await stage.channel.cancel(cancellation)) == Accepted()
        assert stage.shown(stage.listings[0]) == (500 if comes_back else 498)
        assert await stage.channel.cancel(cancellation) == Accepted()


def test_carriers_are_written_as_shopify_writes_them() -> None:
    assert [company(name) for name in ("postnl", "DHL PARCEL", "dpd", "bpost", "Own van")] == [
        "PostNL",
        "DHL Parcel",
        "DPD",
        "BPost",
        "Own van",
    ]
