"""A message that fell alone is tried again before its fall is written, and both are written at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.actors.runtime import mailbox
from hub.actors.runtime.dispatcher import whole_milliseconds
from hub.actors.runtime.facts import ActorCrashed, TurnEnded
from hub.actors.runtime.supervisor import Supervisor
from hub.actors.runtime.turn import Turn
from hub.actors.runtime.turner import Turner
from hub.outcome import Throttled, Unavailable
from hub.store.engine import Database, StoreUnavailable
from hub.store.tables import message as message_table
from tests.actors.runtime.reads import KEY, Reads, at_rest, lane_of
from tests.actors.runtime.stage import BRISK, Level, Note, Script, empty, later, node, row_of, send, steer, until, waits
from tests.actors.runtime.test_crashes import Reluctant

pytestmark = pytest.mark.anyio
RESTING = replace(BRISK, restart_pause=3600.0)
"""An actor that fell is not tried again within a test."""
RESTED = replace(BRISK, restart_pause=0.4)
"""It is tried again once a test has done something meanwhile."""


async def fall_first(turn: Turn) -> None:
    if turn.messages[0].body == Note(1) and not turn.messages[0].crashes:
        raise ZeroDivisionError


async def crashes_of(database: Database) -> list[int]:
    async with database.read() as connection:
        return list((await connection.execute(select(message_table.c.crashes))).scalars())


def has_fallen(supervisor: Supervisor, name: str = "order") -> bool:
    lane = lane_of(supervisor, name)
    return lane is not None and lane.fall is not None and lane.running is None


@asynccontextmanager
async def fallen(database: Database, script: Script) -> AsyncIterator[Supervisor]:
    """Run a node whose actor has just fallen and rests."""
    async with node(database, script, RESTING) as supervisor:
        await send(database, Note(1))
        await until(partial(has_fallen, supervisor))
        yield supervisor


async def test_a_first_fall_is_told_before_the_turn_that_follows_and_with_it(database: Database) -> None:
    script = Script(fall_first)
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert [type(fact) for fact in script.facts] == [ActorCrashed, TurnEnded]
    assert (await row_of(database)).restarts == 1


async def test_what_fell_is_tried_again_unread(database: Database, reads: Reads) -> None:
    script = Script(fall_first)
    async with node(database, script) as supervisor:
        await send(database, Note(0))
        await until(partial(at_rest, supervisor, "order"))
        reads.lanes.clear()
        await send(database, Note(1))
        await until(partial(empty, database))
    assert script.bodies() == [Note(0), Note(1), Note(1)]
    assert reads.lanes == []


async def test_what_comes_while_it_rests_is_handled_after_it(database: Database, reads: Reads) -> None:
    script = Script(fall_first)
    async with node(database, script, RESTED) as supervisor:
        await send(database, Note(1))
        await until(partial(has_fallen, supervisor))
        await send(database, Note(2))
        await reads.untold(Note(3))
        await send(database, Note(4))
        await until(partial(empty, database))
    assert script.bodies() == [Note(1), Note(1), Note(2), Note(3), Note(4)]
    assert [len(turn.messages) for turn in script.turns[:2]] == [1, 1]


async def test_until_then_nothing_is_written(database: Database) -> None:
    script = Script(fall_first)
    async with fallen(database, script):
        assert ((await row_of(database)).restarts, script.facts) == (0, [])
        assert await crashes_of(database) == [0]


async def test_a_node_that_stops_writes_down_who_fell(database: Database) -> None:
    script = Script(fall_first)
    async with fallen(database, script):
        pass
    assert (len(script.told(ActorCrashed)), (await row_of(database)).restarts) == (1, 1)
    assert await crashes_of(database) == [1]


async def test_so_does_one_whose_actor_was_paused_meanwhile(database: Database) -> None:
    script = Script(fall_first)
    async with fallen(database, script) as supervisor:
        await steer(database, mailbox.pause, "stock-taking")
        await until(lambda: not supervisor.active)
        row = await row_of(database)
        assert (row.status, row.reason, row.restarts) == ("paused", "stock-taking", 1)
        assert await crashes_of(database) == [1]


class Commits:
    """Breaks one commit of a node, before it is made or after."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fails: str | None = None
        guarded = Turner._guarded

        async def broken(turner: Turner, *words: Any, **more: Any) -> Any:
            fails, self.fails = self.fails, None
            if fails == "before":
                raise StoreUnavailable("gone for a moment")
            found = await guarded(turner, *words, **more)
            if fails == "after":
                raise StoreUnavailable("no answer", unknown=True)
            return found

        monkeypatch.setattr(Turner, "_guarded", broken)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    return Commits(monkeypatch)


async def test_an_actor_is_kept_until_its_fall_can_be_written(database: Database, commits: Commits) -> None:
    script = Script(fall_first)
    async with fallen(database, script) as supervisor:
        commits.fails = "before"
        supervisor.roster.part_with(supervisor.roster.owned[KEY])
        await until(lambda: not supervisor.active)
        assert ((await row_of(database)).restarts, await crashes_of(database)) == (1, [1])


async def test_what_was_written_without_an_answer_is_not_written_again(database: Database, commits: Commits) -> None:
    async def fall_then_wait_long(turn: Turn) -> None:
        await fall_first(turn)
        commits.fails = "after"
        turn.retry(turn.messages[0], Throttled(3600))

    script = Script(fall_then_wait_long)
    async with node(database, script) as supervisor:
        await send(database, Note(1))
        await until(lambda: len(script.turns) == 2 and not supervisor.active)
        assert await crashes_of(database) == [1]
        assert len(script.told(ActorCrashed)) == 1
        row = await row_of(database)
        assert row.due_at > later(database, 3000), "the hour that it has to wait stands"


async def test_nothing_is_written_of_a_fall_where_the_actor_is_somebody_elses_by_now(database: Database) -> None:
    script = Script(fall_first)
    async with fallen(database, script) as supervisor:
        owned = supervisor.roster.owned[KEY]
        owned.claim = replace(owned.claim, epoch=owned.epoch + 1)
        supervisor.roster.part_with(owned)
        await until(lambda: not supervisor.active)
    assert ((await row_of(database)).restarts, await crashes_of(database)) == (0, [0])


async def test_a_second_fall_is_written_with_the_first(database: Database) -> None:
    async def fall_twice(turn: Turn) -> None:
        if turn.messages[0].crashes < 2:
            raise ZeroDivisionError

    script = Script(fall_twice)
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert [type(fact) for fact in script.facts] == [ActorCrashed, ActorCrashed, TurnEnded]
    row = await row_of(database)
    assert (row.restarts, len(row.crashes)) == (2, 2)


async def test_a_turn_that_only_waits_still_writes_that_its_message_fell(database: Database) -> None:
    async def fall_then_wait(turn: Turn) -> None:
        await fall_first(turn)
        raise Throttled(3600)

    script = Script(fall_then_wait)
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(waits, database))
        assert await crashes_of(database) == [1]
    assert (await row_of(database)).restarts == 1


async def test_a_newer_value_of_what_fell_has_fallen_too(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if not turn.messages[0].crashes:
            raise ZeroDivisionError
        raise Throttled(3600)

    script = Script(handle)
    async with node(database, script, RESTED) as supervisor:
        await send(database, Level("a", 1))
        await until(partial(has_fallen, supervisor, "stock"))
        await send(database, Level("a", 2))
        await until(partial(waits, database))
        assert await crashes_of(database) == [1]
    assert [(one.body, one.revision, one.crashes) for turn in script.turns for one in turn.messages] == [
        (Level("a", 1), 1, 0),
        (Level("a", 2), 2, 1),
    ]


async def test_a_timer_that_is_due_while_it_rests_is_handled_too(database: Database) -> None:
    script = Script(fall_first)
    async with node(database, script, RESTED) as supervisor:
        await send(database, Note(1))
        await until(partial(has_fallen, supervisor, "order"))
        await send(database, Note(0), due_at=later(database, 0.05))
        await until(partial(empty, database))
    assert sorted(body.number for body in script.bodies() if isinstance(body, Note)) == [0, 1, 1]
    assert (len(script.told(ActorCrashed)), (await row_of(database)).restarts) == (1, 1)


async def test_an_actor_that_cannot_be_opened_anew_keeps_what_fell(database: Database) -> None:
    script = Reluctant()

    async def fall_and_stay_down(turn: Turn) -> None:
        if not turn.messages[0].crashes:
            script.errors = [Unavailable("no route"), ZeroDivisionError("another bug")]
            raise ZeroDivisionError

    script.handle = fall_and_stay_down
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert script.bodies() == [Note(1), Note(1)]
    assert (len(script.told(ActorCrashed)), (await row_of(database)).restarts) == (2, 2)


@given(st.floats(min_value=-10, max_value=1e6))
def test_a_pause_is_of_whole_milliseconds_and_hardly_shorter(seconds: float) -> None:
    pause = whole_milliseconds(seconds)
    assert max(0.0, seconds - 2e-6) <= pause <= max(0.0, seconds) + 0.001
    assert abs(pause * 1000 - round(pause * 1000)) < 0.01
