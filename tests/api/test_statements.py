"""A list costs the same few statements however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, insert

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.engine import Database, Work
from tests.api.conftest import Calling
from tests.api.house import House, line_row, order_row

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
        with counted() as statements:
            answer = await caller.ask(DEEP, n=size)
        assert len(answer["orders"]["nodes"]) == size
        counts.append(len(statements))
    assert counts == [counts[0], counts[0]]
    assert counts[1] <= 25
