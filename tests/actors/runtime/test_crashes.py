"""A bug brings down its own actor only, and one that falls too often is kept out for a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import anyio
import pytest

from hub.actors.runtime import mailbox
from hub.actors.runtime.address import Address
from hub.actors.runtime.bugs import Bugs
from hub.actors.runtime.dispatcher import Dispatcher
from hub.actors.runtime.facts import ActorCrashed, ActorQuarantined
from hub.actors.runtime.illness import NodeSick
from hub.actors.runtime.instance import Instance
from hub.actors.runtime.mailbox.reading import Mail
from hub.actors.runtime.owned import Lane
from hub.actors.runtime.turn import Actor, Turn
from hub.outcome import Unauthorized, Unavailable
from hub.store.engine import Database, Work
from tests.actors.runtime.stage import (
    BOL,
    BRISK,
    SHOP,
    Level,
    Note,
    Player,
    Script,
    empty,
    node,
    parked_of,
    row_of,
    send,
    steer,
    until,
)

pytestmark = pytest.mark.anyio

STRICT = replace(BRISK, crash_limit=3, poison=100)


def stumbling(times: int, on: Note | None = None) -> Script:
    """A script that meets a bug so many times, on any message or on one."""
    left = [times]

    async def handle(turn: Turn) -> None:
        if left[0] and (on is None or on in [one.body for one in turn.messages]):
            left[0] -= 1
            raise ZeroDivisionError("a bug, with data of a buyer in its text")

    return Script(handle)


async def test_a_crashed_actor_starts_anew_and_goes_on(database: Database) -> None:
    script = stumbling(1)
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert script.opened == [BOL, BOL] == script.closed
    [fact] = script.told(ActorCrashed)
    assert fact.reason.startswith("ZeroDivisionError at test_crashes.py:")
    assert (await row_of(database)).restarts == 1


async def test_a_bug_is_told_in_full_once_and_then_by_its_place(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with node(database, stumbling(3)):
        await send(database, Note(1))
        await until(partial(empty, database))
    told = [record for record in caplog.records if "crashed: ZeroDivisionError at" in record.getMessage()]
    assert [record.exc_info is not None for record in told] == [True, False, False]


async def test_another_bug_is_told_in_full_too_and_the_same_one_after_a_minute() -> None:
    bugs = Bugs()
    one, other = ExceptionGroup("", [ZeroDivisionError()]), ExceptionGroup("", [KeyError()])
    assert [bugs.is_news(one, 1.0), bugs.is_news(other, 2.0), bugs.is_news(one, 60.0)] == [True, True, False]
    assert [bugs.is_news(other, 61.5), bugs.is_news(one, 61.5)] == [False, True]


async def test_nothing_of_a_crashed_turn_is_kept(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address == BOL and not turn.messages[0].crashes:
            turn.state["touched"] = True
            turn.post(SHOP, Note(99))
            turn.done(turn.messages[0])
            raise ZeroDivisionError

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert [turn.state for turn in script.turns] == [{"touched": True}, {}]
    assert Note(99) not in script.bodies()


async def test_a_crash_does_not_disturb_another_lane(database: Database) -> None:
    release = anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.lane == "stock":
            await release.wait()
        elif not turn.messages[0].crashes:
            raise ZeroDivisionError

    script = Script(handle)
    async with node(database, script):
        await send(database, Level("a", 1))
        await until(lambda: bool(script.turns))
        await send(database, Note(1))
        await until(lambda: script.bodies("order") == [Note(1), Note(1)])
        assert script.closed == []
        release.set()
        await until(partial(empty, database))
        await until(lambda: len(script.closed) == 1)
    assert script.bodies("stock") == [Level("a", 1)]


async def test_two_lanes_that_fall_at_once_are_two_crashes(database: Database) -> None:
    begun: set[str] = set()
    both = anyio.Event()

    async def handle(turn: Turn) -> None:
        if not turn.messages[0].crashes:
            begun.add(turn.lane)
            if len(begun) == 2:
                both.set()
            await both.wait()
            raise ZeroDivisionError

    script = Script(handle)
    async with node(database, script):
        await send(database, Level("a", 1))
        await send(database, Note(1))
        await until(partial(empty, database))
    row = await row_of(database)
    assert (row.restarts, len(row.crashes)) == (2, 2)


async def test_a_crash_does_not_disturb_another_actor(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address == BOL:
            raise ZeroDivisionError

    script = Script(handle)
    async with node(database, script, STRICT):
        await send(database, Note(1))
        await send(database, *[Note(number) for number in range(20)], to=SHOP)
        await until(partial(empty, database, SHOP))
        await until(lambda: bool(script.told(ActorQuarantined)))


async def test_a_poisonous_message_is_parked_and_the_rest_flows(database: Database) -> None:
    script = stumbling(1000, on=Note(3))
    async with node(database, script):
        await send(database, *[Note(number) for number in range(6)])
        await until(partial(empty, database))
    [row] = await parked_of(database)
    assert (row.code, row.crashes, row.body) == ("crashed", BRISK.poison, {"number": 3})
    assert "buyer" not in row.error
    done = {
        body.number
        for turn in script.turns
        if Note(3) not in [m.body for m in turn.messages]
        for body in [one.body for one in turn.messages]
    }
    assert done == {0, 1, 2, 4, 5}


async def test_a_message_that_crashed_is_handled_alone(database: Database) -> None:
    script = stumbling(1)
    async with node(database, script):
        await send(database, *[Note(number) for number in range(4)])
        await until(partial(empty, database))
    sizes = [len(turn.messages) for turn in script.turns]
    assert sizes[-4:] == [1, 1, 1, 1]
    assert script.bodies()[-4:] == [Note(number) for number in range(4)]


async def test_an_actor_that_crashes_too_often_is_quarantined_and_comes_back(database: Database) -> None:
    script = stumbling(3)
    async with node(database, script, STRICT):
        await send(database, Note(1))
        await until(partial(empty, database))
        [fact] = script.told(ActorQuarantined)
        assert database.clock.now() >= fact.until
    assert (await row_of(database)).status == "active"
    assert len(script.told(ActorCrashed)) == 3


async def test_quarantines_double(database: Database) -> None:
    script = stumbling(4)
    async with node(database, script, STRICT):
        await send(database, Note(1))
        await until(partial(empty, database))
    first, second = script.told(ActorQuarantined)
    assert (await row_of(database)).quarantines == 2
    assert second.until > first.until


async def test_a_quarantined_actor_is_given_back_and_can_be_resumed_by_hand(database: Database) -> None:
    script = stumbling(3)
    async with node(database, script, replace(STRICT, quarantine_first=600, quarantine_most=600)) as running:
        await send(database, Note(1))
        await until(lambda: bool(script.told(ActorQuarantined)) and not running.active)
        row = await row_of(database)
        assert (row.status, row.node, row.due_at) == ("quarantined", None, row.quarantine_until)
        await steer(database, mailbox.resume)
        await until(partial(empty, database))


async def test_too_many_quarantines_at_once_stop_the_node(database: Database) -> None:
    script = Script()

    async def handle(turn: Turn) -> None:
        raise ZeroDivisionError

    script.handle = handle
    for number in range(6):
        await send(database, Note(1), to=Address("channel", f"t{number}", "bol"))

    async def work() -> None:
        async with node(database, script, replace(STRICT, crash_limit=1, sick_limit=5)):
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        await work()
    assert caught.group_contains(NodeSick)


async def test_a_write_that_fails_in_the_commit_is_a_crash(database: Database) -> None:
    async def broken(work: Work) -> None:
        raise LookupError

    async def handle(turn: Turn) -> None:
        if not turn.messages[0].crashes:
            turn.write(broken)

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert len(script.told(ActorCrashed)) == 1


class Reluctant(Script):
    """Fails to open a few times before it works."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        if self.errors:
            raise self.errors.pop(0)
        yield Player(self)


async def test_an_actor_that_cannot_be_opened_is_tried_again(database: Database) -> None:
    script = Reluctant(Unavailable("no route"), ZeroDivisionError("a bug"), Unavailable("no route"))
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert len(script.told(ActorCrashed)) == 1


async def test_an_actor_whose_grant_is_lost_on_opening_is_suspended(database: Database) -> None:
    script = Reluctant(Unauthorized("consent withdrawn"))
    async with node(database, script) as running:
        await send(database, Note(1))
        await until(lambda: not running.active and not script.errors)
        assert (await row_of(database)).status == "suspended"
        await steer(database, mailbox.resume)
        await until(partial(empty, database))


class Narrow(Script):
    """Knows one lane only, and fails on being asked about another."""

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        yield NarrowPlayer(self)


class NarrowPlayer(Player):
    def batch(self, lane: str) -> int:
        return {"order": 10}[lane]

    async def handle(self, turn: Turn) -> None:
        self.batch(turn.lane)
        await super().handle(turn)


async def test_mail_for_a_lane_that_the_actor_does_not_know_is_parked(database: Database) -> None:
    script = Narrow()
    async with node(database, script):
        await send(database, Level("a", 1), Note(1))
        await until(partial(empty, database))
    assert [row.kind for row in await parked_of(database)] == ["test.level"]
    assert script.bodies() == [Note(1)]


async def test_a_turn_that_begins_as_its_instance_is_retired_still_has_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Dispatcher._start

    def retire_and_begin(self: Dispatcher, lane: Lane, mails: list[Mail], instance: Instance, limit: int) -> None:
        instance.retire()
        lane.owned.instance = None
        begin(self, lane, mails, instance, limit)

    monkeypatch.setattr(Dispatcher, "_start", retire_and_begin)
    script = Script()
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert script.bodies() == [Note(1)]
