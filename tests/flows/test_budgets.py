"""Budgets of platform calls, as the platforms' own headers told them, are there to be seen."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from hub.actors.desk import erp_address
from hub.adapters.port import Erp
from hub.node.activation import LiveErp
from hub.store.connections import change_credentials, load_connection
from hub.store.engine import Work
from hub.store.tables import budget, erp_connection
from tests.flows.stage import DIVISION, TENANT, Stage, eventually

NOTHING = "0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90"
"""An id of nothing in Exact: to delete it is refused, and counts."""
ENDPOINT = "errors webhooks/WebhookSubscriptions"


async def owners(acme: Stage) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in await acme.rows(select(budget).where(budget.c.tenant_id == TENANT)):
        found.setdefault(row.owner, []).append(row)
    return found


async def test_a_division_and_a_limited_channel_show_what_is_left(acme: Stage) -> None:
    wanted = {f"channel/{TENANT}/bol", f"erp/{TENANT}/{DIVISION}"}

    async def told() -> dict[str, list[Any]] | None:
        found = await owners(acme)
        return found if wanted <= found.keys() else None

    found = await eventually(told)
    for owner in wanted:
        assert any(row.remaining is not None and row.remaining <= row.allowed for row in found[owner])


def allowed(erp: Erp) -> int | None:
    """Return how many refusals the endpoint of subscriptions may still take."""
    return next((one.remaining for one in erp.meters() if one.name == ENDPOINT), None)


async def test_a_refusal_outlives_the_node_it_was_given_to(acme: Stage) -> None:
    (row,) = await acme.rows(select(erp_connection.c.connection_id))
    address = erp_address(TENANT, DIVISION)
    async with AsyncExitStack() as stack:
        erp = await LiveErp(acme.desk, stack)(address, row.connection_id)
        for _ in range(2):
            await erp.unsubscribe(NOTHING)
        assert allowed(erp) == 3
        after_a_crash = await LiveErp(acme.desk, stack)(address, row.connection_id)
        assert allowed(after_a_crash) == 3


async def test_refusals_count_on_when_the_secret_of_the_app_is_renewed(acme: Stage) -> None:
    (row,) = await acme.rows(select(erp_connection.c.connection_id))
    address = erp_address(TENANT, DIVISION)
    async with AsyncExitStack() as stack:
        live = LiveErp(acme.desk, stack)
        erp = await live(address, row.connection_id)
        await erp.unsubscribe(NOTHING)
        left = allowed(erp)
        assert left is not None
        await renew_credentials(acme, row.connection_id)
        renewed = await live(address, row.connection_id)
        assert renewed is not erp
        assert allowed(renewed) == left


async def renew_credentials(acme: Stage, connection_id: str) -> None:
    """Store another secret of the same app, and forget what was stored of budgets."""
    async with acme.database.read() as connection:
        stored = await load_connection(connection, TENANT, connection_id)
    assert stored is not None
    credentials = replace(stored.opened(acme.desk.vault), client_secret="another-secret")

    async def change(work: Work) -> None:
        await change_credentials(work, acme.desk.vault, TENANT, connection_id, credentials)
        await work.execute(delete(budget))

    await acme.database.write(change)
