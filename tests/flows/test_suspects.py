"""Goods that Exact refuses without saying so beforehand: orders with them stop nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.store.tables import message, orders
from tests.flows.stage import DIVISION, Stage, eventually, stage

BAD, GOOD = "ART-00002", "ART-00001"


@pytest.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Stage]:
    """A connected wholesaler with one shop."""
    async with stage(sqlite_url, channels=("woocommerce",)) as made:
        yield made


def for_sale(acme: Stage, sku: str, *, yes: bool) -> None:
    """Let Exact take orders for an item or refuse them; nobody is told."""
    books: Any = acme.sandbox.world.platforms["exact"]
    division = books.office.divisions[DIVISION]
    division.table("logistics/Items").rows[division.guid("item", sku)]["IsSalesItem"] = yes


async def sell(acme: Stage, *skus: str) -> str:
    return await acme.sell("woocommerce", lines=[{"sku": sku, "quantity": 1} for sku in skus], shipping="4.95")


async def until_held_back(acme: Stage, external_id: str) -> None:
    """Wait until the hub has looked at an order and will look again later, with nothing of it sent."""

    async def later() -> bool:
        waiting = select(message.c.body).where(
            message.c.kind == "erp.order.forward", message.c.due_at > acme.desk.clock.now()
        )
        order, ids = await acme.order(external_id), [row.body["order_id"] for row in await acme.rows(waiting)]
        return order is not None and order.order_id in ids

    await eventually(later)
    rows = await acme.rows(select(orders).where(orders.c.external_id == external_id))
    assert [(row.status, row.attempt_at) for row in rows] == [("ready", None)]


async def three_refused(acme: Stage) -> list[str]:
    for_sale(acme, BAD, yes=False)
    refused = []
    for _ in range(3):
        refused.append(await sell(acme, BAD))
        assert (await acme.until_order(refused[-1], "held")).hold_cause == "refused_by_erp"
    return refused


async def test_orders_with_refused_goods_leave_two_of_five_refusals_to_the_others(shop: Stage) -> None:
    await three_refused(shop)
    await until_held_back(shop, await sell(shop, GOOD, BAD))
    await shop.until_order(await sell(shop, GOOD), "forwarded")


async def test_what_a_person_tries_again_is_tried_and_clears_its_goods(shop: Stage) -> None:
    refused = await three_refused(shop)
    for_sale(shop, BAD, yes=True)
    held = await shop.order(refused[0])
    await shop.command(commands.retry_order, held.order_id)
    await shop.until_order(refused[0], "forwarded")
    await shop.until_order(await sell(shop, BAD), "forwarded")
