"""A long reading keeps what it brought."""

from __future__ import annotations

import pytest

from hub.actors.erp.pages import Reading, read_on
from hub.adapters.port import Page
from hub.outcome import Outcome, Throttled, Unavailable


class Book:
    """Ten pages of one row each; some stop the reader once."""

    def __init__(self, stops: dict[int, Outcome]) -> None:
        self.stops = stops
        self.read: list[int] = []

    async def __call__(self, cursor: str | None) -> Page[int]:
        number = int(cursor or 0)
        if stop := self.stops.pop(number, None):
            raise stop
        self.read.append(number)
        return Page((number,), str(number + 1), more=number < 9)


@pytest.mark.parametrize(("stop", "wait"), [(Throttled(42), 42), (Unavailable("down"), 5)])
async def test_a_reading_that_is_stopped_goes_on_where_it_was(stop: Outcome, wait: float) -> None:
    book = Book({4: stop})
    first = await read_on(book, None)
    assert first == Reading((0, 1, 2, 3), "4", complete=False, wait=wait)
    rest = await read_on(book, first.cursor)
    assert (rest.rows, rest.complete) == ((4, 5, 6, 7, 8, 9), True)
    assert book.read == list(range(10))


async def test_a_reading_that_brought_nothing_waits_like_any_other_call() -> None:
    with pytest.raises(Throttled):
        await read_on(Book({0: Throttled(1)}), None)
    assert await read_on(Book({0: Throttled(1)}), None, keep=True) == Reading((), None, complete=False, wait=1)


async def test_a_turn_reads_so_many_pages_and_no_more() -> None:
    assert (await read_on(Book({}), None, pages=3)) == Reading((0, 1, 2), "3", complete=False)
