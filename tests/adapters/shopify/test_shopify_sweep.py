"""The sweep's cursor: an overlap for the index that lags, and never more rows than one question gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.adapters.port import OrderRef
from hub.adapters.shopify.sweep import MOST_ROWS, OVERLAP, Sweep

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def refs(count: int, start: datetime = START) -> list[OrderRef]:
    return [OrderRef(str(number), start + timedelta(seconds=number)) for number in range(count)]


def test_times_are_quoted_or_they_would_end_at_their_first_colon() -> None:
    assert Sweep.start(START).query() == "updated_at:>='2026-11-23T09:00:00Z'"


def test_a_finished_sweep_starts_again_some_minutes_before_the_newest_change() -> None:
    done = Sweep.start(START).following(refs(10), None)
    assert (done.since, done.newest) == (START + timedelta(seconds=9) - OVERLAP, START + timedelta(seconds=9))
    quiet = done.following([], None)
    assert (quiet.since, quiet.newest) == (done.since, done.newest)


def test_within_a_sweep_the_question_stays_and_the_page_moves() -> None:
    first = Sweep.start(START)
    second = Sweep.resume(first.following(refs(100), "page-2").cursor())
    assert (second.query(), second.after, second.rows) == (first.query(), "page-2", 100)


def test_before_shopify_stops_giving_pages_a_new_question_is_asked() -> None:
    sweep = Sweep(START, START, "page", MOST_ROWS - 50)
    moved = sweep.following(refs(100), "next")
    assert (moved.since, moved.after, moved.rows) == (START + timedelta(seconds=99), None, 0)
    crowded = Sweep(START, START, "page", MOST_ROWS).following(refs(1), "next")
    assert crowded.after == "next", "all of one second: only the page can move"


def test_a_page_that_is_gone_is_left_for_the_newest_change() -> None:
    again = Sweep(START, START + timedelta(hours=1), "gone", 300).again()
    assert (again.since, again.after) == (START, None)
