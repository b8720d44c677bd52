"""Goods that Exact refuses without saying so beforehand: orders with them stop nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.desk import erp_address
from hub.actors.messages import ForwardOrder
from hub.actors.runtime.mailbox import post
from hub.domain.tenant import Role
from hub.graphql.announcer import Announcer
from hub.graphql.endpoint import make_graphql_app
from hub.store.engine import Work
from hub.store.known_tokens import KnownTokens
from hub.store.tables import message, orders
from tests.api.caller import Caller
from tests.api.conftest import dependencies, token_for
from tests.flows.stage import DIVISION, TENANT, Stage, eventually, stage

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


JOURNEYS = """{ orders(filter: {statuses: [READY]}) { nodes {
    externalId journey { nodes { kind level message detail } } } } }"""


async def asked(acme: Stage, query: str) -> Any:
    """Return the answer of the API to somebody who may look."""
    with KnownTokens(acme.database).listening() as known:
        app = make_graphql_app(dependencies(acme.database, Announcer(acme.database), known))
        return await Caller(app, await token_for(acme.database, TENANT, Role.VIEWER)).ask(query)


async def look_again(acme: Stage, order_id: str) -> None:
    """Let the hub look at an order now that waits, and wait until it has."""

    async def due() -> Any:
        waiting = await acme.rows(select(message).where(message.c.kind == "erp.order.forward"))
        return next((row.due_at for row in waiting if row.body["order_id"] == order_id), None)

    async def later() -> bool:
        at = await due()
        return at is not None and at > before

    async def forward(work: Work) -> None:
        post(work, erp_address(TENANT, DIVISION), ForwardOrder(order_id))

    before = await eventually(due)
    await acme.database.write(forward)
    await eventually(later)


async def test_who_asks_the_api_is_told_once_why_an_order_waits_and_until_when(shop: Stage) -> None:
    refused = [await shop.order(one) for one in await three_refused(shop)]
    waits = await sell(shop, GOOD, BAD)
    await until_held_back(shop, waits)
    order = await shop.order(waits)
    await look_again(shop, order.order_id)
    (shown,) = (await asked(shop, JOURNEYS))["orders"]["nodes"]
    assert shown["externalId"] == waits
    newest, *earlier = shown["journey"]["nodes"]
    assert (newest["kind"], newest["level"]) == ("order.held_back", "warning")
    assert "order.held_back" not in [one["kind"] for one in earlier]
    assert newest["message"].startswith(f"Order {order.number} waits: Exact refused order {refused[-1].number}, which")
    assert newest["detail"]["refused_order"] == refused[-1].order_id
    wait = datetime.fromisoformat(newest["detail"]["until"]) - shop.desk.clock.now()
    assert timedelta(minutes=50) < wait <= timedelta(hours=1)


async def test_what_a_person_tries_again_is_tried_and_clears_its_goods(shop: Stage) -> None:
    refused = await three_refused(shop)
    for_sale(shop, BAD, yes=True)
    held = await shop.order(refused[0])
    await shop.command(commands.retry_order, held.order_id)
    await shop.until_order(refused[0], "forwarded")
    await shop.until_order(await sell(shop, BAD), "forwarded")
