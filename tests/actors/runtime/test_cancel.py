"""Whenever a node is cancelled, what it did not commit never happened, and nothing is done twice."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import insert, select

from hub.actors.runtime import claimer
from hub.actors.runtime.mailbox.ownership import Claim, claim
from hub.actors.runtime.supervisor import Supervisor
from hub.actors.runtime.turn import Turn
from hub.store.engine import Database, Work
from hub.store.tables import seen
from tests.actors.runtime.stage import BOL, BRISK, SHOP, Note, Script, empty, node, row_of, send, until

pytestmark = pytest.mark.anyio

MANY = 60


def unrepeatable(turn: Turn, number: int) -> None:
    """Gather an effect that the database refuses to have twice."""

    async def work(work: Work) -> None:
        row = {"tenant_id": "acme", "address": str(turn.address), "dedupe": f"{number:04}", "seen_at": work.clock.now()}
        await work.execute(insert(seen).values(row))

    turn.write(work)


async def handle(turn: Turn) -> None:
    """Do one effect per message, strictly in order, and pass the first actor's mail on to the second."""
    for envelope in turn.messages:
        number = envelope.body.number
        if turn.state.get("next", 0) != number:
            raise LookupError(f"{turn.state} but {number}")
        turn.state["next"] = number + 1
        unrepeatable(turn, number)
        if turn.address == BOL:
            turn.post(SHOP, Note(number))
    await anyio.lowlevel.checkpoint()


async def test_a_node_may_be_cancelled_anywhere(database: Database) -> None:
    random, script = Random(11), Script(handle, batches=3)
    await send(database, *[Note(number) for number in range(MANY)])

    async def finished() -> bool:
        return await empty(database) and await empty(database, SHOP)

    for cut in range(25):
        supervisor = Supervisor(
            database, script.open, random=Random(cut), listener=script.listen, policy=BRISK, name=f"n{cut}"
        )
        with anyio.move_on_after(random.uniform(0, 0.04)):
            await supervisor.run()
    async with node(database, script):
        await until(finished)
    statement = select(seen.c.address, seen.c.dedupe).order_by(seen.c.address, seen.c.dedupe)
    async with database.read() as connection:
        found = [(address, int(number)) for address, number in await connection.execute(statement)]
    assert found == [(str(address), number) for address in sorted([BOL, SHOP]) for number in range(MANY)]


async def test_an_actor_claimed_while_its_node_is_cancelled_is_given_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def claim_and_cancel(work: Work, *words: Any) -> list[Claim]:
        found = await claim(work, *words)
        scope.cancel()
        return found

    monkeypatch.setattr(claimer, "claim", claim_and_cancel)
    await send(database, Note(0))
    with anyio.CancelScope() as scope:
        await Supervisor(database, Script().open, random=Random(1), policy=BRISK).run()
    row = await row_of(database)
    assert (row.epoch, row.node) == (1, None)
    assert row.due_at <= database.clock.now()


async def test_a_cancelled_poster_has_posted_wholly_or_not_at_all(database: Database) -> None:
    random = Random(5)
    for number in range(0, 80, 2):
        with anyio.move_on_after(random.uniform(0, 0.01)):
            await send(database, Note(number), Note(number + 1))
    script = Script()
    async with node(database, script):
        await until(partial(empty, database))
    numbers = [body.number for body in script.bodies()]
    assert numbers == sorted(numbers)
    assert {number - number % 2 for number in numbers} == {number for number in numbers if number % 2 == 0}
    assert len(numbers) % 2 == 0


async def test_a_drained_node_finishes_its_turn(database: Database) -> None:
    entered, release = anyio.Event(), anyio.Event()

    async def slow(turn: Turn) -> None:
        entered.set()
        await release.wait()

    script = Script(slow)
    async with anyio.create_task_group() as tasks, node(database, script):
        await send(database, Note(1))
        await entered.wait()
        tasks.start_soon(after_a_moment, release)
    assert await empty(database)


async def after_a_moment(release: anyio.Event) -> None:
    await anyio.lowlevel.checkpoint()
    release.set()
