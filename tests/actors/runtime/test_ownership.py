"""An actor has one owner at a time, and whoever lost it cannot write any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import anyio
import pytest
from sqlalchemy import Insert, event, insert, select, update

from hub.actors.runtime import mailbox
from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Fenced, Turn
from hub.clock import SystemClock
from hub.lease import may_act
from hub.store.engine import Database, Work
from hub.store.tables import actor
from hub.store.tables import node as node_table
from tests.actors.runtime.stage import (
    BOL,
    BRISK,
    SHOP,
    Level,
    Note,
    Script,
    empty,
    later,
    lease_until,
    node,
    row_of,
    send,
    until,
)
from tests.adapters.handclock import HandClock

pytestmark = pytest.mark.anyio


async def seen_at(database: Database) -> datetime | None:
    """Return when the node was last seen."""
    async with database.read() as connection:
        return await connection.scalar(select(node_table.c.seen_at))


async def seen_again(database: Database) -> None:
    """Wait until the node was seen once more."""
    before = await seen_at(database)

    async def seen_since() -> bool:
        now = await seen_at(database)
        return before is not None and now is not None and now > before

    await until(seen_since)


async def take_away(database: Database) -> None:
    """Do what another node does when it claims the actor after its lease."""
    await database.write(
        lambda work: work.execute(
            update(actor)
            .where(actor.c.address == str(BOL))
            .values(epoch=actor.c.epoch + 1, node="another", due_at=later(database, 0.3))
        )
    )


async def test_a_turn_of_a_lost_epoch_writes_nothing(database: Database) -> None:
    entered, go_on = anyio.Event(), anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.epoch == 1:
            turn.post(SHOP, Note(99))
            entered.set()
            await go_on.wait()

    script = Script(handle)
    async with node(database, script, replace(BRISK, renew=60)):
        await send(database, Note(1))
        await entered.wait()
        await take_away(database)
        go_on.set()
        await until(partial(empty, database))
    assert [turn.epoch for turn in script.turns] == [1, 3]
    assert Note(99) not in script.bodies()


async def test_a_checkpoint_is_durable_at_once_and_fenced(database: Database) -> None:
    found: list[str] = []
    entered, go_on = anyio.Event(), anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.epoch > 1:
            return
        await turn.checkpoint(lambda work: work.execute(marked("began")))
        async with database.read() as connection:
            names = (await connection.execute(select(node_table.c.name))).scalars()
            found.extend(name for name in names if name == "began")
        entered.set()
        await go_on.wait()
        try:
            await turn.checkpoint(lambda work: work.execute(marked("never")))
        except Fenced:
            found.append("fenced")
            raise

    def marked(name: str) -> Insert:
        now = database.clock.now()
        return insert(node_table).values(name=name, started_at=now, seen_at=now)

    async with node(database, Script(handle), replace(BRISK, renew=60)):
        await send(database, Note(1))
        await entered.wait()
        await take_away(database)
        go_on.set()
        await until(partial(empty, database))
    assert found == ["began", "fenced"]
    async with database.read() as connection:
        assert "never" not in (await connection.execute(select(node_table.c.name))).scalars().all()


async def test_a_lease_that_cannot_be_renewed_stops_the_turn(database: Database) -> None:
    cancelled = anyio.Event()

    async def handle(turn: Turn) -> None:
        if not cancelled.is_set():
            try:
                await anyio.sleep_forever()
            finally:
                cancelled.set()

    async with node(database, Script(handle), replace(BRISK, lease=0.5, margin=0.2, renew=60)):
        await send(database, Note(1))
        await cancelled.wait()
        await until(partial(empty, database))


async def test_leases_are_renewed_while_a_turn_lasts(database_url: str) -> None:
    release = anyio.Event()

    async def handle(turn: Turn) -> None:
        await release.wait()

    script, clock = Script(handle), HandClock()
    async with (
        Database.open(database_url, clock) as database,
        node(database, script, replace(BRISK, renew=0.05)),
    ):

        async def renewed() -> bool:
            return await lease_until(database) >= clock.now() + timedelta(seconds=BRISK.lease)

        await send(database, Note(1))
        await until(lambda: bool(script.turns))
        first = await lease_until(database)
        while clock.now() <= first:
            clock.forward(BRISK.lease / 4)
            await until(renewed)
        release.set()
        await until(partial(empty, database))
    assert [turn.epoch for turn in script.turns] == [1]


async def test_a_turn_that_was_stopped_past_its_lease_may_not_act_any_more(database_url: str) -> None:
    allowed, clock = list[tuple[int, bool, bool]](), HandClock()

    async def handle(turn: Turn) -> None:
        before = may_act()
        clock.forward(BRISK.lease if turn.epoch == 1 else 0)
        allowed.append((turn.epoch, before, may_act()))

    async with Database.open(database_url, clock) as database, node(database, Script(handle), BRISK):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert allowed[0] == (1, True, False)
    assert [(before, after) for _, before, after in allowed[1:]] in ([], [(True, True)])
    assert may_act(), "whoever is no actor may"


async def test_an_idle_actor_is_closed_and_opened_again_by_mail(database: Database) -> None:
    script = Script()
    async with node(database, script, replace(BRISK, linger=0.05)) as running:
        for number in range(3):
            await send(database, Note(number))
            await until(partial(empty, database))
            await until(lambda: not running.active)
    assert script.opened == [BOL] * 3 == script.closed
    row = await row_of(database)
    assert (row.node, row.due_at) == (None, None)


async def test_mail_posted_while_an_actor_is_released_is_not_forgotten(database: Database) -> None:
    script = Script()
    async with node(database, script, replace(BRISK, linger=0.0, poll=5.0)), anyio.create_task_group() as tasks:
        for first in range(0, 90, 30):
            tasks.start_soon(trickle, database, first)
        await until(lambda: len(script.bodies()) == 90)
    assert sorted(body.number for body in script.bodies()) == list(range(90))


async def trickle(database: Database, first: int) -> None:
    for number in range(first, first + 30):
        await send(database, Note(number))
        await anyio.sleep(0.002 * (number % 7))


async def test_actors_that_post_to_each_other_do_not_stand_in_each_others_way(database: Database) -> None:
    rounds = 40

    async def handle(turn: Turn) -> None:
        other = SHOP if turn.address == BOL else BOL
        for envelope in turn.messages:
            if envelope.body.number < rounds:
                turn.post(other, Note(envelope.body.number + 1))
                turn.post(turn.address, Level("self", envelope.body.number))

    async def done() -> bool:
        return await empty(database) and await empty(database, SHOP)

    script = Script(handle)
    handled = handle

    async def only_notes(turn: Turn) -> None:
        if turn.lane == "order":
            await handled(turn)

    script.handle = only_notes
    async with node(database, script):
        for address in (BOL, SHOP):
            await send(database, Note(0), Note(0), to=address)
        await until(done)
    assert len([body for body in script.bodies() if isinstance(body, Note)]) == 4 * (rounds + 1)


async def test_thousands_of_idle_actors_cost_no_query(sqlite_url: str) -> None:
    async with Database.open(sqlite_url, SystemClock()) as database:

        async def work(work: Work) -> None:
            rows = [{"tenant_id": f"t{number}", "address": f"channel/t{number}/bol"} for number in range(10_000)]
            await work.execute(insert(actor), rows)

        await database.write(work)
        statements: list[str] = []
        event.listen(
            database._reads.sync_engine,
            "connect",
            lambda adapted, _: adapted.driver_connection.database.set_trace_callback(statements.append),
        )
        script = Script()
        async with node(database, script, replace(BRISK, poll=0.05)) as running:
            await until(lambda: len(statements) >= 20)
            assert running.active == 0
        asked = {statement for statement in statements if not statement.startswith(("BEGIN", "ROLLBACK"))}
        assert len(asked) == 1
        async with database.read() as connection:
            plan = await connection.exec_driver_sql("EXPLAIN QUERY PLAN " + asked.pop())
            assert "ix_actor_due_at" in str(plan.all())


async def test_a_hundred_actors_are_claimed_together(database: Database) -> None:
    script = Script()
    addresses = [Address("channel", f"t{number}", "bol") for number in range(100)]

    async def work(work: Work) -> None:
        for address in addresses:
            mailbox.post(work, address, Note(1))

    async with node(database, script):
        await database.write(work)
        await until(lambda: len(script.turns) == 100)
    assert {turn.address for turn in script.turns} == set(addresses)


async def test_a_node_without_actors_tells_all_the_same_that_it_is_alive(database: Database) -> None:
    async def enrolled() -> bool:
        return await seen_at(database) is not None

    async with node(database, Script()):
        await until(enrolled)
        for _ in range(2):
            await seen_again(database)
