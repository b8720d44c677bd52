"""Feeding lanes: the mail of many is read at once, and each gets one turn at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import ceil
from typing import TypeAlias

import anyio
from anyio.abc import TaskGroup
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.bulkhead import caught
from hub.actors.runtime.instance import Instance
from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.mailbox.ownership import Glimpse, look
from hub.actors.runtime.mailbox.reading import LanePlace, LaneRow, Mail, read_lanes, read_mail
from hub.actors.runtime.opener import Opener
from hub.actors.runtime.owned import Lane
from hub.actors.runtime.roster import Roster
from hub.actors.runtime.shares import Shares
from hub.actors.runtime.turn import Actor
from hub.actors.runtime.turner import Turner
from hub.store.engine import Database, StoreUnavailable

FEW_LANES, FEW_MAILS = 16, 16
"""Lanes that are read without another thread, for their mail has mostly just come, and how many messages of each."""

FEW_ACTORS = 32
"""Actors whose lanes are read anew without a transaction: PostgreSQL's, for a full lane may take SQLite long."""

MICROSECOND = 1e-6
"""A deadline is this much before its millisecond, lest the sum of two floats lies just behind it."""

Read: TypeAlias = tuple[dict[LanePlace, list[Mail]], dict[LanePlace, datetime]]


@dataclass(slots=True)
class Dispatcher:
    """Looks for mail where it may be, and starts turns."""

    database: Database
    roster: Roster
    turner: Turner
    opener: Opener
    tasks: TaskGroup
    shares: Shares = field(default_factory=Shares)

    async def run(self) -> None:
        """Feed lanes for ever; while the store is gone, wait and look again."""
        while True:
            self.roster.work = anyio.Event()
            try:
                await self._refresh()
                pause = await self._round()
            except StoreUnavailable:
                await anyio.sleep(self.turner.policy.store_pause)
                continue
            finally:
                self.roster.reading.clear()
            with anyio.move_on_after(pause):
                await self.roster.work.wait()

    async def _round(self) -> float | None:
        """Start the turns that can start, and return how long nothing else will be due, in seconds."""
        now = self.roster.clock.now()
        following = self.roster.wake(now)
        room = self.turner.policy.max_turns - self.shares.taken
        if room > 0 and not self.roster.draining and (lanes := self.shares.fair(self.roster.ready(now), room)):
            await self._feed(lanes, now)
            self._go_on()
            following = self.roster.wake(self.roster.clock.now())
        if following is None:
            return None
        return whole_milliseconds((following - self.roster.clock.now()).total_seconds())

    async def _refresh(self) -> None:
        stale = [owned for owned in self.roster.stale if not owned.lost]
        self.roster.stale.clear()
        self.roster.reading.update(stale)
        if not stale:
            return
        for lane in [lane for owned in stale for lane in owned.lanes.values()]:
            lane.missed = lane.running is not None
        try:
            keys = [owned.key for owned in stale]
            glimpses, rows = await self._anew(keys)
        except StoreUnavailable:
            self.roster.stale.update(dict.fromkeys(stale))
            raise
        self.roster.compare(glimpses, reread=False)
        self.roster.refreshed(stale, rows)

    async def _anew(self, keys: Sequence[Key]) -> tuple[list[Glimpse], dict[LanePlace, LaneRow]]:
        if self.database.shared and len(keys) <= FEW_ACTORS:
            return await self.database.look(partial(read_anew, keys=keys), short=True)
        async with self.database.read() as connection:
            return await read_anew(connection, keys)

    async def _feed(self, lanes: Sequence[Lane], now: datetime) -> None:
        limits: dict[Lane, tuple[Instance, int]] = {}
        self.roster.reading.update(lane.owned for lane in lanes)
        for lane in lanes:
            del self.roster.hungry[lane]
            lane.rang = False
            instance = self.opener.opened(lane.owned)
            if instance is not None:
                await self._ask(lane, instance, limits)
        unread = {lane: asked for lane, asked in limits.items() if not lane.handed}
        for lane, asked in limits.items():
            if lane.handed:
                self._start(lane, lane.handed, *asked)
        if unread:
            try:
                await self._read(unread, now)
            except StoreUnavailable:
                for lane in unread:
                    self.roster.feed(lane)
                raise

    async def _ask(self, lane: Lane, instance: Instance, limits: dict[Lane, tuple[Instance, int]]) -> None:
        """Ask how many messages to take; an actor that cannot say meets its bug in a turn of one message."""

        async def ask() -> None:
            if instance.actor is not None:
                limits[lane] = (instance, max(1, instance.actor.batch(lane.name)))

        limits[lane] = (instance, 1)
        await caught(ask)

    async def _read(self, limits: dict[Lane, tuple[Instance, int]], now: datetime) -> None:
        wanted = {lane.place: limit + 1 for lane, (_, limit) in limits.items()}
        heads, due = await self._heads(wanted, now)
        for lane, (instance, limit) in limits.items():
            mails = heads[lane.place]
            if lane.owned.leaving or instance.actor is None:
                self._skip(lane)
            elif mails:
                self._start(lane, mails, instance, limit)
            else:
                self.roster.empty(lane, due.get(lane.place), now)

    async def _heads(self, wanted: Mapping[LanePlace, int], now: datetime) -> Read:
        """Read few messages of few lanes on the spot; whoever has more is read again without holding up others."""
        if len(wanted) > FEW_LANES:
            return await self.database.look(partial(read_mail, wanted=wanted, now=now))
        few = {place: min(most, FEW_MAILS) for place, most in wanted.items()}
        heads, due = await self.database.look(partial(read_mail, wanted=few, now=now), short=True)
        full = {place: most for place, most in wanted.items() if most > few[place] == len(heads[place])}
        if full:
            whole, later = await self.database.look(partial(read_mail, wanted=full, now=now))
            heads, due = heads | whole, due | later
        return heads, due

    def _skip(self, lane: Lane) -> None:
        if not lane.owned.leaving:
            self.roster.feed(lane)

    def _start(self, lane: Lane, mails: list[Mail], instance: Instance, limit: int) -> None:
        taken = careful(lane.counted(mails[:limit]))
        lane.taken, lane.handed = max(lane.taken, taken[-1].seq), []
        lane.running = anyio.CancelScope()
        self.roster.hungry.pop(lane, None)
        lane.owned.turns += 1
        self.shares.take(lane.owned.key[0])
        begin = partial(self._turn, lane, taken, instance, instance.enter(), more=len(taken) < len(mails))
        self.tasks.start_soon(begin)

    async def _turn(self, lane: Lane, mails: list[Mail], instance: Instance, actor: Actor, *, more: bool) -> None:
        try:
            await self.turner.run(lane, mails, instance, actor, more=more)
        finally:
            instance.leave()
            self.shares.give_back(lane.owned.key[0])
            self._go_on()

    def _go_on(self) -> None:
        """Look again where lanes were left for want of room: it is there once a turn ends, or a lane was empty."""
        if self.roster.hungry:
            self.roster.work.set()


async def read_anew(connection: AsyncConnection, keys: Sequence[Key]) -> tuple[list[Glimpse], dict[LanePlace, LaneRow]]:
    """Return how actors fare and then their lanes, which must not be older than what was seen of their actor."""
    return await look(connection, keys), await read_lanes(connection, keys)


def whole_milliseconds(seconds: float) -> float:
    """Return a pause of hardly less: between two milliseconds uvloop's timers ring too early, again and again."""
    return max(0.0, ceil(seconds * 1000) / 1000 - MICROSECOND)


def careful(mails: list[Mail]) -> list[Mail]:
    """Return the messages to take at once: one that brought the actor down before is handled alone."""
    if mails[0].crashes:
        return mails[:1]
    fallen = next((place for place, mail in enumerate(mails) if mail.crashes), len(mails))
    return mails[:fallen]
