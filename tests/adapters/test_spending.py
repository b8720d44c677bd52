"""The pace of a budget follows what headers say is left; budgets and refusals outlive a hand-over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.exact.client import WINDOWS
from hub.adapters.limits import Budget, ErrorBreaker, Lane
from hub.adapters.limits.breaker import MOST
from hub.adapters.limits.spending import Spending
from hub.outcome import Throttled
from tests.adapters.handclock import HandClock

ORDERS = "salesorder/SalesOrders"


@given(st.integers(1, 600), st.integers(1, 120))
def test_a_steady_pace_is_told_as_it_is(every: int, calls: int) -> None:
    spending = Spending.begin(0.0, 5000)
    for number in range(1, 100):
        spending.spend(float(number * every), 5000 - number * calls)
    assert spending.per_hour(99.0 * every) == pytest.approx(calls * 3600 / every, rel=0.2 if every > 60 else 0.02)


def test_a_pace_fades_when_nothing_is_spent() -> None:
    spending = Spending.begin(0.0, 5000)
    spending.spend(600.0, 4900)
    busy, quiet = spending.per_hour(600.0), spending.per_hour(4 * 3600.0)
    assert busy == pytest.approx(600)
    assert quiet is not None
    assert quiet < 30


def test_a_window_that_began_anew_spends_nothing() -> None:
    spending = Spending.begin(0.0, 10)
    spending.spend(100.0, 5000)
    assert spending.per_hour(100.0) == 0


def test_no_pace_is_told_of_the_first_minute() -> None:
    spending = Spending.begin(0.0, 60)
    spending.spend(10.0, 20)
    assert spending.per_hour(10.0) is None


def test_a_pace_goes_on_where_an_actor_is_opened_again() -> None:
    spending = Spending.begin(0.0, 5000)
    for minute in range(1, 121):
        spending.spend(minute * 60.0, 5000 - minute * 2)
    told = spending.per_hour(7200.0)
    assert told is not None
    resumed = Spending.resumed(90.0, 4760, told)
    assert resumed.per_hour(90.0) == pytest.approx(told)
    for minute in range(1, 61):
        resumed.spend(90.0 + minute * 60.0, 4760 - minute * 2)
    assert resumed.per_hour(3690.0) == pytest.approx(120, rel=0.1)


def test_refusals_count_on_the_next_node_too(clock: HandClock) -> None:
    first = ErrorBreaker(clock)
    for _ in range(5):
        first.count(ORDERS)
        clock.forward(60)
    (meter,) = first.meters()
    assert (meter.name, meter.limit, meter.remaining) == (f"errors {ORDERS}", 5, 0)
    second = ErrorBreaker(clock)
    second.remember(first.meters())
    with pytest.raises(Throttled) as caught:
        second.admit(ORDERS)
    assert caught.value.retry_after == pytest.approx(3600 - 300)
    second.admit("crm/Accounts")
    clock.forward(3600 - 300)
    second.admit(ORDERS)


def test_refusals_of_more_than_an_hour_ago_are_not_remembered(clock: HandClock) -> None:
    first = ErrorBreaker(clock)
    for _ in range(5):
        first.count(ORDERS)
    told = first.meters()
    clock.forward(3601)
    second = ErrorBreaker(clock)
    second.remember(told)
    second.admit(ORDERS)


@given(st.lists(st.floats(0, 1500), min_size=1, max_size=9), st.floats(0, 3599))
def test_the_next_node_waits_as_long_as_this_one_would(pauses: list[float], later: float) -> None:
    """Also where reads were refused beyond what writes may be, and where refusals grew old since they were told."""
    clock = HandClock()
    first, second = ErrorBreaker(clock), ErrorBreaker(clock)
    for pause in pauses:
        clock.forward(pause)
        first.count(ORDERS)
    told = first.meters()
    clock.forward(later)
    second.remember(told)
    for kept in range(MOST):
        assert second.wait(ORDERS, kept) == pytest.approx(first.wait(ORDERS, kept), abs=1e-3)
    assert second.meter(ORDERS).remaining == first.meter(ORDERS).remaining


@given(st.lists(st.floats(2, 600), min_size=1, max_size=4))
def test_refusals_that_a_node_of_before_counted_count_from_the_last_of_them(pauses: list[float]) -> None:
    """It counts on from what was told, and leaves the times in their column as they are."""
    clock = HandClock()
    first, second = ErrorBreaker(clock), ErrorBreaker(clock)
    first.count(ORDERS)
    (known,) = first.meters()
    for pause in pauses:
        clock.forward(pause)
        first.count(ORDERS)
    (counted,) = first.meters()
    second.remember([replace(counted, refused_at=known.refused_at)])
    assert second.meter(ORDERS).remaining == counted.remaining
    assert second.wait(ORDERS, MOST - 1) == pytest.approx(3600)
    for kept in range(MOST):
        assert second.wait(ORDERS, kept) >= first.wait(ORDERS, kept) - 1e-3


def test_what_the_day_has_left_is_known_on_the_next_node(clock: HandClock) -> None:
    first, second = Budget("d", WINDOWS, clock), Budget("d", WINDOWS, clock)
    reset = round((clock.now() + timedelta(hours=2)).timestamp() * 1000)
    first.observe({"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)})
    second.remember(first.meters())
    with pytest.raises(Throttled):
        second.admit(Lane.ORDERS)
    clock.forward(2 * 3600 + 1)
    second.admit(Lane.ORDERS)
