"""Opening actors, each in a task of its own; what fails on opening is dealt with like a failed turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from anyio.abc import TaskGroup

from hub.actors.runtime.bulkhead import caught, word_of
from hub.actors.runtime.instance import Factory, Instance
from hub.actors.runtime.mailbox.control import ALL_LANES
from hub.actors.runtime.owned import Lane, Owned
from hub.actors.runtime.turner import Turner, nothing
from hub.actors.runtime.verdict import Verdict
from hub.outcome import Outcome, Throttled, Unauthorized


@dataclass(slots=True)
class Opener:
    """Keeps one open instance per owned actor that has mail."""

    factory: Factory
    turner: Turner
    tasks: TaskGroup

    def opened(self, owned: Owned) -> Instance | None:
        """Return the actor's open instance; None means that it is being opened, and its lanes will be fed then."""
        if owned.instance is None:
            owned.instance = Instance()
            self.tasks.start_soon(self._live, owned, owned.instance)
        return owned.instance if owned.instance.actor is not None else None

    async def _live(self, owned: Owned, instance: Instance) -> None:
        self.turner.roster.act_for(owned)
        error = await caught(partial(instance.live, self.factory, owned.address, partial(self._ready, owned)))
        if error is None:
            return
        if owned.instance is instance:
            owned.instance = None
        if not owned.lost:
            await self._failed(owned, error)
            self._ready(owned)

    def _ready(self, owned: Owned) -> None:
        owned.failures = 0 if owned.instance is not None else owned.failures
        for lane in owned.lanes.values():
            if lane.hungry and lane.running is None:
                self.turner.roster.go_on(lane)

    async def _failed(self, owned: Owned, error: Exception) -> None:
        """Settle it for the actor as a whole: its own lanes may be in a turn of the former instance."""
        lane = Lane(owned, ALL_LANES)
        word = word_of(error)
        if word is None:
            await self.turner.failed(lane, [], error)
            self._postpone(owned, lane.wait_until)
        elif isinstance(word, Unauthorized):
            verdict = Verdict.on(lane, self.turner.roster.clock.now(), self.turner.policy, self.turner.random)
            verdict.judge([], {}, word)
            problem = await caught(partial(self.turner.settle, verdict, lane.state, nothing))
            if problem is not None:
                await self.turner.failed(lane, [], problem)
        else:
            self._postpone(owned, self.turner.roster.clock.now() + self._pause(owned, word))

    def _pause(self, owned: Owned, word: Outcome) -> timedelta:
        if isinstance(word, Throttled):
            return timedelta(seconds=word.retry_after)
        owned.failures += 1
        return self.turner.policy.backoff(owned.failures, self.turner.random)

    def _postpone(self, owned: Owned, until: datetime | None) -> None:
        """Make every lane wait before the next attempt to open; nothing of this is stored."""
        for lane in owned.lanes.values():
            if until is not None and (lane.wait_until is None or lane.wait_until < until):
                lane.wait_until = until
