"""When lanes are woken that wait for a moment."""

from __future__ import annotations

from datetime import timedelta

import anyio
import pytest

from hub.actors.runtime.mailbox.ownership import Claim
from hub.actors.runtime.owned import Lane, Owned
from hub.actors.runtime.roster import Roster
from tests.actors.runtime.reads import KEY
from tests.actors.runtime.stage import BOL
from tests.adapters.handclock import HandClock

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


class Sleeper:
    """A roster whose dispatcher has nothing to do, and two lanes of an actor."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.roster = Roster(self.clock, alone=True)
        owned = Owned(BOL, Claim(KEY, 1, 1, [], 0, 0), 0.0)
        self.roster.add(owned)
        self.order, self.stock = owned.lane("order"), owned.lane("stock")

    def asleep(self) -> None:
        """Wait for the next timer."""
        self.roster.work = anyio.Event()

    def is_woken(self) -> bool:
        """Say whether there is a reason to look again."""
        return self.roster.work.is_set()

    def woken(self, lane: Lane) -> bool:
        """Let all timers ring whose time has come, and say whether a lane then wants a turn."""
        self.roster.wake(self.clock.now())
        return lane in self.roster.ready(self.clock.now())


async def test_a_timer_wakes_the_dispatcher_only_where_it_is_the_next() -> None:
    sleeper = Sleeper()
    sleeper.roster.plan(sleeper.order, sleeper.clock.now() + 2 * MINUTE)
    assert sleeper.is_woken()
    sleeper.asleep()
    sleeper.roster.plan(sleeper.stock, sleeper.clock.now() + 3 * MINUTE)
    assert not sleeper.is_woken()
    sleeper.roster.plan(sleeper.stock, sleeper.clock.now() + MINUTE)
    assert sleeper.is_woken()


async def test_a_timer_behind_one_that_a_leap_of_the_clock_made_late_wakes_it_too() -> None:
    """It sleeps by another clock than timers are kept by, and would only find both once it has slept its time."""
    sleeper = Sleeper()
    sleeper.roster.plan(sleeper.order, sleeper.clock.now() + MINUTE)
    sleeper.asleep()
    sleeper.clock.forward(3600)
    sleeper.roster.plan(sleeper.stock, sleeper.clock.now() + MINUTE)
    assert sleeper.is_woken()


async def test_a_lane_that_rests_is_planned_once_however_much_mail_comes() -> None:
    sleeper = Sleeper()
    sleeper.order.wait_until = sleeper.clock.now() + MINUTE
    for _ in range(1000):
        sleeper.roster.feed(sleeper.order)
    assert len(sleeper.roster._timers) == 1
    assert not sleeper.woken(sleeper.order)
    sleeper.clock.forward(60)
    assert sleeper.woken(sleeper.order)


async def test_a_lane_whose_rest_grew_longer_or_shorter_is_woken_at_its_end() -> None:
    sleeper = Sleeper()
    sleeper.order.wait_until = sleeper.clock.now() + 2 * MINUTE
    sleeper.roster.feed(sleeper.order)
    sleeper.order.wait_until = sleeper.clock.now() + 5 * MINUTE
    sleeper.clock.forward(120)
    assert not sleeper.woken(sleeper.order), "it rests longer by now"
    sleeper.order.wait_until = sleeper.clock.now() + MINUTE
    sleeper.roster.feed(sleeper.order)
    sleeper.clock.forward(60)
    assert sleeper.woken(sleeper.order)
