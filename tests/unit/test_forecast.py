"""A budget's forecast: empty at the pace seen, or never before the reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.forecast import empty_at

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MIDNIGHT = NOON + timedelta(hours=12)


def test_a_budget_spent_too_fast_says_when_it_is_empty() -> None:
    assert empty_at(1150, 150.0, NOON, MIDNIGHT) == NOON + timedelta(hours=7, minutes=40)


def test_a_budget_that_lasts_until_its_reset_forecasts_nothing() -> None:
    assert empty_at(1800, 150.0, NOON, MIDNIGHT) is None


def test_an_empty_budget_was_empty_when_it_was_seen() -> None:
    assert empty_at(0, None, NOON, MIDNIGHT) == NOON


def test_what_is_not_known_forecasts_nothing() -> None:
    assert empty_at(None, 150.0, NOON, MIDNIGHT) is None
    assert empty_at(100, None, NOON, MIDNIGHT) is None
    assert empty_at(100, 150.0, NOON, None) is None
    assert empty_at(100, 150.0, MIDNIGHT, NOON) is None


@given(st.integers(1, 5000), st.floats(0.1, 5000), st.integers(1, 86_400))
def test_a_forecast_lies_between_now_and_the_reset(remaining: int, pace: float, left: int) -> None:
    reset = NOON + timedelta(seconds=left)
    empty = empty_at(remaining, pace, NOON, reset)
    assert empty is None or NOON <= empty < reset
    assert (empty is None) == (remaining / pace * 3600 >= left)
