"""Budgets told by headers, buckets, and the breaker for client errors."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.adapters.exact.client import WINDOWS
from hub.adapters.limits import RESERVES, Bucket, Budget, ErrorBreaker, Lane, server_time
from hub.adapters.limits.server_time import ServerTime
from hub.outcome import Throttled, Unavailable
from tests.adapters.handclock import START, HandClock

MINUTE = 60
KEPT = 3
"""What stock and parcels have of a minute for themselves."""


class Window:
    """Exact's fixed minute window as the contract tells it, on a clock that runs ahead of or behind ours."""

    def __init__(self, clock: HandClock, limit: int, ahead: float = 0.0) -> None:
        self._clock = clock
        self._limit = limit
        self._ahead = timedelta(seconds=ahead)
        self._minute = 0
        self._used = 0
        self.refused = 0

    def call(self) -> dict[str, str]:
        now = self._clock.now() + self._ahead
        minute = int(now.timestamp()) // MINUTE
        if minute != self._minute:
            self._minute, self._used = minute, 0
        if self._used >= self._limit:
            self.refused += 1
        self._used = min(self._used + 1, self._limit)
        return {
            "Date": format_datetime(now.astimezone(UTC), usegmt=True),
            "X-RateLimit-Minutely-Limit": str(self._limit),
            "X-RateLimit-Minutely-Remaining": str(self._limit - self._used),
            "X-RateLimit-Minutely-Reset": str((minute + 1) * MINUTE * 1000),
        }


def told(remaining: int, limit: int = 60, reset: datetime = START + timedelta(seconds=40)) -> dict[str, str]:
    return {
        "Date": format_datetime(START, usegmt=True),
        "X-RateLimit-Minutely-Limit": str(limit),
        "X-RateLimit-Minutely-Remaining": str(remaining),
        "X-RateLimit-Minutely-Reset": str(int(reset.timestamp() * 1000)),
    }


def told_of_day(remaining: int, clock: HandClock, limit: int = 5000) -> dict[str, str]:
    midnight = START.replace(hour=0) + timedelta(days=1)
    return {
        "Date": format_datetime(clock.now(), usegmt=True),
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(int(midnight.timestamp() * 1000)),
    }


def test_without_headers_nothing_is_known_and_nothing_is_refused(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe({})
    for _ in range(100):
        budget.admit(Lane.BACKFILL)
    assert [(m.limit, m.remaining, m.resets_at) for m in budget.meters()] == [(None, None, None)] * 2


def test_a_missing_header_leaves_what_is_known_of_that_window(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe({**told(30), "X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4000"})
    budget.observe(
        {"X-RateLimit-Minutely-Remaining": "0", "X-RateLimit-Minutely-Reset": told(0)["X-RateLimit-Minutely-Reset"]}
    )
    minute, day = budget.meters()
    assert (minute.remaining, day.remaining) == (0, 4000)


def test_an_exhausted_window_says_how_long_to_wait_in_the_servers_time(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    clock.forward(3600)
    budget.observe(told(0))
    with pytest.raises(Throttled) as caught:
        budget.admit(Lane.ORDERS)
    assert 40 <= caught.value.retry_after < 41
    clock.forward(caught.value.retry_after)
    budget.admit(Lane.ORDERS)


def test_a_clock_that_was_set_is_noticed(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(0))
    clock.forward(7200)
    ahead = {**told(0), "Date": "Mon, 23 Nov 2026 09:00:10 GMT"}
    budget.observe(ahead)
    with pytest.raises(Throttled) as caught:
        budget.admit(Lane.ORDERS)
    assert caught.value.retry_after == pytest.approx(30.05)


@pytest.mark.parametrize("by", [5.0, -5.0, 7200.0])
def test_a_clock_that_is_set_neither_ends_a_window_early_nor_late(clock: HandClock, by: float) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(0))
    clock.set(by)
    with pytest.raises(Throttled) as caught:
        budget.admit(Lane.ORDERS)
    assert 40 <= caught.value.retry_after < 41
    clock.forward(caught.value.retry_after)
    budget.admit(Lane.ORDERS)


def test_who_is_opened_anew_with_a_clock_that_is_ahead_knows_that_the_window_lasts(clock: HandClock) -> None:
    clock.set(60.0)
    first = Budget("d", WINDOWS, clock, server_time(clock, "https://exact.example"))
    first.observe(told(0))
    again = Budget("d", WINDOWS, clock, server_time(clock, "https://exact.example"))
    again.remember(first.meters())
    with pytest.raises(Throttled) as caught:
        again.admit(Lane.ORDERS)
    assert 40 <= caught.value.retry_after < 41
    assert server_time(clock, "https://elsewhere.example").at(clock.now()) is None, "another server's time is its own"


def test_a_lead_from_hours_ago_gives_way_to_what_is_told_now(clock: HandClock) -> None:
    time = ServerTime(clock)
    time.learn(START + timedelta(seconds=5))
    clock.forward(60)
    time.learn(clock.now())
    assert time.now() == clock.now() + timedelta(seconds=5), "one answer may have taken its time"
    clock.forward(2 * 3600)
    time.learn(clock.now())
    assert time.now() == clock.now()


@pytest.mark.parametrize("lane", [Lane.CATALOGUE, Lane.BACKFILL])
def test_a_lane_leaves_its_reserve_to_the_lanes_above(clock: HandClock, lane: Lane) -> None:
    reserve = int(60 * RESERVES[lane]) + KEPT
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(reserve + 1))
    budget.admit(lane)
    budget.observe(told(reserve))
    with pytest.raises(Throttled):
        budget.admit(lane)


def test_an_answer_overtaken_by_a_later_one_does_not_raise_the_budget(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(3))
    budget.observe(told(9))
    assert budget.meters()[0].remaining == 3


def test_a_call_whose_answer_was_lost_may_have_been_counted(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(12))
    with pytest.raises(Unavailable), budget.call(Lane.ORDERS):
        raise Unavailable("no answer", unknown=True)
    assert budget.meters()[0].remaining == 11
    budget.observe(told(12))
    assert budget.meters()[0].remaining == 11
    clock.forward(41)
    budget.observe(told(59, reset=START + timedelta(seconds=100)))
    assert budget.meters()[0].remaining == 59


def test_a_call_that_was_given_up_may_be_counted_when_it_lands_even_in_the_next_window(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(12))
    clock.forward(35)
    out_of_reach(budget, 1)
    clock.forward(6)
    for left, known in ((59, 58), (58, 57)):
        with budget.call(Lane.ORDERS):
            budget.observe(told(left, reset=START + timedelta(seconds=100)))
        assert budget.meters()[0].remaining == known
    clock.forward(20)
    with budget.call(Lane.ORDERS):
        budget.observe(told(56, reset=START + timedelta(seconds=100)))
    assert budget.meters()[0].remaining == 56


def out_of_reach(budget: Budget, times: int) -> None:
    for _ in range(times):
        with suppress(Unavailable), budget.call(Lane.ORDERS):
            raise Unavailable("no answer", unknown=True)


def test_an_outage_that_outlasts_a_window_does_not_spend_the_ones_after_it(clock: HandClock) -> None:
    """Nobody tells when a window ends in which no answer came; calls that were lost in it end with it all the same."""
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(59))
    clock.forward(41)
    with pytest.raises(Throttled) as wait:
        out_of_reach(budget, 60)
    clock.forward(wait.value.retry_after)
    budget.admit(Lane.ORDERS)
    assert budget.meters()[0].remaining == 60


def test_an_outage_does_not_spend_the_day(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told_of_day(4000, clock))
    for _ in range(3000):
        with pytest.raises(Unavailable), budget.call(Lane.ORDERS):
            raise Unavailable("cannot be reached")
    assert budget.meters()[1].remaining == 1000
    clock.forward(20)
    with budget.call(Lane.ORDERS):
        budget.observe(told_of_day(3999, clock))
    assert budget.meters()[1].remaining == 3999


def test_a_call_that_never_ended_in_an_answer_costs_nothing_on_our_side(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(KEPT + 1))
    with budget.call(Lane.ORDERS), pytest.raises(Throttled):
        budget.admit(Lane.ORDERS)
    budget.admit(Lane.ORDERS)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(Lane)), st.floats(0, 5)), max_size=250),
    st.integers(5, 60),
    st.floats(-86400, 86400),
)
def test_however_calls_come_the_server_never_has_to_refuse_one(
    calls: list[tuple[Lane, float]], limit: int, ahead: float
) -> None:
    clock = HandClock()
    server = Window(clock, limit, ahead)
    budget = Budget("d", WINDOWS, clock)
    waits: list[float] = []
    for lane, pause in calls:
        clock.forward(pause)
        try:
            with budget.call(lane):
                budget.observe(server.call())
        except Throttled as throttled:
            waits.append(throttled.retry_after)
            clock.forward(throttled.retry_after)
    assert server.refused == 0
    assert all(0 < wait <= 62 for wait in waits)


def test_calls_under_way_together_stay_within_what_was_left(clock: HandClock) -> None:
    budget = Budget("d", WINDOWS, clock)
    budget.observe(told(KEPT + 2))
    with budget.call(Lane.ORDERS), budget.call(Lane.ORDERS), pytest.raises(Throttled) as caught:
        budget.admit(Lane.ORDERS)
    assert caught.value.retry_after > 0


def test_a_bucket_admits_its_capacity_at_once_and_then_its_rate(clock: HandClock) -> None:
    bucket = Bucket("orders", 25, 10.0, clock)
    for _ in range(25):
        bucket.admit()
    with pytest.raises(Throttled) as caught:
        bucket.admit()
    assert caught.value.retry_after == pytest.approx(0.4)
    clock.forward(caught.value.retry_after)
    bucket.admit()


def test_a_bucket_believes_the_platforms_headers(clock: HandClock) -> None:
    bucket = Bucket("orders", 25, 10.0, clock)
    bucket.correct(limit=50, remaining=0, reset_in=4.0)
    with pytest.raises(Throttled) as caught:
        bucket.admit()
    assert caught.value.retry_after == pytest.approx(4.0)
    clock.forward(4.0)
    bucket.admit()
    assert bucket.meter().limit == 50


def test_a_held_bucket_admits_nothing_until_the_wait_is_over(clock: HandClock) -> None:
    bucket = Bucket("orders", 25, 10.0, clock)
    bucket.hold(30.0)
    with pytest.raises(Throttled) as caught:
        bucket.admit()
    assert caught.value.retry_after == pytest.approx(30.0)


def test_the_breaker_stops_one_endpoint_for_the_rest_of_the_hour(clock: HandClock) -> None:
    breaker = ErrorBreaker(clock)
    for _ in range(5):
        breaker.admit("salesorder/SalesOrders")
        breaker.count("salesorder/SalesOrders")
        clock.forward(60)
    with pytest.raises(Throttled, match="salesorder/SalesOrders") as caught:
        breaker.admit("salesorder/SalesOrders")
    assert caught.value.retry_after == pytest.approx(3300)
    assert breaker.stopped() == ("salesorder/SalesOrders",)
    breaker.admit("sync/Inventory/StockPositions")
    clock.forward(caught.value.retry_after)
    breaker.admit("salesorder/SalesOrders")


def test_reads_go_on_where_writes_are_stopped_for_they_tell_what_became_of_writes(clock: HandClock) -> None:
    breaker = ErrorBreaker(clock)
    for _ in range(5):
        breaker.count("salesorder/SalesOrders")
    with pytest.raises(Throttled):
        breaker.admit("salesorder/SalesOrders")
    breaker.admit("salesorder/SalesOrders", reads=True)


def test_calls_under_way_count_as_if_all_were_to_be_refused(clock: HandClock) -> None:
    breaker = ErrorBreaker(clock)
    for _ in range(3):
        breaker.count("x")
    with breaker.call("x", Lane.ORDERS, reads=False), breaker.call("x", Lane.ORDERS, reads=False):
        with pytest.raises(Throttled) as caught:
            breaker.admit("x")
        assert caught.value.retry_after == 1
    breaker.admit("x")


def test_whoever_leaves_refusals_to_others_waits_for_the_one_that_is_too_many(clock: HandClock) -> None:
    breaker = ErrorBreaker(clock)
    assert (breaker.wait("x", kept=4), breaker.wait("x", kept=5)) == (0, 1)
    for _ in range(4):
        breaker.count("x")
        clock.forward(60)
    assert breaker.wait("x", kept=0) == 0
    assert breaker.wait("x", kept=1) == pytest.approx(3360)
    assert breaker.wait("x", kept=2) == pytest.approx(3420)
    clock.forward(3420)
    assert breaker.wait("x", kept=2) == 0


@given(st.lists(st.floats(0, 900), max_size=80))
def test_no_hour_sees_more_errors_than_the_breaker_allows(pauses: list[float]) -> None:
    clock = HandClock()
    breaker = ErrorBreaker(clock)
    errors: list[float] = []
    for pause in pauses:
        clock.forward(pause)
        try:
            breaker.admit("x")
        except Throttled:
            continue
        breaker.count("x")
        errors.append(clock.monotonic())
    assert all(sum(0 <= at - start < 3600 for at in errors) <= 5 for start in errors)


def test_what_is_spare_leaves_a_reserve_and_takes_nothing(clock: HandClock) -> None:
    bucket = Bucket("offers", 10, 10, clock)
    assert bucket.spare(0.6) == 0
    for _ in range(5):
        bucket.admit()
    assert bucket.spare(0.6) == pytest.approx(2)
    assert bucket.room() == 5
    clock.forward(2)
    assert bucket.spare(0.6) == 0
    bucket.hold(30)
    assert bucket.spare(0.6) == 30
