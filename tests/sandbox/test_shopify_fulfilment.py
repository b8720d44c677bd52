"""Sending: fulfilment orders per location, repeats that ship twice, tracking, holds and moves."""

from __future__ import annotations

from typing import Any

from hub.sandbox.ledger import Units
from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import A, B, ShopifyBench, group, shopify_bench

RETRACK = """mutation T($id: ID!, $info: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info, notifyCustomer: false) {
    fulfillment { id status trackingInfo { company number url } } userErrors { field message } } }"""
CANCEL = "mutation C($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status displayStatus } } }"
HELD = (
    "query H($id: ID!) { fulfillmentOrder(id: $id) { status fulfillmentHolds { reason } supportedActions { action } } }"
)
RELEASE = """mutation R($id: ID!) { fulfillmentOrderReleaseHold(id: $id) { fulfillmentOrder { status }
  userErrors { message } } }"""


def stocked(**more: Any) -> Switches:
    return Switches(starting_stock=True, hook_delay=0, search_lag=0, **more)


def confirmed(shop: ShopifyBench) -> list[tuple[str | None, tuple[Units, ...]]]:
    return [(note.tracking, note.units) for note in shop.world.ledger.confirmed]


async def test_a_full_repeat_meets_the_closed_order_and_ships_once() -> None:
    async with shopify_bench() as shop:
        order = await shop.sell((A, 2))
        [found] = await shop.to_send(order)
        assert (await shop.fulfil(group(found)))["fulfillment"]["status"] == "SUCCESS"
        again = await shop.fulfil(group(found))
        assert again["fulfillment"] is None
        assert "unfulfillable status= closed" in again["userErrors"][0]["message"]
        assert confirmed(shop) == [("3S1", (Units(A, 2),))]
        assert shop.platform.open_orders() == []


async def test_a_partial_repeat_ships_twice() -> None:
    async with shopify_bench() as shop:
        [found] = await shop.to_send(await shop.sell((A, 2)))
        for _ in range(2):
            assert (await shop.fulfil(group(found, 1)))["userErrors"] == []
        assert confirmed(shop) == [("3S1", (Units(A, 1),)), ("3S1", (Units(A, 1),))]


async def test_a_partly_sent_order_is_in_progress() -> None:
    async with shopify_bench() as shop:
        order = await shop.sell((A, 2), (B, 1))
        [found] = await shop.to_send(order)
        await shop.fulfil(group(found, 1, 1))
        [left] = await shop.to_send(order)
        assert left["status"] == "IN_PROGRESS"
        assert [line["remainingQuantity"] for line in left["lineItems"]["nodes"]] == [1, 0]


async def test_an_order_may_be_split_over_two_locations() -> None:
    async with shopify_bench(stocked(split_orders=1)) as shop:
        found = await shop.to_send(await shop.sell((A, 2), (B, 1)))
        places = [each["assignedLocation"]["location"]["id"] for each in found]
        assert places == [shop.place(0), shop.place(1)]
        for number, each in enumerate(found):
            assert (await shop.fulfil(group(each), number=f"3S{number}"))["userErrors"] == []
        assert confirmed(shop) == [("3S0", (Units(A, 2),)), ("3S1", (Units(B, 1),))]


async def test_stock_at_two_locations_splits_one_line() -> None:
    async with shopify_bench(stocked(split_stock=True)) as shop:
        await shop.set(shop.row(A, 1), shop.row(A, 4, place=1))
        found = await shop.to_send(await shop.sell((A, 3)))
        assert [each["lineItems"]["nodes"][0]["totalQuantity"] for each in found] == [1, 2]


async def test_a_fulfilment_order_that_moved_between_reading_and_writing_is_closed() -> None:
    async with shopify_bench(stocked(moves=1)) as shop:
        order = await shop.sell((A, 1))
        [found] = await shop.to_send(order)
        refused = await shop.fulfil(group(found))
        assert "unfulfillable status= closed" in refused["userErrors"][0]["message"]
        old, moved = await shop.to_send(order)
        assert (old["status"], moved["status"]) == ("CLOSED", "OPEN")
        assert moved["assignedLocation"]["location"]["id"] == shop.place(1)
        assert (await shop.fulfil(group(moved)))["userErrors"] == []


async def test_what_is_on_hold_must_be_released_first() -> None:
    async with shopify_bench(stocked(held_orders=1)) as shop:
        order = await shop.sell((A, 1))
        [found] = await shop.to_send(order)
        held = (await shop.data(HELD, id=found["id"]))["fulfillmentOrder"]
        assert (held["status"], held["fulfillmentHolds"]) == ("ON_HOLD", [{"reason": "OTHER"}])
        assert "unfulfillable status= on_hold" in (await shop.fulfil(group(found)))["userErrors"][0]["message"]
        released = (await shop.data(RELEASE, id=found["id"]))["fulfillmentOrderReleaseHold"]
        assert released["fulfillmentOrder"]["status"] == "OPEN"
        assert (await shop.fulfil(group(found)))["userErrors"] == []


async def test_several_numbers_on_one_fulfilment_are_parcels_of_unknown_content() -> None:
    async with shopify_bench() as shop:
        [found] = await shop.to_send(await shop.sell((A, 2)))
        made = await shop.fulfil(group(found), numbers=["3S1", "3S2"], urls=["https://t.test/1"])
        assert [(each["number"], each["url"]) for each in made["fulfillment"]["trackingInfo"]] == [
            ("3S1", "https://t.test/1"),
            ("3S2", None),
        ]
        assert [(note.tracking, note.mixed) for note in shop.world.ledger.confirmed] == [("3S1", True), ("3S2", True)]


async def test_tracking_can_be_replaced_even_on_a_cancelled_fulfilment() -> None:
    async with shopify_bench() as shop:
        order = await shop.sell((A, 1))
        [found] = await shop.to_send(order)
        made = (await shop.fulfil(group(found)))["fulfillment"]
        info = {"company": "DHL", "number": "JVGL"}
        told = (await shop.data(RETRACK, id=made["id"], info=info))["fulfillmentTrackingInfoUpdate"]
        assert told["fulfillment"]["trackingInfo"] == [info | {"url": None}]
        assert confirmed(shop) == [("JVGL", (Units(A, 1),))]
        gone = (await shop.data(CANCEL, id=made["id"]))["fulfillmentCancel"]["fulfillment"]
        assert gone == {"status": "CANCELLED", "displayStatus": "CANCELED"}
        assert confirmed(shop) == []
        told = (await shop.data(RETRACK, id=made["id"], info=info))["fulfillmentTrackingInfoUpdate"]
        assert (told["fulfillment"]["status"], told["userErrors"]) == ("CANCELLED", [])
        assert [each["status"] for each in await shop.to_send(order)] == ["CLOSED", "OPEN"]
