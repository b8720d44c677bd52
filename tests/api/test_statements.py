"""A list costs the same few statements however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import httpx2
import pytest
from sqlalchemy import Engine, event, insert
from starlette.types import ASGIApp

from hub.domain.tenant import Role
from hub.graphql.announcer import Announcer
from hub.store import tables
from hub.store.engine import Database, Work
from tests.api.conftest import Calling, token_for
from tests.api.house import House, happen, line_row, order_row
from tests.api.served import served, until

DEEP = """query ($n: Int) { orders(first: $n) { nodes {
    channel { name actor { lanes { depth } } budgets { name } }
    lines { product { code openClaims items { vatCode } readings { freeStock } listings { channel { name } } } }
    claims { product { code } } parcels { delivery { number } units { line { title } } } buyer { email }
} } }"""


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that run within."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement != "BEGIN":
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_thirty_orders_cost_no_more_statements_than_one(
    calling: Calling, house: House, database: Database
) -> None:
    """The least of several times counts: what is looked up in one go may be cut in two where two answers meet.

    A product is looked up for lines and for claims. When claims come in at the very moment at which lines do, their
    look-up leaves with some of the lines' products, and what is asked of the others goes after it.
    """

    async def fill(work: Work) -> None:
        for number in range(29):
            name = f"o{number}"
            await work.execute(insert(tables.orders).values(tenant_id="acme", **order_row(house, name)))
            for line in ("1", "2"):
                await work.execute(insert(tables.order_line).values(tenant_id="acme", **line_row(house, name, line)))

    await database.write(fill)
    caller = await calling(Role.OPERATOR)
    counts = []
    for size in (1, 30):
        times = []
        for _ in range(5):
            with counted() as statements:
                answer = await caller.ask(DEEP, n=size)
            assert len(answer["orders"]["nodes"]) == size
            times.append(len(statements))
        counts.append(min(times))
    assert counts[1] <= counts[0] + 3, counts
    assert counts[1] <= 25


async def test_an_event_costs_a_few_statements_however_many_subscribers_ask(
    app: ASGIApp, database: Database, announcer: Announcer, house: House
) -> None:
    """Thirty streams that ask for the event's channel share a look at it, or a few where they are not in step.

    Each has had an event before it is looked at: one that has just begun still reads stored events on its own.
    """
    token, counts = await token_for(database, "acme", Role.VIEWER), []
    async with served(app) as place:
        for streams in (1, 30):
            got = [0]

            async def follow(got: list[int] = got) -> None:
                headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
                body = {"query": "subscription { syncEvents { channel { name } } }"}
                request = client.stream("POST", f"http://{place}/graphql", json=body, headers=headers)
                async with request as answer:
                    async for line in answer.aiter_lines():
                        got[0] += "Web shop" in line

            async with httpx2.AsyncClient(timeout=None) as client, anyio.create_task_group() as tasks:
                for _ in range(streams):
                    tasks.start_soon(follow)
                await until(lambda streams=streams: announcer.listeners("acme") == streams)  # type: ignore[misc]
                await happen(database, "acme", 1)
                await until(lambda got=got, streams=streams: got[0] == streams)  # type: ignore[misc]
                with counted() as statements, anyio.fail_after(60):
                    await happen(database, "acme", 1)
                    await until(lambda got=got, streams=streams: got[0] == 2 * streams)  # type: ignore[misc]
                counts.append(len([one for one in statements if "FROM channel" in one]))
                tasks.cancel_scope.cancel()
            await until(lambda: announcer.listeners("acme") == 0)
    assert counts[0] == 1
    assert counts[1] <= 6
