"""Whatever happens while Exact moves a division, no claim is released that no reading reflects."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.actors.erp.cursor import UNSURE
from hub.actors.erp.moving import GENERATION, HOUR, PATIENCE, UNASKED
from hub.actors.erp.stock import UNKNOWN
from hub.actors.messages import ItemChanged, ReadCatalogue, ReadStockAnew, SweepStock
from hub.outcome import Outcome, Rejected, Throttled, Unavailable
from tests.actors.erp.reader import SOLD, Reader

pytestmark = pytest.mark.anyio
AWAY = [Throttled(60, "no calls left"), Unavailable("away"), Rejected("no", code="forbidden")]


def move(reader: Reader) -> None:
    """Move the division to another database."""
    books = reader.exact.exact.main
    books.change_database()
    for row in books.table("system/Divisions").find(Code=books.code):
        row["DivisionMoveDate"] = books.now()


def change_all(reader: Reader) -> None:
    """Let each stock row change."""
    books = reader.exact.exact.main
    for row in list(books.table("stock").rows.values()):
        books.move(row["ItemId"], row["Warehouse"], CurrentStock=Decimal(1))


@pytest.fixture
async def moved(reader: Reader) -> Reader:
    """A lane that has read all, in whose division an order was booked before Exact moved it."""
    await reader.sweep(2)
    await reader.sell()
    move(reader)
    return reader


async def test_a_division_that_stays_is_asked_once_however_often_its_stock_changes(reader: Reader) -> None:
    for _ in range(4):
        await reader.sweep(2)
        await reader.sell()
    assert reader.erp.asked["generation"] == 1
    await reader.until_read()
    assert reader.erp.asked["generation"] == 1


async def test_a_move_is_noticed_by_a_read_that_brings_nothing(moved: Reader) -> None:
    await moved.sweep()
    assert await moved.claimed() == SOLD
    await moved.until_read()


async def test_what_else_is_read_of_the_division_is_read_anew_too(moved: Reader) -> None:
    await moved.sweep()
    assert ReadCatalogue(tick=False) in moved.left


async def test_a_move_is_noticed_by_a_read_of_which_all_rows_have_changed(moved: Reader) -> None:
    change_all(moved)
    await moved.until_read()


@pytest.mark.parametrize("word", AWAY, ids=lambda word: type(word).__name__)
async def test_while_exact_does_not_say_whether_it_moved_claims_stand(moved: Reader, word: Outcome) -> None:
    moved.erp.refusals["generation"] = [word]
    await moved.sweep()
    assert await moved.claimed() == SOLD
    await moved.until_read()


@pytest.mark.parametrize("word", AWAY[:2], ids=lambda word: type(word).__name__)
async def test_reading_gets_on_where_there_is_only_one_call_at_a_time(moved: Reader, word: Outcome) -> None:
    for _ in range(8):
        moved.erp.allow(1, word)
        await moved.sweep()
    assert await moved.is_read()


@pytest.mark.parametrize("refusals", [[], [Rejected("no", code="forbidden")]], ids=["answered", "refused"])
async def test_a_reading_that_begins_over_after_a_move_trusts_nothing_that_was_stored(
    moved: Reader, refusals: list[Outcome]
) -> None:
    moved.erp.refusals["generation"] = list(refusals)
    moved.remember(**{UNKNOWN: True})
    await moved.turn(ReadStockAnew())
    assert await moved.promised() <= moved.free()
    await moved.until_read()


async def test_a_page_that_is_refused_after_a_move_begins_a_reading_that_trusts_nothing(moved: Reader) -> None:
    moved.erp.refusals["pages"] = [Rejected("skiptoken", code="bad_cursor")]
    await moved.turn(SweepStock(tick=False))
    await moved.until_read()


async def test_hints_that_come_between_release_nothing(moved: Reader) -> None:
    await moved.sweep()
    await moved.turn(ItemChanged(moved.exact.item(3)))
    assert await moved.promised() <= moved.free()
    await moved.until_read()


async def test_whoever_may_not_read_where_divisions_lie_is_not_asked_again_and_again(reader: Reader) -> None:
    reader.erp.refusals["generation"] = [Rejected("no", code="forbidden")] * 9
    await reader.sweep(2)
    change_all(reader)
    await reader.sweep(3)
    assert reader.erp.asked["generation"] == 1
    await reader.sell()
    await reader.until_read()


async def test_a_right_that_was_taken_away_stops_nothing_for_ever_and_is_asked_for_again(moved: Reader) -> None:
    moved.erp.refusals["generation"] = [Rejected("no", code="forbidden")] * 2
    await moved.sweep()
    assert await moved.claimed() == SOLD
    moved.remember(**{UNSURE: moved.lane.scene.desk.clock.now().timestamp() - PATIENCE})
    await moved.turn(SweepStock(tick=False))
    assert await moved.claimed() == 0
    asked = moved.erp.asked["generation"]
    await moved.turn(SweepStock(tick=False))
    assert moved.erp.asked["generation"] == asked
    moved.remember(**{UNASKED: moved.lane.scene.desk.clock.now().timestamp() - HOUR})
    await moved.until_read_anyhow()


async def test_a_lane_of_a_former_version_learns_where_its_division_lies(reader: Reader) -> None:
    await reader.sweep(2)
    reader.remember(**{GENERATION: None})
    change_all(reader)
    await reader.sweep()
    assert reader.erp.asked["generation"] == 2
    await reader.sell()
    move(reader)
    await reader.until_read()


async def test_a_move_after_it_was_asked_where_a_reading_begins_and_before_its_page_is_noticed(reader: Reader) -> None:
    await reader.sweep(2)
    reader.remember(**{UNKNOWN: True})
    reader.erp.refusals["pages"] = [Unavailable("away")]
    await reader.turn(ReadStockAnew())
    await reader.sell()
    move(reader)
    await reader.until_read()


async def test_reading_gets_on_with_one_call_at_a_time_though_all_rows_change(reader: Reader) -> None:
    await reader.sweep(2)
    await reader.sell()
    for _ in range(8):
        change_all(reader)
        reader.erp.allow(1, Throttled(60, "no calls left"))
        await reader.sweep()
    assert await reader.claimed() == 0
