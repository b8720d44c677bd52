"""What an actor raises decides what becomes of its messages, in one place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import anyio
import pytest

from hub.actors.runtime import mailbox
from hub.actors.runtime.facts import ActorSuspended, LaneThrottled, MessageParked, TurnEnded
from hub.actors.runtime.mailbox import Status
from hub.actors.runtime.turn import Turn
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable
from hub.store.engine import Database, Work
from tests.actors.runtime.stage import (
    BOL,
    BRISK,
    SHOP,
    Level,
    Note,
    Script,
    empty,
    node,
    parked_of,
    row_of,
    send,
    steer,
    until,
    waiting,
    waits,
)

pytestmark = pytest.mark.anyio


def raising(*words: Outcome | None) -> Script:
    """A script that raises these, one per turn, and then handles everything."""
    left = list(words)

    async def handle(turn: Turn) -> None:
        word = left.pop(0) if left else None
        if word is not None:
            raise word

    return Script(handle)


async def test_a_throttled_lane_waits_and_it_is_no_attempt(database: Database) -> None:
    script = raising(Throttled(0.2), Throttled(0.05))
    async with node(database, script):
        began = database.clock.monotonic()
        await send(database, Note(1))
        await until(partial(empty, database))
        assert database.clock.monotonic() - began >= 0.25
    assert [turn.messages[0].attempts for turn in script.turns] == [0, 0, 0]
    assert [fact.lane for fact in script.told(LaneThrottled)] == ["order", "order"]


async def test_a_throttled_lane_does_not_hold_up_another(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.lane == "order":
            raise Throttled(60)

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1))
        await until(lambda: bool(script.turns))
        await send(database, Level("a", 1))
        await until(lambda: script.bodies("stock") == [Level("a", 1)])
    assert await waiting(database) == 1


async def test_an_unavailable_platform_is_tried_again_in_order(database: Database) -> None:
    script = raising(Unavailable("down"), Unavailable("down"))
    async with node(database, script):
        await send(database, Note(1), Note(2))
        await until(partial(empty, database))
    assert [[one.body.number for one in turn.messages] for turn in script.turns] == [[1, 2]] * 3
    assert [turn.messages[0].attempts for turn in script.turns] == [0, 1, 2]


async def test_a_message_is_parked_after_its_attempts_and_the_rest_flows(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        for envelope in turn.messages:
            if envelope.body == Note(1):
                turn.retry(envelope, Unavailable("down"))

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1), Note(2))
        await until(partial(empty, database))
    [row] = await parked_of(database)
    assert (row.code, row.error, row.attempts, row.body) == ("exhausted", "down", BRISK.attempts, {"number": 1})
    assert script.bodies().count(Note(2)) == 1
    assert [fact.code for fact in script.told(MessageParked)] == ["exhausted"]


async def test_a_rejected_message_is_parked_and_its_neighbours_are_done(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        for envelope in turn.messages:
            if envelope.body == Note(2):
                turn.reject(envelope, Rejected("no such order", code="unknown_order"))

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1), Note(2), Note(3))
        await until(partial(empty, database))
    [row] = await parked_of(database)
    assert (row.code, row.error, row.kind) == ("unknown_order", "no such order", "test.note")


async def test_a_rejected_turn_parks_what_it_did_not_settle(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        turn.done(turn.messages[0])
        raise Rejected("no")

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1), Note(2), Note(3))
        await until(partial(empty, database))
    assert [row.body["number"] for row in await parked_of(database)] == [2, 3]


async def test_an_outcome_keeps_what_was_gathered_up_to_the_last_settled_message(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address == SHOP or len(turn.messages) == 1:
            return
        turn.post(SHOP, Note(100))
        turn.state["seen"] = 1
        turn.done(turn.messages[0])
        turn.post(SHOP, Note(200))
        turn.state["seen"] = 2
        raise Unavailable("half way")

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1), Note(2))
        await until(partial(empty, database))
        await until(partial(empty, database, SHOP))
    mine = [turn for turn in script.turns if turn.address == BOL]
    assert [one.body for one in mine[1].messages] == [Note(2)]
    assert mine[1].state == {"seen": 1}
    assert [one.body for turn in script.turns if turn.address == SHOP for one in turn.messages] == [Note(100)]


async def test_several_outcomes_at_once_count_as_the_one_that_stops_most(database: Database) -> None:
    async def fail(word: Outcome) -> None:
        raise word

    async def handle(turn: Turn) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail, Unavailable("down"))
            tasks.start_soon(fail, Unauthorized("expired"))

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1))
        await until(lambda: bool(script.told(ActorSuspended)))
    assert (await row_of(database)).status == Status.SUSPENDED


async def test_an_unauthorized_actor_is_suspended_collects_mail_and_goes_on_when_resumed(database: Database) -> None:
    script = raising(Unauthorized("consent withdrawn"))
    async with node(database, script) as running:
        await send(database, Note(1))
        await until(lambda: not running.active and bool(script.turns))
        row = await row_of(database)
        assert (row.status, row.reason, row.node, row.due_at) == ("suspended", "consent withdrawn", None, None)
        await send(database, Note(2))
        assert (await row_of(database)).due_at is None
        await steer(database, mailbox.resume)
        await until(partial(empty, database))
    assert script.bodies() == [Note(1), Note(1), Note(2)]


async def test_a_paused_actor_takes_no_turn_until_it_is_resumed(database: Database) -> None:
    script = Script()
    async with node(database, script) as running:
        await send(database, Note(1))
        await until(partial(empty, database))
        await steer(database, mailbox.pause)
        await until(lambda: not running.active)
        await send(database, Note(2))
        await send(database, Note(3), to=SHOP)
        await until(partial(empty, database, SHOP))
        assert script.bodies() == [Note(1), Note(3)]
        await steer(database, mailbox.resume)
        await until(partial(empty, database))
    assert script.bodies() == [Note(1), Note(3), Note(2)]


async def test_a_crash_does_not_set_free_an_actor_that_was_paused_meanwhile(database: Database) -> None:
    entered, go_on = anyio.Event(), anyio.Event()

    async def handle(turn: Turn) -> None:
        entered.set()
        await go_on.wait()
        raise ZeroDivisionError

    script = Script(handle)
    async with node(database, script) as running:
        await send(database, Note(1))
        await entered.wait()
        await steer(database, mailbox.pause, "stock-taking")
        go_on.set()
        await until(lambda: not running.active)
    row = await row_of(database)
    assert (row.status, row.reason, row.restarts) == ("paused", "stock-taking", 1)


async def test_waking_an_actor_ends_its_waiting(database: Database) -> None:
    script = raising(Throttled(3600))
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(waits, database))
        await steer(database, mailbox.wake)
        await until(partial(empty, database))


async def test_a_lane_waits_on_after_its_node_was_replaced(database: Database) -> None:
    script = raising(Throttled(0.5))
    began = database.clock.monotonic()
    async with node(database, script):
        await send(database, Note(1))
        await until(lambda: bool(script.told(LaneThrottled)))
    async with node(database, script):
        await until(partial(empty, database))
    assert database.clock.monotonic() - began >= 0.5


async def test_a_parked_message_can_be_retried_once(database: Database) -> None:
    script = raising(Rejected("no"))
    async with node(database, script):
        await send(database, Note(1))
        await until(partial(empty, database))
        [row] = await parked_of(database)
        assert await database.write(lambda work: mailbox.retry_parked(work, "acme", row.parked_id))
        await until(partial(empty, database))
        assert not await database.write(lambda work: mailbox.retry_parked(work, "acme", row.parked_id))
        assert not await database.write(lambda work: mailbox.retry_parked(work, "other", row.parked_id))
    assert script.bodies() == [Note(1), Note(1)]
    assert (await parked_of(database))[0].resolution == "retried"


async def test_a_retried_old_value_never_replaces_a_newer_one(database: Database) -> None:
    async with node(database, raising(Rejected("no"))):
        await send(database, Level("a", 1))
        await until(partial(empty, database))
    [row] = await parked_of(database)
    await send(database, Level("a", 2))
    await database.write(lambda work: mailbox.retry_parked(work, "acme", row.parked_id))
    script = Script()
    async with node(database, script):
        await until(partial(empty, database))
    assert script.bodies() == [Level("a", 2)]


async def test_a_discarded_message_stays_away(database: Database) -> None:
    async with node(database, raising(Rejected("no"))):
        await send(database, Note(1))
        await until(partial(empty, database))
        [row] = await parked_of(database)
        assert await database.write(lambda work: mailbox.discard_parked(work, "acme", row.parked_id))
        assert not await database.write(lambda work: mailbox.retry_parked(work, "acme", row.parked_id))


async def test_a_message_nobody_can_read_is_parked(database: Database) -> None:
    async def forge(work: Work) -> None:
        mailbox.post(work, BOL, Note("not a number"))  # type: ignore[arg-type]
        mailbox.post(work, BOL, Note(2))

    await database.write(forge)
    script = Script()
    async with node(database, script):
        await until(partial(empty, database))
    assert [row.code for row in await parked_of(database)] == ["unreadable"]
    assert script.bodies() == [Note(2)]


async def test_state_is_kept_per_lane_and_across_nodes(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        turn.state["turns"] = turn.state.get("turns", 0) + 1

    script = Script(handle)
    for _ in range(2):
        async with node(database, script, replace(BRISK, linger=0.05)):
            await send(database, Note(1))
            await send(database, Level("a", 1))
            await until(partial(empty, database))
    counts = {lane: [turn.state["turns"] for turn in script.turns if turn.lane == lane] for lane in ("order", "stock")}
    assert counts == {"order": [1, 2], "stock": [1, 2]}


async def test_a_turn_tells_how_it_went(database: Database) -> None:
    script = raising(Unavailable("down"))
    async with node(database, script):
        await send(database, Note(1), Note(2))
        await until(partial(empty, database))
    told = script.told(TurnEnded)
    assert [(fact.outcome, fact.messages) for fact in told] == [("unavailable", 2), ("done", 2)]
    assert all(fact.waited >= 0 and fact.took >= 0 for fact in told)


async def test_mail_and_effects_of_a_turn_are_kept_together(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address == BOL:
            for envelope in turn.messages:
                turn.post(SHOP, Level(f"sku-{envelope.body.number}", 1))

    script = Script(handle)
    async with node(database, script):
        await send(database, *[Note(number) for number in range(20)])
        await until(partial(empty, database))
        await until(partial(empty, database, SHOP))
    assert sorted(body.sku for body in script.bodies("stock")) == sorted(f"sku-{number}" for number in range(20))
