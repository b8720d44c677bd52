"""A webhook that comes after the read that has answered it causes no further read; any other does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from hub.actors.desk import Teller, erp_address
from hub.actors.erp.horizon import LATELY, MARGIN, all_answered, keep_horizon
from hub.actors.erp.scene import Scene
from hub.actors.messages import ItemChanged, SweepStock
from hub.actors.runtime.message import Envelope, Message
from hub.actors.runtime.turn import Turn
from hub.store.engine import Work
from hub.store.tables import erp_item, stock_reading
from tests.flows.stage import DIVISION, TENANT, Stage

EVENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""An event by Exact's clock; a read begins as much later as ``MARGIN`` allows for."""
HERE = EVENT + timedelta(seconds=40)
"""The same moment by ours, which is most of a minute ahead: that must not matter."""
TICK = timedelta(milliseconds=1)
NUMBER = 900_000


async def nothing(work: Callable[[Work], Awaitable[Any]]) -> None:
    """Commit nothing."""


def turn_of(*bodies: Message, state: bytes = b"{}") -> Turn:
    where = erp_address(TENANT, DIVISION)
    envelopes = [
        Envelope(where, number, "stock", "erp.stock.changed", body, 1, 0, 0, HERE, HERE, None)
        for number, body in enumerate(bodies)
    ]
    return Turn(where, "stock", envelopes, state=state, epoch=1, commit=nothing)


def changed(item: str, after: timedelta = timedelta()) -> ItemChanged:
    return ItemChanged(item, EVENT + after, HERE + after)


class Books:
    """Two items of the stage: one that the read ``NUMBER`` brought, and one that it did not."""

    def __init__(self, acme: Stage, brought: str, other: str) -> None:
        self.brought, self.other = brought, other
        address = erp_address(TENANT, DIVISION)
        nobody: Any = None
        self._scene = Scene(acme.desk, nobody, TENANT, DIVISION, "", Teller(address, acme.desk.clock), nobody)

    async def answered(self, *bodies: Message, after: Turn) -> bool:
        turn = turn_of(*bodies)
        turn.state |= after.state
        return await all_answered(turn, self._scene)


@pytest.fixture
async def books(acme: Stage) -> Books:
    rows = await acme.rows(
        select(erp_item.c.item_id, erp_item.c.product_id)
        .join(stock_reading, stock_reading.c.product_id == erp_item.c.product_id)
        .where(erp_item.c.division == DIVISION)
        .distinct()
    )
    brought, other = rows[0], rows[1]
    mark = update(stock_reading).where(stock_reading.c.product_id == brought.product_id).values(read_no=NUMBER)
    await acme.database.write(lambda work: work.execute(mark))
    return Books(acme, brought.item_id, other.item_id)


def read(number: int = NUMBER, *, at: timedelta = timedelta(), state: bytes = b"{}", told: bool = True) -> Turn:
    """Return the turn of a read that began so much later than the event; ``told`` whether Exact told its time."""
    turn = turn_of(state=state)
    keep_horizon(turn, number, HERE + at, EVENT + MARGIN + at if told else None)
    return turn


async def test_only_events_from_before_the_read_about_items_that_it_brought_are_answered(books: Books) -> None:
    assert await books.answered(changed(books.brought), after=read())
    assert not await books.answered(changed(books.brought, TICK), after=read())
    assert not await books.answered(changed(books.other), after=read())
    assert not await books.answered(changed(books.brought), changed(books.other), after=read())


async def test_what_is_asked_beside_hints_is_always_read(books: Books) -> None:
    assert not await books.answered(changed(books.brought), SweepStock(tick=False), after=read())
    assert not await books.answered(ItemChanged(books.brought), after=read())


async def test_nothing_is_answered_before_exact_told_its_time(books: Books) -> None:
    assert not await books.answered(changed(books.brought), after=turn_of())
    assert not await books.answered(changed(books.brought), after=read(told=False))


async def test_what_an_earlier_read_of_late_brought_is_answered_by_a_later_one(books: Books) -> None:
    for later, answered in ((LATELY, True), (LATELY + TICK, False)):
        first = read()
        second = read(NUMBER + 1, at=later, state=orjson.dumps(first.state))
        assert await books.answered(changed(books.brought, later), after=second) is answered
