"""One day's calls, shared out: orders first, stock and parcels never without, the rest what is spare."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from hub.adapters.exact.client import WINDOWS
from hub.adapters.limits import Budget, Lane
from hub.outcome import Throttled
from tests.adapters.handclock import START, HandClock

DAY = 86_400.0
MIDNIGHT = START.replace(hour=0) + timedelta(days=1)


class Exact:
    """A day of so many calls, as Exact counts and tells them."""

    def __init__(self, clock: HandClock, limit: int = 5000) -> None:
        self.clock, self.limit, self.used, self.refused, self.day = clock, limit, 0, 0, clock.now().date()

    def call(self) -> dict[str, str]:
        now = self.clock.now()
        if now.date() != self.day:
            self.day, self.used = now.date(), 0
        self.refused += self.used >= self.limit
        self.used = min(self.used + 1, self.limit)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return {
            "Date": format_datetime(now, usegmt=True),
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - self.used),
            "X-RateLimit-Reset": str(round(midnight.timestamp() * 1000)),
        }


def a_day(every: dict[Lane, float]) -> tuple[dict[Lane, list[float]], Exact]:
    """Let each lane ask for a call every so many seconds, from midnight to midnight; return when each got one."""
    clock = HandClock(START.replace(hour=0))
    exact, budget = Exact(clock), Budget("d", WINDOWS, clock)
    got: dict[Lane, list[float]] = {lane: [] for lane in every}
    due = dict.fromkeys(every, 0.0)
    at = 0.0
    while (at := max(at, min(due.values()))) < DAY:
        clock.forward(at - (clock.monotonic() - 1000.0))
        lane = min(due, key=lambda one: (due[one], one))
        try:
            with budget.call(lane):
                budget.observe(exact.call())
            got[lane].append(at)
            due[lane] = at + every[lane]
        except Throttled as throttled:
            due[lane] = at + max(0.05, throttled.retry_after)
    return got, exact


def longest(moments: list[float], end: float = DAY) -> float:
    return max(later - earlier for earlier, later in zip([0.0, *moments], [*moments, end], strict=True))


def test_whatever_all_lanes_want_orders_have_most_stock_goes_on_and_nothing_is_refused() -> None:
    got, exact = a_day({Lane.ORDERS: 15.0, Lane.TRACKING: 30.0, Lane.STOCK: 5.0, Lane.CATALOGUE: 10.0})
    calls = {lane: len(moments) for lane, moments in got.items()}
    assert exact.refused == 0
    assert sum(calls.values()) <= 5000
    assert calls[Lane.ORDERS] > 3000
    assert calls[Lane.STOCK] >= 500
    assert longest(got[Lane.STOCK]) < 180
    assert longest(got[Lane.TRACKING]) < 480


def test_orders_of_an_evening_find_what_nobody_took_in_the_morning() -> None:
    got, exact = a_day({Lane.STOCK: 5.0, Lane.CATALOGUE: 5.0, Lane.BACKFILL: 5.0})
    by_noon = sum(moment < DAY / 2 for moments in got.values() for moment in moments)
    assert by_noon < 2200, "orders may still need most of the day's calls"
    assert exact.refused == 0


def test_an_idle_day_is_no_reason_to_save_calls_for_ever() -> None:
    got, _ = a_day({Lane.CATALOGUE: 10.0})
    assert len(got[Lane.CATALOGUE]) > 4500
    assert 600 < longest(got[Lane.CATALOGUE]) < 1800, "in the morning it has its own share alone"


def test_nobody_takes_the_share_of_stock_not_even_orders(clock: HandClock) -> None:
    budget, exact = Budget("d", WINDOWS, clock), Exact(clock)
    while True:
        try:
            with budget.call(Lane.ORDERS):
                budget.observe(exact.call())
        except Throttled:
            break
    left = (MIDNIGHT - START) / timedelta(days=1) * 5000
    assert exact.limit - exact.used == pytest.approx(0.15 * left, abs=20)
    for lane in (Lane.STOCK, Lane.TRACKING, Lane.CATALOGUE):
        budget.admit(lane)
    with pytest.raises(Throttled):
        budget.admit(Lane.BACKFILL)


def test_a_share_is_not_given_out_anew_where_an_actor_is_opened_again(clock: HandClock) -> None:
    """An actor rests when nothing is to be done; each time a whole piece, and the day would end at noon."""
    exact, budget = Exact(clock), Budget("d", WINDOWS, clock)
    exact.used, drawn = 4000, 0
    for _ in range(100):
        while True:
            try:
                with budget.call(Lane.STOCK):
                    budget.observe(exact.call())
                    drawn += 1
            except Throttled:
                break
        told = (*budget.meters(), *budget.share_meters())
        clock.forward(30)
        budget = Budget("d", WINDOWS, clock)
        budget.remember(told)
    assert drawn == pytest.approx(100 * 30 / 172.8 + 10.4, abs=3)


def test_lanes_tell_their_pace_and_their_room(clock: HandClock) -> None:
    budget, exact = Budget("d", WINDOWS, clock), Exact(clock)
    for _ in range(60):
        with budget.call(Lane.STOCK):
            budget.observe(exact.call())
        clock.forward(60)
    (stock,) = budget.lane_meters()
    assert stock.name == "lane stock"
    assert stock.per_hour == pytest.approx(60, rel=0.05)
    assert stock.remaining is not None
    assert 0 < stock.remaining < 5000 - exact.used
