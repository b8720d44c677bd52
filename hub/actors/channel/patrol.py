"""The patrol lane of a channel: reads back what it shows, page by page within spare budget, and compares.

Its place in the catalogue is the lane's state, so a round goes on after a restart, or on another node.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.actors.channel.pages import PART, Kept, Pages
from hub.actors.channel.scene import Scene
from hub.actors.channel.settling import Settling
from hub.actors.channel.vanishing import Vanishing
from hub.actors.messages_patrol import BeginRound, LookAgain, ReadNextPage, SettleDifferences
from hub.actors.runtime.mailbox import due_in
from hub.actors.runtime.turn import Turn
from hub.domain.platform import PROFILES
from hub.outcome import Rejected
from hub.store.channels import change_channel
from hub.store.engine import Work

CURSOR, BEGAN, BEFORE, HURRY, AGAIN, PATIENT = "cursor", "began", "before", "hurry", "again", "patient"
SUMS = ("read", "fresh", "unmapped", "differing")
URGENT = ("order", "stock", "tracking")
MOST_PATIENT = 12
"""Times that a page lets mail of the urgent lanes go first, before it is read between two of theirs."""
SMALL_PAGE = 2 * PART
"""A page with more rows than this is a whole catalogue, and is not read again for a few numbers."""


class PatrolLane:
    """One round after another; orders, stock and tracking always go first."""

    batch = 1

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Take one step."""
        match turn.messages[0].body:
            case BeginRound(hurry):
                self._begin(turn, hurry)
            case ReadNextPage():
                await self._next_page(turn)
            case LookAgain(cursor):
                await self._look_again(turn, cursor)
            case SettleDifferences():
                await Settling(self.scene).settle(turn)

    def _begin(self, turn: Turn, hurry: bool) -> None:
        """The first round of a channel is how it is connected; one in a hurry that is under way is followed by one."""
        if BEGAN in turn.state and turn.state[HURRY]:
            turn.state[AGAIN] = turn.state[AGAIN] or hurry
        elif BEGAN not in turn.state or hurry:
            turn.state |= self._fresh(hurry=hurry or BEFORE not in turn.state)
        turn.post(turn.address, ReadNextPage())

    def _fresh(self, *, hurry: bool) -> dict[str, Any]:
        began = self.scene.desk.clock.now().timestamp()
        return {CURSOR: None, BEGAN: began, HURRY: hurry, AGAIN: False, PATIENT: 0, **dict.fromkeys(SUMS, 0)}

    async def _next_page(self, turn: Turn) -> None:
        if BEGAN not in turn.state:
            return
        if not turn.state[HURRY] and (wait := await self._wait(turn)):
            turn.post(turn.address, ReadNextPage(), due_at=self._in(wait))
            return
        asked_at = self.scene.desk.clock.now()
        cursor = turn.state[CURSOR]
        try:
            page = await self.scene.channel.listings(cursor, datetime.fromtimestamp(turn.state[BEGAN], UTC))
        except Rejected:
            if cursor is None:
                raise
            turn.state |= self._fresh(hurry=turn.state[HURRY])
            turn.post(turn.address, ReadNextPage(), due_at=self._in(self.scene.desk.pace.patrol))
            return
        kept = await Pages(self.scene).keep(turn, page, asked_at)
        if kept.stale and len(page.rows) <= SMALL_PAGE:
            turn.post(turn.address, LookAgain(cursor), due_at=self._in(self.scene.desk.pace.read_lag))
        self._count(turn, kept)
        if page.more:
            turn.state |= {CURSOR: page.cursor, PATIENT: 0}
            pause = 0.0 if turn.state[HURRY] else self.scene.desk.pace.patrol
            turn.post(turn.address, ReadNextPage(), due_at=self._in(pause))
        else:
            await self._end(turn)

    async def _wait(self, turn: Turn) -> float:
        """Return the seconds to let others go first: by the platform's limits, and by what is due in other lanes."""
        spare = self.scene.channel.spare()
        if spare > 0:
            return max(spare, self.scene.desk.pace.patrol)
        now = self.scene.desk.clock.now()
        async with self.scene.desk.database.read() as connection:
            busy = await due_in(connection, turn.address, URGENT, now)
        if not busy or turn.state[PATIENT] >= MOST_PATIENT:
            return 0.0
        turn.state[PATIENT] += 1
        return self.scene.desk.pace.patrol

    def _count(self, turn: Turn, kept: Kept) -> None:
        for name in SUMS:
            turn.state[name] += getattr(kept, name)

    async def _end(self, turn: Turn) -> None:
        state = turn.state
        began = datetime.fromtimestamp(state[BEGAN], UTC)
        missing = await Vanishing(self.scene).note(turn, self._missing_since(state, began), began)
        now = self.scene.desk.clock.now()
        told = {name: state[name] for name in SUMS} | {"missing": missing}
        turn.write(lambda work: change_channel(work, *self.scene.key, listings_read_at=now))
        turn.write(lambda work: self._tell(work, told))
        again = state[AGAIN]
        state.clear()
        state[BEFORE] = began.timestamp()
        if again:
            turn.post(turn.address, BeginRound(hurry=True))

    def _missing_since(self, state: dict[str, Any], began: datetime) -> datetime | None:
        """Return since when a listing must have been seen; where pages shift, two rounds must have missed it."""
        if not PROFILES[self.scene.stored.platform].pages_shift:
            return began
        return datetime.fromtimestamp(state[BEFORE], UTC) if BEFORE in state else None

    async def _tell(self, work: Work, told: dict[str, int]) -> None:
        self.scene.tell(
            work,
            "listings.read",
            f"{told['read']} listings read, {told['fresh']} new, {told['unmapped']} without a product, "
            f"{told['differing']} showing what they should not",
            level="warning" if told["unmapped"] else "info",
            **told,
        )

    async def _look_again(self, turn: Turn, cursor: str | None) -> None:
        asked_at = self.scene.desk.clock.now()
        since = turn.messages[0].posted_at + timedelta(seconds=self.scene.desk.pace.read_lag)
        try:
            page = await self.scene.channel.listings(cursor, since)
        except Rejected:
            return
        await Pages(self.scene).keep(turn, page, asked_at)

    def _in(self, seconds: float) -> datetime:
        return self.scene.desk.clock.now() + timedelta(seconds=seconds)
