"""Orders with goods that were refused lately are tried a few at a time, and stop nobody else's."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from hub.actors.erp.suspects import KEPT, REFUSED, Suspects
from hub.adapters.limits import ErrorBreaker
from hub.adapters.limits.breaker import MOST
from hub.outcome import Throttled
from tests.adapters.handclock import HandClock

BAD: Any = SimpleNamespace(order_id="1", number="N1", booked_products={"bad", "usual"})
ALIKE: Any = SimpleNamespace(order_id="2", number="N2", booked_products={"bad"})
OTHER: Any = SimpleNamespace(order_id="3", number="N3", booked_products={"usual"})


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def breaker(clock: HandClock) -> ErrorBreaker:
    """An endpoint of orders that had all the refusals that suspects may have."""
    made = ErrorBreaker(clock)
    for _ in range(MOST - KEPT):
        made.count("orders")
    return made


@pytest.fixture
def turn() -> Any:
    return SimpleNamespace(state={}, told=(told := list[Any]()), write=told.append)


@pytest.fixture
def suspects(breaker: ErrorBreaker, turn: Any) -> Suspects:
    """What is known after an order was refused."""
    erp, desk = SimpleNamespace(until_refusable=partial(breaker.wait, "orders")), SimpleNamespace(clock=breaker.clock)
    scene: Any = SimpleNamespace(erp=erp, desk=desk)
    made = Suspects(scene)
    made.refused(turn, BAD)
    return made


def test_those_that_waited_an_hour_are_still_suspect_and_tried_three_at_a_time(
    suspects: Suspects, clock: HandClock, turn: Any
) -> None:
    with pytest.raises(Throttled) as caught, suspects.trial(turn, ALIKE):
        pass
    assert caught.value.retry_after <= 300
    assert len(turn.told) == 1
    clock.forward(3600)
    with ExitStack() as tries:
        for _ in range(MOST - KEPT):
            tries.enter_context(suspects.trial(turn, ALIKE))
        turn.told.clear()
        with pytest.raises(Throttled):
            tries.enter_context(suspects.trial(turn, ALIKE))
        assert not turn.told, "a moment's wait is for tries under way"


def test_goods_of_an_order_that_was_taken_are_above_suspicion_again(suspects: Suspects, turn: Any) -> None:
    suspects.taken(turn, OTHER)
    with suspects.trial(turn, OTHER):
        pass
    with pytest.raises(Throttled), suspects.trial(turn, BAD):
        pass


def test_after_a_day_without_a_refusal_nobody_is_suspect(
    suspects: Suspects, breaker: ErrorBreaker, clock: HandClock, turn: Any
) -> None:
    clock.forward(86_400)
    for _ in range(MOST - KEPT):
        breaker.count("orders")
    with suspects.trial(turn, BAD):
        pass
    suspects.refused(turn, OTHER)
    assert turn.state[REFUSED].keys() == {"usual"}
