"""Tracking codes reach the channel once, in every mode."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.channel import FulfilmentMode
from hub.store.tables import delivery, parcel
from tests.flows.stage import Stage, eventually

CHANNELS = ("bol", "woocommerce")


async def delivered(acme: Stage, channel: str, **asked: object) -> str:
    external_id = await acme.sell(channel, lines=[{"sku": "ART-00001", "quantity": 2}])
    order = await acme.until_order(external_id, "forwarded")
    await acme.control("deliver", order_id=order.sales_order_id, **asked)
    return external_id


def told(ledger: dict[str, object]) -> bool:
    tracking = ledger["tracking"]
    assert isinstance(tracking, dict)
    assert (tracking["wrong"], tracking["doubled"]) == (0, 0)
    return bool(tracking["confirmed"]) and not tracking["missing"] and not tracking["untracked"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_delivery_in_exact_is_confirmed_on_the_channel(acme: Stage, channel: str) -> None:
    await delivered(acme, channel, tracking="auto", shipping_method="POSTNL")
    await acme.until_ledger(told)


async def test_a_tracking_code_filled_in_later_is_told_then(acme: Stage) -> None:
    await delivered(acme, "bol")

    async def waiting() -> bool:
        return bool(await acme.rows(select(parcel).where(parcel.c.status == "waiting")))

    await eventually(waiting)
    entry = (await acme.rows(select(parcel.c.entry_id)))[0].entry_id
    await acme.control("track", delivery=entry, tracking="3SLATER00001")
    await acme.until_ledger(told)
    assert [row.tracking for row in await acme.rows(select(parcel.c.tracking))] == ["3SLATER00001"]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("fault", ["lost_answer", "broken_answer", "lost_request"])
async def test_a_confirmation_with_an_unknown_outcome_is_not_doubled(acme: Stage, channel: str, fault: str) -> None:
    path = {"bol": "/shipments", "woocommerce": "/orders"}[channel]
    method = {"bol": "POST", "woocommerce": "PUT"}[channel]
    external_id = await acme.sell(channel, lines=[{"sku": "ART-00001", "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    await acme.control("fault", fault=fault, platform=channel, method=method, path=path, times=1)
    await acme.control("deliver", order_id=order.sales_order_id, tracking="auto")
    await acme.until_ledger(told)


async def test_a_part_delivery_is_told_as_a_part(acme: Stage) -> None:
    external_id = await acme.sell("bol", lines=[{"sku": "ART-00001", "quantity": 2}])
    order = await acme.until_order(external_id, "forwarded")
    for code in ("3SPART0001", "3SPART0002"):
        lines = [{"sku": "ART-00001", "quantity": 1}]
        await acme.control("deliver", order_id=order.sales_order_id, lines=lines, tracking=code)
    await acme.until_ledger(lambda ledger: told(ledger) and ledger["tracking"]["confirmed"] == 2)

    async def both_known() -> bool:
        return len(await acme.rows(select(parcel).where(parcel.c.status == "confirmed"))) == 2

    await eventually(both_known)


async def test_a_parcel_entered_in_the_hub_is_told_and_booked_in_exact(acme: Stage) -> None:
    await acme.configure("woocommerce", fulfilment=FulfilmentMode.BOOKKEEPING)
    external_id = await acme.sell("woocommerce", lines=[{"sku": "ART-00001", "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    now = acme.desk.clock.now()
    await acme.command(commands.enter_parcel, order.order_id, None, None, "3SOWN000001", now)

    async def booked() -> bool:
        rows = await acme.rows(select(parcel))
        return [(row.status, row.goods_delivery) for row in rows] == [("confirmed", "made")]

    await eventually(booked)
    await acme.until_ledger(told)
    assert len(await acme.rows(select(parcel))) == 1
    with pytest.raises(CommandRefused, match="entered before"):
        await acme.command(commands.enter_parcel, order.order_id, None, None, "3SOWN000001", now)


async def test_nothing_is_told_while_fulfilment_is_off_and_what_left_is_once_it_is_on(acme: Stage) -> None:
    await acme.configure("bol", fulfilment=FulfilmentMode.OFF)
    await delivered(acme, "bol", tracking="auto")

    async def read() -> bool:
        return bool(await acme.rows(select(delivery)))

    await eventually(read)
    assert (await acme.ledger())["tracking"]["confirmed"] == 0
    assert not await acme.rows(select(parcel))
    await acme.configure("bol", fulfilment=FulfilmentMode.ERP)
    await acme.until_ledger(lambda ledger: told(ledger) and ledger["tracking"]["confirmed"] == 1)
