"""A node has one lease for all that it owns; when that has ended, others inherit, and it starts anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import anyio
import pytest
from sqlalchemy import select

from hub.actors.runtime import claimer
from hub.actors.runtime.mailbox.nodes import enrol, inherit, prune, reap, renew, resign
from hub.actors.runtime.mailbox.ownership import Claim, claim
from hub.actors.runtime.turn import Turn
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.tables import node as node_table
from tests.actors.runtime.stage import (
    BOL,
    BRISK,
    SHOP,
    ByHand,
    Note,
    Script,
    empty,
    held_row,
    later,
    lease_until,
    node,
    row_of,
    send,
    until,
)

pytestmark = pytest.mark.anyio


async def enrolled(database: Database, name: str, seconds: float = 60.0) -> None:
    await database.write(partial(enrol, name=name, lease_until=later(database, seconds)))


async def claimed(database: Database, name: str) -> list[Claim]:
    return await database.write(partial(claim, name=name, most=10))


async def leases(database: Database) -> dict[str, datetime | None]:
    async with database.read() as connection:
        found = await connection.execute(select(node_table.c.name, node_table.c.lease_until))
        return {row.name: row.lease_until for row in found}


async def test_whoever_is_not_on_the_list_claims_nothing(database: Database) -> None:
    await send(database, Note(1))
    assert await claimed(database, "stranger") == []
    await enrolled(database, "known")
    assert [one.key[1] for one in await claimed(database, "known")] == [str(BOL)]


async def test_what_a_node_owns_is_nobody_elses_while_its_lease_lasts(database: Database) -> None:
    await send(database, Note(1))
    for name in ("first", "second"):
        await enrolled(database, name)
    assert len(await claimed(database, "first")) == 1
    assert await database.write(partial(reap, name="second")) == []
    assert await claimed(database, "second") == []


async def test_a_lease_that_has_ended_is_inherited_from_and_cannot_be_renewed(database: Database) -> None:
    await send(database, Note(1))
    await enrolled(database, "late", seconds=-1.0)
    await enrolled(database, "heir")
    [lost] = await claimed(database, "late")
    assert await database.write(partial(reap, name="late")) == [], "nobody inherits from itself"
    assert await database.write(partial(reap, name="heir")) == ["late"]
    assert not await database.write(partial(renew, name="late", lease_until=later(database, 60)))
    assert await claimed(database, "late") == []
    [gained] = await claimed(database, "heir")
    assert (gained.key, gained.epoch) == (lost.key, lost.epoch + 1)
    assert await database.write(partial(reap, name="heir")) == []


async def test_a_node_is_struck_off_even_where_a_commit_still_holds_what_it_owned(several: Database) -> None:
    for address in (BOL, SHOP):
        await send(several, Note(1), to=address)
    await enrolled(several, "late", seconds=-1.0)
    await claimed(several, "late")
    async with held_row(several) as let_go:
        await several.write(partial(reap, name="heir"), urgent=True)
        assert (await row_of(several, BOL)).due_at is None
        assert (await row_of(several, SHOP)).due_at is not None
        assert not await several.write(partial(renew, name="late", lease_until=later(several, 60)), urgent=True)
        let_go.set()
    assert await several.write(partial(reap, name="heir")) == ["late"]
    assert (await row_of(several, BOL)).due_at is not None
    assert await leases(several) == {"late": None}


async def test_what_was_claimed_as_the_lease_lapsed_is_given_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def claim_and_lapse(work: Work, *words: Any) -> list[Claim]:
        found = await claim(work, *words)
        if not running.roster.lapses > 1:
            running.roster.forsake()
        return found

    script = Script()
    monkeypatch.setattr(claimer, "claim", claim_and_lapse)
    async with node(database, script, replace(BRISK, renew=0.1)) as running:
        await until(lambda: running.roster.enrolled)
        await send(database, Note(1))
        await until(partial(empty, database))
    assert [turn.epoch for turn in script.turns] == [2]


async def test_a_lease_that_was_renewed_late_is_kept_where_nobody_has_inherited(database: Database) -> None:
    await enrolled(database, "late", seconds=-1.0)
    assert await database.write(partial(renew, name="late", lease_until=later(database, 60)))
    await enrolled(database, "heir")
    assert await database.write(partial(reap, name="heir")) == []


async def test_a_node_that_begins_anew_has_what_it_owned_before_claimed_again(database: Database) -> None:
    await send(database, Note(1))
    await enrolled(database, "node")
    [before] = await claimed(database, "node")
    await enrolled(database, "node")
    [after] = await claimed(database, "node")
    assert (after.key, after.epoch) == (before.key, before.epoch + 1)


async def test_whoever_resigns_is_off_the_list_and_hands_out_what_is_left(database: Database) -> None:
    await send(database, Note(1))
    await enrolled(database, "node")
    await claimed(database, "node")
    await database.write(partial(resign, name="node"))
    assert await leases(database) == {}
    assert (await row_of(database)).due_at <= database.clock.now()


async def test_a_process_that_is_no_more_is_inherited_from_at_once_and_others_are_not(database: Database) -> None:
    for name, address in (("former", BOL), ("alive", SHOP)):
        await send(database, Note(1), to=address)
        await enrolled(database, name)
        await claimed(database, name)
    await database.write(partial(inherit, names=["former"]))
    assert (await row_of(database, BOL)).due_at is not None
    assert (await row_of(database, SHOP)).due_at is None
    found = await leases(database)
    assert found["former"] is None
    assert found["alive"] is not None


async def test_a_node_that_owns_something_is_not_forgotten_however_long_it_was_not_seen(database: Database) -> None:
    await enrolled(database, "owner")
    await enrolled(database, "former")
    await database.write(partial(inherit, names=["former"]))
    await database.write(partial(prune, before=later(database, 60)))
    assert list(await leases(database)) == ["owner"]


async def test_a_node_goes_on_with_what_a_dead_one_owned(several: Database) -> None:
    await send(several, Note(1))
    await enrolled(several, "dead", seconds=0.3)
    assert len(await claimed(several, "dead")) == 1
    script = Script()
    async with node(several, script):
        await until(partial(empty, several))
    assert [turn.epoch for turn in script.turns] == [2]


async def test_a_node_that_was_struck_off_drops_everything_and_begins_anew(database: Database) -> None:
    stopped = anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.epoch == 1:
            try:
                await anyio.sleep_forever()
            finally:
                stopped.set()

    async with node(database, Script(handle), replace(BRISK, renew=0.05)):
        await send(database, Note(1))
        await until(lambda: _owned(database))
        await database.write(inherit)
        await stopped.wait()
        await until(partial(empty, database))
        assert await lease_until(database) > database.clock.now()


async def _owned(database: Database) -> bool:
    return bool((await row_of(database)).node)


async def test_a_node_whose_lease_lapsed_unseen_claims_its_actors_again(database_url: str) -> None:
    clock = ByHand()
    async with Database.open(database_url, clock) as database:
        script = Script()
        async with node(database, script, replace(BRISK, renew=3600.0)) as running:
            await send(database, Note(1))
            await until(partial(empty, database))
            clock.passed += BRISK.lease
            await until(lambda: not running.active)
            await send(database, Note(2))
            await until(partial(empty, database))
        assert [turn.epoch for turn in script.turns] == [1, 2]


async def test_a_ring_that_was_lost_is_made_up_for(several: Database, postgres_url: str) -> None:
    """Whoever posts without being a node, and dies before it can ring, is inherited from by nobody."""
    script = Script()
    async with (
        Database.open(postgres_url, SystemClock()) as another,
        node(several, script, replace(BRISK, lease=0.6, renew=0.1, margin=0.1)),
    ):
        await send(several, Note(1))
        await until(partial(empty, several))
        await send(another, Note(2))
        await until(partial(empty, several))
    assert script.bodies() == [Note(1), Note(2)]
