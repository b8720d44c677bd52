"""Pages: every row once, in order, whichever way and however large the steps."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.engine import Database, Work
from tests.api.caller import Caller
from tests.api.conftest import Calling
from tests.api.house import NOON, House, order_row

QUERY = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: OrdersFilter) {
    orders(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        edges { cursor node { number } } nodes { number }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}"""


@pytest.fixture
async def full_house(database: Database, house: House) -> House:
    """A house with 25 orders, many of them placed in the same instant."""

    async def fill(work: Work) -> None:
        for number in range(24):
            placed = NOON - timedelta(hours=number // 5)
            row = order_row(house, f"{number:02}", placed_at=placed, your_ref=f"W{number}_%", status="forwarded")
            await work.execute(insert(tables.orders).values(tenant_id="acme", **row))

    await database.write(fill)
    return house


async def page(caller: Caller, **variables: Any) -> dict[str, Any]:
    """Return one page of orders."""
    found: dict[str, Any] = (await caller.ask(QUERY, **variables))["orders"]
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    return found


async def every_number(caller: Caller) -> list[str]:
    """Return the numbers of all orders in one page."""
    return [node["number"] for node in (await page(caller, first=100))["nodes"]]


@pytest.mark.parametrize("size", [1, 2, 7, 25, 100])
async def test_walking_forward_shows_every_row_once(calling: Calling, full_house: House, size: int) -> None:
    caller = await calling(Role.VIEWER)
    found, after = [], None
    while True:
        here = await page(caller, first=size, after=after)
        assert here["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += [node["number"] for node in here["nodes"]]
        after = here["pageInfo"]["endCursor"]
        if not here["pageInfo"]["hasNextPage"]:
            break
    assert found == await every_number(caller)
    assert len(found) == len(set(found)) == 25


@pytest.mark.parametrize("size", [1, 7, 25])
async def test_walking_backward_shows_the_same_rows(calling: Calling, full_house: House, size: int) -> None:
    caller = await calling(Role.VIEWER)
    found: list[str] = []
    before = None
    while True:
        here = await page(caller, last=size, before=before)
        found = [node["number"] for node in here["nodes"]] + found
        before = here["pageInfo"]["startCursor"]
        if not here["pageInfo"]["hasPreviousPage"]:
            break
    assert found == await every_number(caller)


async def test_any_two_cursors_enclose_what_lies_between(calling: Calling, full_house: House) -> None:
    caller, random_ = await calling(Role.VIEWER), random.Random(7)
    edges = (await page(caller, first=100))["edges"]
    for _ in range(10):
        one, two = sorted(random_.sample(range(25), 2))
        here = await page(caller, first=100, after=edges[one]["cursor"], before=edges[two]["cursor"])
        assert here["edges"] == edges[one + 1 : two]


async def test_a_row_that_comes_in_between_moves_no_other(
    calling: Calling, full_house: House, database: Database
) -> None:
    caller = await calling(Role.VIEWER)
    whole = await every_number(caller)
    first = await page(caller, first=10)
    newest = order_row(full_house, "newest", placed_at=NOON + timedelta(hours=1))
    await database.write(lambda work: work.execute(insert(tables.orders).values(tenant_id="acme", **newest)))
    rest = await page(caller, first=100, after=first["pageInfo"]["endCursor"])
    assert [node["number"] for node in first["nodes"] + rest["nodes"]] == whole


@pytest.mark.parametrize(
    ("only", "count"),
    [
        ({"statuses": ["HELD"]}, 1),
        ({"statuses": ["HELD", "FORWARDED"]}, 25),
        ({"search": "#07"}, 1),
        ({"search": "w1"}, 11),
        ({"search": "_%"}, 24),
        ({"search": "%"}, 24),
        ({"placedFrom": "2026-11-23T12:00:00+01:00"}, 11),
        ({"placedFrom": "2026-11-23T11:00:00Z", "placedUntil": "2026-11-23T12:00:00Z"}, 5),
        ({"channelId": "Q2hhbm5lbDpzaG9w"}, 25),
        ({"channelId": "Q2hhbm5lbDpvdGhlcg=="}, 0),
    ],
)
async def test_filters_choose_what_they_name(
    calling: Calling, full_house: House, only: dict[str, Any], count: int
) -> None:
    found = await page(await calling(Role.VIEWER), first=100, filter=only)
    assert len(found["nodes"]) == count
