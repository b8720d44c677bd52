"""Sweeping bol.com's orders: which question is asked, and where the next one starts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from hub.adapters.bol.sweep import Sweep

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def pages(sweep: Sweep, total: int) -> list[int]:
    """Read a selection of so many orders and return the pages asked for, in order."""
    asked: list[int] = []
    place: Sweep | None = sweep
    while place is not None:
        asked.append(place.page)
        rows = max(0, min(50, total - 50 * (place.page - 1)))
        place = place.next_page(rows)
    return asked


def test_the_first_sweep_asks_for_open_and_recent_orders_of_all_kinds() -> None:
    query = Sweep.resume(None, NOW).query(NOW)
    assert query == {"status": "ALL", "fulfilment-method": "ALL", "page": "1"}


@pytest.mark.parametrize(("seconds", "minutes"), [(0, "15"), (1, "16"), (60, "16"), (61, "17"), (45 * 60, "60")])
def test_within_the_hour_minutes_are_rounded_up_and_overlap(seconds: int, minutes: str) -> None:
    since = (NOW - timedelta(seconds=seconds)).isoformat()
    assert Sweep.resume(since, NOW).query(NOW)["change-interval-minute"] == minutes


def test_after_a_longer_gap_every_day_is_read_up_to_today() -> None:
    cursor, days, more = (NOW - timedelta(days=2)).isoformat(), [], True
    while more:
        sweep = Sweep.resume(cursor, NOW)
        days.append(sweep.query(NOW).get("latest-change-date"))
        cursor, more = sweep.reached(NOW)
    assert days == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert datetime.fromisoformat(cursor) == NOW


def test_days_are_dutch_days() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert Sweep.resume(late.isoformat(), NOW).query(NOW)["latest-change-date"] == "2026-11-21"


def test_history_beyond_three_months_is_not_asked_for() -> None:
    assert Sweep.resume("2020-01-01T00:00:00+00:00", NOW).query(NOW)["latest-change-date"] == "2026-08-26"


def test_a_sweep_reaches_the_moment_it_began_and_not_the_moment_it_ended() -> None:
    sweep = Sweep.resume(NOW.isoformat(), NOW + timedelta(minutes=5))
    reached, more = sweep.reached(NOW + timedelta(minutes=9))
    assert (datetime.fromisoformat(reached), more) == (NOW + timedelta(minutes=5), False)


@pytest.mark.parametrize(("total", "expected"), [(0, [1]), (49, [1]), (50, [1, 2, 1]), (120, [1, 2, 3, 2, 1])])
def test_several_pages_are_read_back_once_more(total: int, expected: list[int]) -> None:
    assert pages(Sweep.resume(None, NOW), total) == expected


def test_a_sweep_cut_short_goes_on_where_it_was() -> None:
    place = Sweep.resume(NOW.isoformat(), NOW + timedelta(minutes=1)).next_page(50)
    assert place is not None
    again = Sweep.resume(place.cursor(), NOW + timedelta(minutes=2))
    assert again == place
    assert again.query(NOW + timedelta(minutes=2))["change-interval-minute"] == "17"


def test_a_sweep_cut_short_begins_again_when_the_hour_has_passed_meanwhile() -> None:
    place = Sweep.resume(NOW.isoformat(), NOW + timedelta(minutes=40)).next_page(50)
    assert place is not None
    later = NOW + timedelta(hours=2)
    assert Sweep.resume(place.cursor(), later) == Sweep(NOW, later, "day")


def test_a_first_sweep_cut_short_goes_on_too() -> None:
    place = Sweep.resume(None, NOW).next_page(50)
    assert place is not None
    assert Sweep.resume(place.cursor(), NOW + timedelta(hours=3)) == place


@pytest.mark.parametrize("kind", ["new orders come in", "orders leave the selection", "both"])
@pytest.mark.parametrize("seed", range(5))
def test_no_order_slips_over_a_page_edge_while_the_list_moves(seed: int, kind: str) -> None:
    """Between two pages either the top grows or known orders leave; one that stays is always seen.

    With both in the same sweep a row may move down and up again, so there only a single leaver is allowed for.
    """
    chance = random.Random(seed)
    listed = [str(number) for number in range(230)]
    stays, seen = set(listed), set[str]()
    place: Sweep | None = Sweep.resume(None, NOW)
    left = 0
    while place is not None:
        rows = listed[(place.page - 1) * 50 : place.page * 50]
        seen |= set(rows)
        place = place.next_page(len(rows))
        if kind != "orders leave the selection":
            listed.insert(0, f"new{len(listed)}")
        if kind == "orders leave the selection" or (kind == "both" and not left):
            left += 1
            stays.discard(gone := chance.choice(listed))
            listed.remove(gone)
    assert stays <= seen
