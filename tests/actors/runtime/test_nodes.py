"""A node has one lease for all that it owns; when that has ended, others inherit, and it starts anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from math import inf
from typing import Any

import anyio
import pytest
from sqlalchemy import delete, select, text

from hub.actors.runtime import claimer
from hub.actors.runtime.mailbox.nodes import enrol, inherit, leases_of_others, prune, reap, renew, resign
from hub.actors.runtime.mailbox.ownership import Claim, claim
from hub.actors.runtime.reaper import Reaper
from hub.actors.runtime.roster import Roster
from hub.actors.runtime.turn import Turn
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.tables import node as node_table
from tests.actors.runtime.stage import (
    BOL,
    BRISK,
    SHOP,
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
from tests.adapters.handclock import HandClock

pytestmark = pytest.mark.anyio


async def enrolled(database: Database, name: str, lease: float = 60.0) -> None:
    await database.write(partial(enrol, name=name, lease=lease))


async def claimed(database: Database, name: str) -> list[Claim]:
    return await database.write(partial(claim, name=name, most=10))


async def reaped(database: Database, heir: str) -> list[str]:
    """Return from whom a node inherits that takes all leases of others for ended."""
    async with database.read() as connection:
        ended = await leases_of_others(connection, heir)
    return await database.write(partial(reap, ended=ended), urgent=True)


async def renewed(database: Database, name: str) -> bool:
    return await database.write(partial(renew, name=name, lease=60.0), urgent=True)


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
    assert await claimed(database, "second") == []


async def test_a_lease_that_has_ended_is_inherited_from_and_cannot_be_renewed(database: Database) -> None:
    await send(database, Note(1))
    for name in ("late", "heir"):
        await enrolled(database, name)
    [lost] = await claimed(database, "late")
    assert await reaped(database, "heir") == ["late"]
    assert not await renewed(database, "late")
    assert await claimed(database, "late") == []
    [gained] = await claimed(database, "heir")
    assert (gained.key, gained.epoch) == (lost.key, lost.epoch + 1)
    assert await reaped(database, "heir") == []


async def test_a_lease_that_is_renewed_between_look_and_hand_out_is_kept(database: Database) -> None:
    for name in ("late", "heir"):
        await enrolled(database, name)
    async with database.read() as connection:
        ended = await leases_of_others(connection, "heir")
    assert await renewed(database, "late")
    assert await database.write(partial(reap, ended=ended)) == []
    assert await renewed(database, "late")


async def test_a_node_is_struck_off_even_where_a_commit_still_holds_what_it_owned(several: Database) -> None:
    for address in (BOL, SHOP):
        await send(several, Note(1), to=address)
    await enrolled(several, "late")
    await claimed(several, "late")
    async with held_row(several) as let_go:
        await reaped(several, "heir")
        assert (await row_of(several, BOL)).due_at is None
        assert (await row_of(several, SHOP)).due_at is not None
        assert not await renewed(several, "late")
        let_go.set()
    assert await reaped(several, "heir") == ["late"]
    assert (await row_of(several, BOL)).due_at is not None
    assert await leases(several) == {"late": None}


@pytest.mark.parametrize("begun", [partial(inherit, names=["late"]), partial(resign, name="late")])
async def test_what_is_claimed_while_its_node_is_struck_off_is_handed_out_too(
    several: Database, postgres_url: str, begun: Any
) -> None:
    entered, go_on = anyio.Event(), anyio.Event()

    async def claim_slowly(work: Work) -> None:
        assert len(await claim(work, "late", 10)) == 1
        entered.set()
        await go_on.wait()

    await send(several, Note(1))
    await enrolled(several, "late")
    async with Database.open(postgres_url, SystemClock()) as another, anyio.create_task_group() as tasks:
        tasks.start_soon(several.write, claim_slowly)
        await entered.wait()
        tasks.start_soon(another.write, begun)
        await until(partial(_waits_for_a_lock, several))
        go_on.set()
    row = await row_of(several)
    assert (row.node, row.epoch) == ("late", 1)
    assert row.due_at is not None


async def _waits_for_a_lock(database: Database) -> bool:
    async with database.read() as connection:
        return bool(await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


async def test_a_claim_is_not_seen_to_its_end_by_a_node_that_is_being_struck_off(several: Database) -> None:
    """The claim waits for the node's row, finds it struck off, and brings nothing."""
    entered, go_on = anyio.Event(), anyio.Event()

    async def strike_slowly(work: Work) -> None:
        await inherit(work, ["late"])
        entered.set()
        await go_on.wait()

    found: list[Claim] = []

    async def claim_meanwhile() -> None:
        found.extend(await several.write(partial(claim, name="late", most=10), urgent=True))

    await send(several, Note(1))
    await enrolled(several, "late")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(several.write, strike_slowly)
        await entered.wait()
        tasks.start_soon(claim_meanwhile)
        await until(partial(_waits_for_a_lock, several))
        go_on.set()
    assert found == []
    assert (await row_of(several)).node is None


async def test_what_was_claimed_as_the_lease_lapsed_is_not_taken_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def claim_and_lapse(work: Work, *words: Any) -> list[Claim]:
        found = await claim(work, *words)
        roster.forsake()
        return found

    roster = Roster(database.clock, alone=False)
    roster.trust(inf)
    await send(database, Note(1))
    await enrolled(database, "node")
    monkeypatch.setattr(claimer, "claim", claim_and_lapse)
    assert await claimer.Claimer(database, roster, BRISK, "node")._claim(10) == 1
    assert roster.owned == {}
    assert roster.forsaken == [(("acme", str(BOL)), 1)]


async def test_what_a_commit_holds_while_its_node_begins_anew_is_given_back_as_soon_as_it_is_free(
    several: Database,
) -> None:
    script = Script()
    async with node(several, script, replace(BRISK, renew=3600.0)) as running:
        await send(several, Note(1))
        await until(partial(empty, several))
        async with held_row(several) as let_go:
            running.roster.forsake()
            running.roster.lapse.set()
            await until(lambda: running.roster.enrolled)
            let_go.set()
        await send(several, Note(2))
        await until(partial(empty, several))
    assert [turn.epoch for turn in script.turns] == [1, 2]


class Watching:
    """A node that watches another's lease, with a clock that is moved by hand."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.lost = database, HandClock(), 0
        self.policy = replace(BRISK, lease=30.0, renew=10.0, margin=5.0)
        self._reaper = Reaper(database, Roster(self.clock, alone=False), self.policy, "heir", self._note)

    async def _note(self) -> None:
        self.lost += 1

    async def looks(self, seconds: float) -> float:
        """Look after so many seconds, and return after how many it will again."""
        self.clock.forward(seconds)
        return await self._reaper._round()


async def test_a_lease_is_over_when_it_was_seen_unchanged_for_its_whole_length(database: Database) -> None:
    await send(database, Note(1))
    await enrolled(database, "dead", 30.0)
    await claimed(database, "dead")
    watching = Watching(database)
    assert await watching.looks(0) == 2
    assert await watching.looks(29) == pytest.approx(1, abs=0.1)
    assert (watching.lost, (await row_of(database)).due_at) == (0, None)
    await watching.looks(1.5)
    assert watching.lost == 1
    assert (await row_of(database)).due_at is not None


async def test_a_node_that_renews_its_lease_keeps_it_however_far_clocks_are_apart(database: Database) -> None:
    await enrolled(database, "alive", 30.0)
    watching = Watching(database)
    for _ in range(9):
        await watching.looks(29)
        assert await database.write(partial(renew, name="alive", lease=30.0))
    assert watching.lost == 0


async def test_what_bears_the_name_of_no_node_is_handed_out_in_the_end(database: Database) -> None:
    await send(database, Note(1))
    await enrolled(database, "owner")
    await claimed(database, "owner")
    await database.write(partial(prune, before=later(database, -3600)))
    assert (await row_of(database)).due_at is None
    await database.write(lambda work: work.execute(delete(node_table)))
    await database.write(partial(prune, before=later(database, -3600)))
    assert (await row_of(database)).due_at is not None


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
    await enrolled(several, "dead", 0.3)
    assert len(await claimed(several, "dead")) == 1
    script = Script()
    async with node(several, script):
        await until(partial(empty, several))
    assert [turn.epoch for turn in script.turns] == [2]


async def test_a_node_that_was_struck_off_drops_everything_and_begins_anew(database: Database) -> None:
    entered, stopped = anyio.Event(), anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.epoch == 1:
            entered.set()
            try:
                await anyio.sleep_forever()
            finally:
                stopped.set()

    async with node(database, Script(handle), replace(BRISK, renew=0.05)):
        await send(database, Note(1))
        await until(entered.is_set)
        await database.write(inherit)
        await until(stopped.is_set)
        await until(partial(empty, database))
        assert await lease_until(database) > database.clock.now()


async def test_a_node_whose_lease_lapsed_unseen_claims_its_actors_again(database_url: str) -> None:
    clock = HandClock()
    async with Database.open(database_url, clock) as database:
        script = Script()
        async with node(database, script, replace(BRISK, renew=3600.0)) as running:
            await send(database, Note(1))
            await until(partial(empty, database))
            clock.forward(BRISK.lease)
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
