"""Parcels and cancellations in Vendure: part by part, and once each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.adapters.port import Accepted, Refused
from hub.domain.delivery import Cancellation, CancelReason, ShippedUnits
from hub.outcome import Unavailable
from hub.sandbox.faults import Fault
from tests.adapters.channel_stage import Stage, staged
from tests.vendure.vendure_stage import VendureFixture


@pytest.fixture
async def stage(vendure: VendureFixture) -> AsyncIterator[Stage]:
    async with staged(vendure) as stage:
        yield stage


async def test_an_order_leaves_in_parts(stage: Stage) -> None:
    order_id = await stage.sell(quantity=3)
    states = []
    for reference, quantity in (("first", 1), ("second", 2)):
        shipment = await stage.parcel(order_id, quantity, reference)
        assert await stage.channel.ship(shipment) == Accepted(reference)
        states.append(stage.platform.order(order_id)["state"])
    assert states == ["PartiallyShipped", "Shipped"]
    assert sorted(stage.confirmed(order_id)) == [("3Sfirst", 1), ("3Ssecond", 2)]
    order = await stage.channel.order(order_id)
    assert order is not None
    assert order.lines[0].shipped == 3


async def test_a_parcel_tells_its_carrier_to_the_buyer_and_its_reference_to_the_staff_alone(stage: Stage) -> None:
    order_id = await stage.sell(quantity=1)
    await stage.channel.ship(await stage.parcel(order_id, 1, "parcel-1"))
    order = stage.platform.order(order_id)
    assert [row["method"] for row in order["fulfillments"]] == ["PostNL"]
    notes = [row for row in order["history"]["items"] if row["type"] == "ORDER_NOTE"]
    assert [row["isPublic"] for row in notes] == [False]
    assert "parcel-1" in notes[0]["data"]["note"]


async def test_two_parcels_alike_are_two_parcels(stage: Stage) -> None:
    order_id = await stage.sell(quantity=2)
    for reference in ("one", "two", "one", "two"):
        shipment = replace(await stage.parcel(order_id, 1, reference), tracking=None)
        assert await stage.channel.ship(shipment) == Accepted(reference)
    assert stage.confirmed(order_id) == [(None, 1), (None, 1)] or stage.confirmed(order_id) == [("", 1), ("", 1)]


@pytest.mark.parametrize("target", ["/AddFulfillment", "/ShipFulfillment", "/AddNote"])
async def test_an_attempt_cut_short_is_taken_over_by_the_next(stage: Stage, target: str) -> None:
    order_id = await stage.sell(quantity=2)
    shipment = await stage.parcel(order_id, 2, "parcel-1")
    stage.force(Fault.LOST_ANSWER, ("POST", target))
    with pytest.raises(Unavailable):
        await stage.channel.ship(shipment)
    assert await stage.channel.ship(shipment) == Accepted("parcel-1")
    assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]


async def test_more_than_was_ordered_is_refused(stage: Stage) -> None:
    order_id = await stage.sell(quantity=1)
    refusal = await stage.channel.ship(await stage.parcel(order_id, 2, "parcel-1"))
    assert isinstance(refusal, Refused)
    assert refusal.code == "items_already_fulfilled_error"


async def test_a_parcel_for_a_cancelled_order_is_refused(stage: Stage) -> None:
    order_id = await stage.sell(quantity=1)
    shipment = await stage.parcel(order_id, 1, "parcel-1")
    await stage.platform.cancel(order_id)
    assert isinstance(await stage.channel.ship(shipment), Refused)


async def test_a_fulfilment_that_the_staff_cancelled_is_told_again(stage: Stage) -> None:
    order_id = await stage.sell(quantity=1)
    shipment = await stage.parcel(order_id, 1, "parcel-1")
    await stage.channel.ship(shipment)
    stage.platform.cancel_fulfilments(order_id)
    assert await stage.channel.find_shipment(shipment) is None
    assert await stage.channel.ship(shipment) == Accepted("parcel-1")
    assert stage.confirmed(order_id) == [("3Sparcel-1", 1)]


async def part(stage: Stage, order_id: str, quantity: int, *, whole: bool = False) -> Cancellation:
    order = await stage.channel.order(order_id)
    assert order is not None
    units = (ShippedUnits(order.lines[0].line_id, quantity),)
    return Cancellation(f"cancel-{quantity}", order_id, units, CancelReason.NO_STOCK, whole=whole)


async def test_a_part_that_will_not_come_is_cancelled_and_its_stock_is_free_again(stage: Stage) -> None:
    order_id = await stage.sell(quantity=3)
    assert await stage.channel.cancel(await part(stage, order_id, 1)) == Accepted("cancel-1")
    order = await stage.channel.order(order_id)
    assert order is not None
    assert (order.cancelled, order.lines[0].quantity, order.lines[0].cancelled) == (False, 3, 1)
    assert stage.shown(stage.listings[0]) == 498


async def test_what_has_left_cannot_be_cancelled(stage: Stage) -> None:
    order_id = await stage.sell(quantity=2)
    await stage.channel.ship(await stage.parcel(order_id, 1, "parcel-1", completes=False))
    refusal = await stage.channel.cancel(await part(stage, order_id, 2))
    assert isinstance(refusal, Refused)
    assert refusal.code == "already_shipped"


async def test_the_rest_of_an_order_is_cancelled_and_its_shipping_costs_stay(stage: Stage) -> None:
    order_id = await stage.sell(quantity=2)
    await stage.channel.ship(await stage.parcel(order_id, 1, "parcel-1", completes=False))
    assert await stage.channel.cancel(await part(stage, order_id, 1, whole=True)) == Accepted("cancel-1")
    order = await stage.channel.order(order_id)
    assert order is not None
    assert (order.lines[0].cancelled, order.lines[0].shipped, len(order.charges)) == (1, 1, 1)
