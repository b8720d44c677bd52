"""Orders come in, claim their stock, and stand in Exact once and to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.store.tables import claim, listing, order_line
from tests.flows.stage import Stage, eventually

CHANNELS = ("bol", "woocommerce")


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_sale_becomes_one_sales_order_of_the_same_total(acme: Stage, channel: str) -> None:
    external_id = await acme.sell(channel)
    order = await acme.until_order(external_id, "forwarded")
    ledger = await acme.ledger()
    assert (ledger["forwarded"], ledger["duplicates"], ledger["wrong_totals"], ledger["lost"]) == (1, 0, 0, 0)
    assert order.hold_cause is None
    assert order.sales_order_number is not None


async def test_many_sales_on_both_channels_all_arrive_once(acme: Stage) -> None:
    for channel in CHANNELS:
        await acme.control("sell", channel=channel, count=6)
    ledger = await acme.until_ledger(lambda found: found["forwarded"] == found["sold"])
    assert (ledger["duplicates"], ledger["wrong_totals"]) == (0, 0)


@pytest.mark.parametrize("fault", ["lost_answer", "broken_answer", "lost_request", "broken", "throttle"])
async def test_an_unknown_outcome_is_looked_up_and_never_doubled(acme: Stage, fault: str) -> None:
    await acme.control("fault", fault=fault, platform="exact", method="POST", path="SalesOrders", times=1)
    external_id = await acme.sell("woocommerce")
    await acme.until_order(external_id, "forwarded")
    ledger = await acme.ledger()
    assert (ledger["forwarded"], ledger["duplicates"]) == (1, 0)


async def test_an_unpaid_order_claims_stock_and_is_forwarded_when_it_is_paid(acme: Stage) -> None:
    external_id = await acme.sell("woocommerce", paid=False)
    order = await acme.until_order(external_id, "waiting")
    claims = await acme.rows(select(claim).where(claim.c.order_id == order.order_id, claim.c.released_at.is_(None)))
    assert claims
    await acme.control("pay", channel="woocommerce", id=external_id)
    await acme.until_order(external_id, "forwarded")


async def test_an_order_cancelled_before_it_is_paid_gives_its_stock_back(acme: Stage) -> None:
    external_id = await acme.sell("woocommerce", paid=False)
    order = await acme.until_order(external_id, "waiting")
    await acme.control("cancel", channel="woocommerce", id=external_id)
    await acme.until_order(external_id, "cancelled")
    assert not await acme.rows(select(claim).where(claim.c.order_id == order.order_id, claim.c.released_at.is_(None)))
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_an_order_of_an_unmapped_listing_waits_alone_until_it_is_mapped(acme: Stage) -> None:
    row = (await acme.rows(select(listing).where(listing.c.channel_id == "bol").order_by(listing.c.sku)))[0]
    product = row.product_id
    await acme.command(commands.map_listing, row.listing_id, None)
    external_id = await acme.sell("bol", lines=[{"sku": row.sku, "quantity": 1}])
    held = await acme.until_order(external_id, "held")
    assert held.hold_cause == "unknown_product"
    other = await acme.sell("woocommerce")
    await acme.until_order(other, "forwarded")
    await acme.command(commands.map_listing, row.listing_id, product)
    await acme.command(commands.retry_order, held.order_id)
    await acme.until_order(external_id, "forwarded")
    assert (await acme.ledger())["duplicates"] == 0


async def test_claims_are_released_once_exact_shows_the_sales_order(acme: Stage) -> None:
    external_id = await acme.sell("bol")
    order = await acme.until_order(external_id, "forwarded")

    async def released() -> bool:
        rows = await acme.rows(select(claim).where(claim.c.order_id == order.order_id))
        return bool(rows) and all(row.released_by == "reading" for row in rows)

    await eventually(released)
    await acme.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_goods_from_the_marketplaces_warehouse_are_kept_for_the_books_only(acme: Stage) -> None:
    external_id = await acme.sell("bol", by_platform=True)
    order = await acme.until_order(external_id, "platform")
    assert not await acme.rows(select(claim).where(claim.c.order_id == order.order_id))


async def test_an_order_that_exact_refuses_is_held_and_blocks_no_other(acme: Stage) -> None:
    await acme.configure("woocommerce", forwarding=False)
    external_id = await acme.sell("woocommerce")
    order = await acme.until_order(external_id, "waiting")
    lines = await acme.rows(select(order_line).where(order_line.c.order_id == order.order_id))
    await acme.control("end-item", sku=lines[0].sku)
    await acme.configure("woocommerce", forwarding=True)
    held = await acme.until_order(external_id, "held")
    assert held.hold_cause in ("refused_by_erp", "unknown_product")
    assert held.hold_detail["message"]
    await acme.until_order(await acme.sell("bol"), "forwarded")


async def test_shipping_and_discounts_arrive_to_the_cent(acme: Stage) -> None:
    external_id = await acme.sell("woocommerce", shipping="4.95", discount="2.50", lines=[{"sku": "ART-00001"}])
    order = await acme.until_order(external_id, "forwarded")
    assert order.total > Decimal("2.45")
    assert (await acme.ledger())["wrong_totals"] == 0


async def test_a_buyers_wish_to_cancel_is_shown_and_not_acted_upon(acme: Stage) -> None:
    external_id = await acme.sell("bol")
    await acme.until_order(external_id, "forwarded")
    await acme.control("request-cancellation", channel="bol", id=external_id)
    await eventually(lambda: acme.events("order.cancellation_requested"))
