"""Amazon beside a webshop, end to end: pending orders, late lists, its queue, stock that is seen through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import anyio
import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.store.tables import claim, listing, message
from tests.flows.stage import Stage, eventually, stage, stands_everywhere
from tests.flows.test_tracking import told

CHANNELS = ("amazon", "woocommerce")
SLOWLY = 8.0
"""Platform seconds per second at which a search for orders comes back after twenty-two seconds."""


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Stage]:
    """A wholesaler who sells on Amazon and in a webshop."""
    async with stage(sqlite_url, channels=CHANNELS) as made:
        yield made


def stands(ledger: dict[str, Any]) -> bool:
    return stands_everywhere(ledger, CHANNELS)


async def claims_of(acme: Stage, order_id: str) -> list[object]:
    return await acme.rows(select(claim).where(claim.c.order_id == order_id, claim.c.released_at.is_(None)))


async def test_a_sale_becomes_one_sales_order_and_its_delivery_reaches_amazon(acme: Stage) -> None:
    external_id = await acme.sell("amazon", lines=[{"sku": "ART-00001", "quantity": 2}], shipping="4.95")
    order = await acme.until_order(external_id, "forwarded")
    ledger = await acme.ledger()
    assert (ledger["forwarded"], ledger["duplicates"], ledger["wrong_totals"], ledger["lost"]) == (1, 0, 0, 0)
    await acme.control("deliver", order_id=order.sales_order_id, tracking="auto", shipping_method="POSTNL")
    await acme.until_ledger(told)


async def test_a_pending_order_claims_without_prices_and_is_forwarded_with_them(acme: Stage) -> None:
    external_id = await acme.sell("amazon", paid=False, lines=[{"sku": "ART-00001", "quantity": 2}])
    order = await acme.until_order(external_id, "waiting")
    assert (order.payment, order.total) == ("pending", Decimal(0))
    assert await claims_of(acme, order.order_id)
    await acme.until_ledger(stands)
    await acme.control("pay", channel="amazon", id=external_id)
    assert (await acme.until_order(external_id, "forwarded")).total > 0
    ledger = await acme.ledger()
    assert (ledger["wrong_totals"], ledger["oversold_by_hub"]) == (0, 0)


async def test_a_pending_order_that_is_cancelled_gives_its_stock_back(acme: Stage) -> None:
    external_id = await acme.sell("amazon", paid=False)
    await acme.until_order(external_id, "waiting")
    await acme.control("cancel", channel="amazon", id=external_id)
    order = await acme.until_order(external_id, "cancelled")
    assert not await claims_of(acme, order.order_id)
    await acme.until_ledger(stands)


async def test_goods_from_amazons_warehouse_touch_no_stock_of_ours(acme: Stage) -> None:
    external_id = await acme.sell("amazon", by_platform=True)
    order = await acme.until_order(external_id, "platform")
    assert not await claims_of(acme, order.order_id)
    await acme.until_ledger(stands)


async def test_changes_in_exact_reach_amazon_and_are_seen_through(acme: Stage) -> None:
    await acme.control("receive", sku="ART-00001", quantity=7)
    await acme.control("count-burst", count=10)
    await acme.until_ledger(stands)

    async def seen() -> bool:
        rows = await acme.rows(
            select(listing).where(listing.c.channel_id == "amazon", listing.c.by_platform.is_(False))
        )
        return bool(rows) and all(row.status == "published" and row.process_id is None for row in rows)

    await eventually(seen)
    assert (await acme.ledger())["oversold_by_hub"] == 0
    refused = await acme.events("stock.refused")
    assert not refused


async def test_sales_on_both_channels_all_arrive_once_on_a_bad_day(acme: Stage) -> None:
    await acme.control("profile", name="mild")
    for channel in CHANNELS:
        await acme.control("sell", channel=channel, count=6)
    ledger = await acme.until_ledger(lambda found: found["forwarded"] == found["sold"])
    assert (ledger["duplicates"], ledger["wrong_totals"], ledger["oversold_by_hub"]) == (0, 0, 0)


async def test_an_order_from_the_queue_does_not_wait_for_a_list_that_is_throttled(sqlite_url: str) -> None:
    async with stage(sqlite_url, channels=CHANNELS, speed=SLOWLY) as acme:
        before = (await acme.ledger())["faults"].get("amazon.throttle", 0)
        await acme.control("fault", fault="throttle", platform="amazon", path="/orders/2026-01-01/orders", times=1)

        async def throttled() -> bool:
            return bool((await acme.ledger())["faults"].get("amazon.throttle", 0) > before)

        await eventually(throttled)
        external_id = await acme.sell("amazon")
        with anyio.fail_after(20):
            await acme.until_order(external_id, "forwarded")


async def test_a_number_asked_for_in_the_turn_that_ends_the_one_before_is_not_lost(acme: Stage) -> None:
    await acme.until_ledger(stands)
    await eventually(lambda: nothing_pending(acme))
    await acme.control("receive", sku="ART-00001", quantity=1)

    async def under_way() -> bool:
        return not await nothing_pending(acme)

    await eventually(under_way)
    await acme.command(commands.pause_channel, "amazon")
    await acme.until_ledger(stands)
    await acme.control("receive", sku="ART-00001", quantity=1)
    await eventually(lambda: both_due(acme))
    await acme.command(commands.resume_channel, "amazon")
    await acme.until_ledger(stands)


async def test_a_newer_number_overtakes_one_that_never_shows(acme: Stage) -> None:
    await acme.until_ledger(stands)
    await eventually(lambda: nothing_pending(acme))
    await acme.control("settings", platform="amazon", lost_patches=1)
    await acme.control("receive", sku="ART-00001", quantity=1)

    async def under_way() -> bool:
        return not await nothing_pending(acme)

    await eventually(under_way)
    await acme.control("receive", sku="ART-00001", quantity=1)
    await acme.until_ledger(stands)


async def nothing_pending(acme: Stage) -> bool:
    rows = await acme.rows(select(listing).where(listing.c.channel_id == "amazon"))
    return not any(row.process_id for row in rows)


async def both_due(acme: Stage) -> bool:
    """Say whether the paused channel's next turn publishes a number and asks how the one before ended."""
    mine = (message.c.address == "channel/acme/amazon", message.c.lane == "stock")
    rows = await acme.rows(select(message.c.kind).where(*mine, message.c.due_at <= acme.desk.clock.now()))
    return {row.kind for row in rows} >= {"channel.stock.publish", "channel.stock.follow"}
