"""Mail is handled in order within a lane, and lanes never hold each other up."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import pytest

from hub.actors.runtime import mailbox
from hub.actors.runtime.turn import Turn
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from tests.actors.runtime.stage import BOL, Level, Note, Script, empty, later, node, send, until, waiting

pytestmark = pytest.mark.anyio


async def test_messages_of_a_lane_are_handled_in_the_order_posted(database: Database) -> None:
    script = Script(batches=7)
    async with node(database, script):
        for number in range(50):
            await send(database, Note(number))
        await until(partial(empty, database))
    assert script.bodies("order") == [Note(number) for number in range(50)]


async def test_concurrent_posters_keep_their_own_order(database: Database) -> None:
    script = Script(batches=5)

    async def poster(first: int) -> None:
        for number in range(first, first + 20):
            await send(database, Note(number))

    async with node(database, script), anyio.create_task_group() as tasks:
        for first in range(0, 200, 20):
            tasks.start_soon(poster, first)
        await until(lambda: len(script.bodies()) == 200)
    numbers = [body.number for body in script.bodies()]
    assert sorted(numbers) == list(range(200))
    for first in range(0, 200, 20):
        assert [number for number in numbers if first <= number < first + 20] == list(range(first, first + 20))


async def test_mail_posted_before_any_node_runs_is_handled(database: Database) -> None:
    await send(database, *[Note(number) for number in range(5)])
    script = Script()
    async with node(database, script):
        await until(partial(empty, database))
    assert script.bodies() == [Note(number) for number in range(5)]


async def test_a_lane_never_has_two_turns_at_once(database: Database) -> None:
    inside = {"order": 0, "stock": 0}
    most = {"order": 0, "stock": 0}

    async def handle(turn: Turn) -> None:
        inside[turn.lane] += 1
        most[turn.lane] = max(most[turn.lane], inside[turn.lane])
        await anyio.sleep(0.001)
        inside[turn.lane] -= 1

    script = Script(handle, batches=1)
    async with node(database, script), anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(send, database, Note(number), Level(f"sku-{number}", 1))
        await until(lambda: len(script.bodies()) == 60)
    assert most == {"order": 1, "stock": 1}


async def test_a_lane_that_is_busy_does_not_hold_up_another(database: Database) -> None:
    blocked = anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.lane == "order":
            await blocked.wait()

    script = Script(handle)
    async with node(database, script):
        await send(database, Note(1))
        await until(lambda: bool(script.turns))
        await send(database, Level("a", 1))
        await until(lambda: script.bodies("stock") == [Level("a", 1)])
        assert await waiting(database) >= 1
        blocked.set()


async def test_a_newer_value_replaces_the_waiting_one_and_keeps_its_place(database: Database) -> None:
    await send(database, Level("a", 1), Level("b", 1))
    await send(database, Level("a", 2))
    script = Script()
    async with node(database, script):
        await until(partial(empty, database))
    assert script.bodies() == [Level("a", 2), Level("b", 1)]
    assert script.turns[0].messages[0].revision == 2


async def test_a_value_that_arrives_while_the_old_one_is_handled_is_handled_too(database: Database) -> None:
    release = anyio.Event()

    async def handle(turn: Turn) -> None:
        await release.wait()

    script = Script(handle)
    async with node(database, script):
        await send(database, Level("a", 1))
        await until(lambda: len(script.turns) == 1)
        first = script.turns[0].messages[0]
        await send(database, Level("a", 2))
        release.set()
        await until(partial(empty, database))
    assert script.bodies() == [Level("a", 1), Level("a", 2)]
    second = script.turns[1].messages[0]
    assert (second.seq, second.revision) == (first.seq, 2)
    assert second.posted_at > first.posted_at


async def test_a_timer_waits_for_its_time_and_lets_others_pass(database: Database) -> None:
    script = Script()
    async with node(database, script):
        due = later(database, 0.3)
        await send(database, Note(1), due_at=later(database, 3600))
        await send(database, Note(2), due_at=due)
        await send(database, Note(3))
        await until(lambda: {Note(2), Note(3)} <= set(script.bodies()))
        assert database.clock.now() >= due
    assert await waiting(database) == 1
    assert Note(1) not in script.bodies()


async def test_a_timer_is_found_by_a_node_that_starts_later(database: Database) -> None:
    await send(database, Note(1), due_at=later(database, 0.2))
    script = Script()
    async with node(database, script):
        await until(partial(empty, database))
    assert script.bodies() == [Note(1)]


async def test_an_actor_posts_its_own_next_tick(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        count = turn.state["count"] = turn.state.get("count", 0) + 1
        if count < 5:
            turn.post(turn.address, Level("tick", 0), due_at=later(database, 0.02))

    script = Script(handle)
    async with node(database, script):
        await send(database, Level("tick", 0))
        await until(lambda: len(script.turns) == 5)
        await until(partial(empty, database))
    assert [turn.state["count"] for turn in script.turns] == [1, 2, 3, 4, 5]


async def test_a_duplicate_inbound_event_is_posted_once(database: Database) -> None:
    async def work(work: Work) -> None:
        mailbox.post(work, BOL, Note(1), dedupe="event-1")

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(database.write, work)
    await database.write(work)
    assert await waiting(database) == 1


class Fast:
    """A clock that goes a minute ahead of the others."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=1)

    def monotonic(self) -> float:
        return time.monotonic()


async def test_mail_of_a_node_whose_clock_is_ahead_is_not_overtaken(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as database, Database.open(postgres_url, Fast()) as ahead:
        await send(ahead, Note(0))
        await send(database, Note(1))
        script = Script()
        async with node(database, script):
            await until(partial(empty, database))
    assert script.bodies() == [Note(0), Note(1)]
