"""Which actors are ours, which of their lanes may have mail, and when to look next."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count

import anyio

from hub.actors.runtime.mailbox.control import ALL_LANES
from hub.actors.runtime.mailbox.letters import Key, Post, Status
from hub.actors.runtime.mailbox.ownership import Glimpse
from hub.actors.runtime.mailbox.posting import Ring, of_ring
from hub.actors.runtime.mailbox.reading import LanePlace, LaneRow
from hub.actors.runtime.owned import Lane, Owned
from hub.clock import Clock
from hub.lease import act_while

MOST_WAITING = 1000
"""Lanes that wait for a turn beside which no other is handed its mail: so long it is better kept by the database."""


class Roster:
    """Everything the node's tasks know together."""

    def __init__(self, clock: Clock, *, alone: bool) -> None:
        """Know all by this clock; ``alone`` where no other process can post anything."""
        self.clock = clock
        self.alone = alone
        self.owned: dict[Key, Owned] = {}
        self.hungry: dict[Lane, None] = {}
        self.stale: dict[Owned, None] = {}
        self.work = anyio.Event()
        self.claims = anyio.Event()
        self.leave = anyio.Event()
        self.rest = anyio.Event()
        self.lapse = anyio.Event()
        self.reading: set[Owned] = set()
        self.draining = False
        self.enrolled = False
        self.trusted_until = 0.0
        self.lapses = 0
        self.forsaken: list[tuple[Key, int]] = []
        self._timers: list[tuple[datetime, int, Lane]] = []
        self._count = count()

    def add(self, owned: Owned) -> None:
        """Take on an actor."""
        former = self.owned.get(owned.key)
        if former is not None:
            self.lose(former)
        self.owned[owned.key] = owned

    def lose(self, owned: Owned) -> None:
        """Drop an actor at once: its turns are cancelled, nothing more is written for it."""
        owned.lost = owned.leaving = True
        if self.owned.get(owned.key) is owned:
            del self.owned[owned.key]
        for lane in owned.lanes.values():
            lane.handed.clear()
            self.hungry.pop(lane, None)
            if lane.running is not None:
                lane.running.cancel()
        if owned.instance is not None:
            owned.instance.retire()

    def forsake(self) -> None:
        """Drop all actors at once, for our lease has ended: it is to be begun anew, and they are to be given back."""
        self.enrolled = False
        self.lapses += 1
        for owned in list(self.owned.values()):
            self.forsaken.append((owned.key, owned.epoch))
            self.lose(owned)

    @property
    def trusted(self) -> bool:
        """Whether what we own is surely this node's; else it may be somebody else's by now."""
        return self.enrolled and self.clock.monotonic() <= self.trusted_until

    def trust(self, until: float) -> None:
        """Trust that what we own is ours, until a moment of the monotonic clock."""
        waited = not self.trusted
        self.enrolled, self.trusted_until = True, until
        if waited:
            self.claims.set()

    def has(self, key: Key) -> bool:
        """Say whether an actor is surely ours now, and stays so for a while."""
        owned = self.owned.get(key)
        return owned is not None and not owned.leaving and self.trusted

    def act_for(self, owned: Owned) -> None:
        """Have this task, and those that it begins, act only while an actor is surely ours."""
        act_while(lambda: not owned.lost and self.trusted)

    def part_with(self, owned: Owned) -> None:
        """Start no turn of an actor any more, and have it given back when those in flight have ended."""
        owned.leaving = True
        self.leave.set()

    def ring(self, rings: Iterable[Ring]) -> None:
        """Hear of mail posted by this process: lanes of ours become hungry, others are for claiming."""
        for ring in rings:
            key, name = of_ring(ring)
            owned = self.owned.get(key)
            if owned is None or owned.leaving:
                self.claims.set()
            elif name == ALL_LANES:
                self.refresh(owned)
            elif isinstance(ring, Post):
                self._arrived(owned.lane(name), ring)
            else:
                self.feed(owned.lane(name))

    def _arrived(self, lane: Lane, letter: Post) -> None:
        """Have a lane look at its new mail when it is due; what is surely next needs no look."""
        known = lane.owned.hear_of(letter, alone=self.alone)
        if letter.is_timer:
            self.at(lane, letter.due_at)
        elif known and len(self.hungry) < MOST_WAITING and lane.hand(letter):
            self.go_on(lane)
        else:
            self.feed(lane)

    def refresh(self, owned: Owned) -> None:
        """Have an actor's lanes read anew, for something changed behind our back."""
        self.stale[owned] = None
        self.work.set()

    def compare(self, glimpses: Iterable[Glimpse], *, reread: bool = True) -> None:
        """Take note of what changed behind our back."""
        for glimpse in glimpses:
            owned = self.owned.get(glimpse.key)
            if owned is None or owned.epoch > glimpse.epoch:
                continue
            if owned.epoch < glimpse.epoch:
                self.lose(owned)
                continue
            if reread and glimpse.next_seq > owned.next_seq:
                self.refresh(owned)
            owned.next_seq = max(glimpse.next_seq, owned.next_seq)
            if glimpse.status is not Status.ACTIVE and not owned.leaving:
                self.part_with(owned)

    def refreshed(self, stale: Iterable[Owned], rows: Mapping[LanePlace, LaneRow]) -> None:
        """Take over what was read anew."""
        now, found = self.clock.now(), {owned.key: owned for owned in stale if not owned.lost}
        for (tenant, address, name), row in rows.items():
            if (tenant, address) in found:
                lane = found[(tenant, address)].lane(name)
                lane.load(row)
                if lane.rang:
                    lane.sure = False
                    self.feed(lane)
                else:
                    self.empty(lane, row.due_at, now)

    def feed(self, lane: Lane) -> None:
        """Look for mail in a lane as soon as it may have a turn."""
        lane.handed.clear()
        self.go_on(lane)

    def go_on(self, lane: Lane) -> None:
        """Have a lane handle what it was handed, or else look for mail, as soon as it may have a turn."""
        if self._rests(lane, self.clock.now()):
            lane.hungry = lane.rang = True
        else:
            self._hunger(lane)

    def _hunger(self, lane: Lane) -> None:
        lane.hungry = lane.rang = True
        self.hungry[lane] = None
        self.work.set()

    def at(self, lane: Lane, when: datetime) -> None:
        """Look for mail in a lane at an instant, unless an earlier look is planned."""
        if lane.due_at is None or when < lane.due_at:
            lane.due_at = when
            self.plan(lane, when)

    def plan(self, lane: Lane, when: datetime) -> None:
        """Wake a lane at an instant; whoever waits for another's, which comes before and is not late, need not hear."""
        timer = (when, next(self._count), lane)
        heapq.heappush(self._timers, timer)
        if self._timers[0] is timer or self._timers[0][0] <= self.clock.now():
            self.work.set()

    def wake(self, now: datetime) -> datetime | None:
        """Make lanes hungry whose time has come, and return when the next one's comes."""
        while self._timers and self._timers[0][0] <= now:
            lane = heapq.heappop(self._timers)[2]
            if not lane.owned.lost:
                self._awake(lane, now)
        return self._timers[0][0] if self._timers else None

    def _awake(self, lane: Lane, now: datetime) -> None:
        """Go on with what a lane was handed; where it is a timer's time, there may be other mail before."""
        lane.rest_planned = None
        if not lane.handed or (lane.due_at is not None and lane.due_at <= now):
            lane.due_at, lane.sure = None, False
            lane.handed.clear()
        self._hunger(lane)

    def ready(self, now: datetime) -> list[Lane]:
        """Return the lanes that may have a turn now; lanes that wait for their platform are planned for later.

        A lane that is yet to be read stays hungry: a turn must not begin with an older memory than its mail.
        """
        found = []
        for lane in list(self.hungry):
            if lane.running is not None or lane.owned.leaving or self._rests(lane, now):
                del self.hungry[lane]
            elif lane.owned not in self.stale:
                found.append(lane)
        return found

    def _rests(self, lane: Lane, now: datetime) -> bool:
        """Say whether a lane may have no turn yet, and have it go on when it may."""
        until = lane.rests_until
        if until is None or until <= now:
            return False
        if lane.rest_planned != until:
            lane.rest_planned = until
            self.plan(lane, until)
        return True

    def empty(self, lane: Lane, due_at: datetime | None, now: datetime) -> None:
        """Note that a lane has no mail due, and when it will have."""
        if due_at is not None and due_at <= now:
            lane.sure = False
            self.feed(lane)
        elif not lane.rang:
            lane.hungry, lane.sure, lane.due_at = False, True, None
            if due_at is not None:
                self.at(lane, due_at)

    def busy(self) -> set[Owned]:
        """Return the actors that have or may have something to do."""
        return {lane.owned for lane in self.hungry} | set(self.stale) | self.reading

    def ended(self, lane: Lane, *, more: bool) -> None:
        """Note that a lane's turn is over; ``more`` says that mail may be left."""
        owned = lane.owned
        lane.running = None
        owned.turns -= 1
        owned.idle_since = self.clock.monotonic()
        self.rest.set()
        if lane.missed:
            self.refresh(owned)
        if owned.leaving:
            self.leave.set()
        elif lane.handed:
            lane.sure = lane.sure and not (more or lane.rang)
            self.go_on(lane)
        elif more or lane.rang or not lane.sure:
            self.feed(lane)
        else:
            lane.hungry = False
