"""Orders are edited before and after they go to Exact, and each edit has a defined end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.store.tables import claim, past_certificate
from tests.flows.stage import Stage, eventually, stage
from tests.flows.test_cancellations import APPLY, OTHER, SKU, clean, forwarded, sales_orders, until_state
from tests.flows.test_shopify import all_published, settled, shop


@pytest.fixture
async def shopify(sqlite_url: str) -> AsyncIterator[Stage]:
    """The wholesaler with a Shopify shop besides, its first stock on show."""
    async with stage(sqlite_url) as made:
        await made.command(commands.create_channel, await shop(made))
        await eventually(lambda: all_published(made))
        await made.until_ledger(settled)
        yield made


async def held(acme: Stage, order: Any, cause: str | None) -> Any:
    async def reached() -> Any:
        found = await acme.order(order.external_id)
        return found if found.hold_cause == cause else None

    return await eventually(reached)


async def units(acme: Stage) -> list[tuple[str, int]]:
    """Return what the one sales order in Exact holds."""
    (standing,) = await sales_orders(acme)
    return sorted((one.sku, one.quantity) for one in standing.units if one.quantity)


async def test_an_edit_before_it_is_paid_moves_the_claims(acme: Stage) -> None:
    external_id = await acme.sell("woocommerce", paid=False, lines=[{"sku": SKU, "quantity": 2}])
    order = await acme.until_order(external_id, "waiting")
    await acme.control("edit-order", channel="woocommerce", id=external_id, sku=OTHER, quantity=1)
    await acme.control("edit-order", channel="woocommerce", id=external_id, sku=SKU, quantity=0)

    async def moved() -> bool:
        rows = await acme.rows(select(claim).where(claim.c.order_id == order.order_id))
        return [(row.quantity, row.released_by) for row in rows] == [(1, None)]

    await eventually(moved)
    await acme.until_ledger(settled)
    await acme.control("pay", channel="woocommerce", id=external_id)
    await acme.until_order(external_id, "forwarded")
    assert await units(acme) == [(OTHER, 1)]
    await acme.until_ledger(clean)


@pytest.mark.parametrize("fault", ["none", "lost_answer", "lost_request"])
async def test_an_added_line_is_held_shown_and_applied_once(shopify: Stage, fault: str) -> None:
    order = await forwarded(shopify, "shopify")
    await shopify.control("edit-order", channel="shopify", id=order.external_id, sku=OTHER, quantity=3)
    edited = await held(shopify, order, "order_edited")
    (added,) = edited.hold_detail["lines"]
    assert (added["before"], added["after"]["quantity"]) == (None, 3)
    await shopify.until_ledger(lambda ledger: bool(ledger["channels"]["bol"]["in_use"]))
    if fault != "none":
        await shopify.control("fault", fault=fault, platform="exact", method="POST", path="SalesOrderLines", times=1)
    await shopify.command(commands.apply_edit, order.order_id)
    await held(shopify, order, None)
    assert await units(shopify) == [(SKU, 2), (OTHER, 3)]
    assert len(await shopify.rows(select(past_certificate))) == 1
    await shopify.until_ledger(clean)


async def test_what_is_added_is_claimed_until_exact_has_it(shopify: Stage) -> None:
    order = await forwarded(shopify, "shopify")
    await shopify.control("edit-order", channel="shopify", id=order.external_id, sku=OTHER, quantity=3)
    await held(shopify, order, "order_edited")
    still_open = select(claim).where(claim.c.beyond, claim.c.released_at.is_(None))
    (row,) = await shopify.rows(still_open)
    assert row.quantity == 3
    await shopify.command(commands.apply_edit, order.order_id)
    await held(shopify, order, None)
    await shopify.until_ledger(clean)

    async def released() -> bool:
        return not await shopify.rows(still_open)

    await eventually(released)


async def test_fewer_units_are_a_cancellation_of_a_part(shopify: Stage) -> None:
    await shopify.configure("shopify", cancelling=APPLY)
    order = await forwarded(shopify, "shopify", 3)
    await shopify.control("edit-order", channel="shopify", id=order.external_id, sku=SKU, quantity=1)
    await until_state(shopify, "done")
    assert await units(shopify) == [(SKU, 1)]
    await shopify.until_ledger(clean)


async def test_an_edit_that_is_taken_back_waits_for_nobody(shopify: Stage) -> None:
    order = await forwarded(shopify, "shopify")
    await shopify.control("edit-order", channel="shopify", id=order.external_id, sku=OTHER, quantity=1)
    await held(shopify, order, "order_edited")
    await shopify.control("edit-order", channel="shopify", id=order.external_id, sku=OTHER, quantity=0)
    await held(shopify, order, None)
    assert await units(shopify) == [(SKU, 2)]
    await shopify.until_ledger(clean)


async def test_an_edit_that_a_person_made_in_exact_is_settled(shopify: Stage) -> None:
    order = await forwarded(shopify, "shopify")
    await shopify.control("edit-order", channel="shopify", id=order.external_id, sku=OTHER, quantity=1)
    await held(shopify, order, "order_edited")
    await shopify.command(commands.settle_order, order.order_id)
    await held(shopify, order, None)
    await shopify.command(commands.sweep_channel, "shopify")
    assert (await shopify.order(order.external_id)).hold_cause is None


@pytest.mark.parametrize("fault", ["none", "lost_answer"])
async def test_shopify_is_told_once_of_a_whole_order(shopify: Stage, fault: str) -> None:
    order = await forwarded(shopify, "shopify")
    if fault != "none":
        await shopify.control("fault", fault=fault, platform="shopify", method="POST", path="graphql", times=1)
    await shopify.command(commands.cancel_order, order.order_id)
    await until_state(shopify, "done")
    ledger = await shopify.until_ledger(clean)
    assert (ledger["sales_orders"], ledger["channels"]["shopify"]["cancelled"]) == (0, 1)
