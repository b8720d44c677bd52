"""Rings between nodes: they say whose door it is, go out for others' actors alone, and make up for those missed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random

import anyio
import pytest
from sqlalchemy.engine import make_url

from hub.actors.runtime.doorbell import LONGEST, Heard, PostgresDoorbell, Whose, names_of, whose
from hub.actors.runtime.mailbox.control import pause
from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.supervisor import Supervisor
from hub.clock import SystemClock
from hub.store.engine import Database
from tests.actors.runtime.stage import BOL, BRISK, SHOP, Level, Script, empty, node, send, steer, until

pytestmark = pytest.mark.anyio

MANY = frozenset((f"tenant-{number}", f"channel/winkel-ë-{number}") for number in range(2000))


@dataclass
class Ear:
    """What one node's bell heard."""

    bell: PostgresDoorbell
    rings: list[Whose] = field(default_factory=list)

    def keys(self) -> set[Key]:
        return {key for ring in self.rings if ring is not None for key in ring}


def ear(url: str) -> Ear:
    return Ear(PostgresDoorbell(make_url(url)))


@asynccontextmanager
async def two_ears(url: str) -> AsyncIterator[tuple[Ear, Ear]]:
    """Two nodes' bells, once both listen: each has heard the other come, or was there before."""
    ours, theirs = ear(url), ear(url)
    async with anyio.create_task_group() as tasks:
        for one in (ours, theirs):
            tasks.start_soon(one.bell.run, one.rings.append)
        await until(lambda: None in ours.rings and None in theirs.rings)
        yield ours, theirs
        tasks.cancel_scope.cancel()


async def test_a_ring_tells_the_others_whose_door_it_is_and_not_oneself(postgres_url: str) -> None:
    async with two_ears(postgres_url) as (ours, theirs):
        ours.bell.ring([("acme", "channel/bol")])
        ours.bell.ring([("acme", "channel/shop"), ("acme", "channel/bol")])
        await until(lambda: theirs.keys() == {("acme", "channel/bol"), ("acme", "channel/shop")})
        assert not ours.keys()


async def test_more_actors_than_one_call_has_room_for_are_all_heard_of(postgres_url: str) -> None:
    async with two_ears(postgres_url) as (ours, theirs):
        ours.bell.ring(MANY)
        await until(lambda: theirs.keys() == MANY)


async def test_who_begins_to_listen_and_who_goes_away_has_the_others_look_at_everything(postgres_url: str) -> None:
    ours, theirs = ear(postgres_url), ear(postgres_url)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ours.bell.run, ours.rings.append)
        await until(lambda: None in ours.rings)
        ours.rings.clear()
        tasks.start_soon(theirs.bell.run, theirs.rings.append)
        await until(lambda: None in ours.rings)
        ours.rings.clear()
        await theirs.bell.ring_now()
        await until(lambda: None in ours.rings)
        tasks.cancel_scope.cancel()


def test_no_call_is_longer_than_postgresql_takes_and_what_is_called_is_read_as_it_was() -> None:
    names = list(names_of(sorted(MANY)))
    assert all(len(one.encode()) <= LONGEST for one in names)
    assert len(names) < len(MANY) / 50
    assert frozenset(key for one in names for key in whose(one) or ()) == MANY
    assert list(names_of([])) == []


@dataclass
class Counted:
    """A bell that only notes what it is to ring."""

    rung: set[Key] = field(default_factory=set)

    async def run(self, heard: Heard) -> None:
        await anyio.sleep_forever()

    def ring(self, keys: Iterable[Key]) -> None:
        self.rung.update(keys)

    async def ring_now(self) -> None:
        pass


async def test_mail_for_ones_own_actors_rings_at_nobody_elses_door(database: Database) -> None:
    bell, script = Counted(), Script()
    supervisor = Supervisor(database, script.open, random=Random(7), policy=BRISK, doorbell=bell)
    async with anyio.create_task_group() as tasks:
        await tasks.start(supervisor.run)
        await send(database, Level("A", 1))
        await until(lambda: empty(database))
        assert bell.rung == {("acme", str(BOL))}
        bell.rung.clear()
        await send(database, Level("A", 2))
        await until(lambda: len(script.bodies()) == 2)
        assert not bell.rung
        await send(database, Level("A", 3), to=SHOP)
        assert bell.rung == {("acme", str(SHOP))}
        supervisor.stop()


async def test_what_another_node_does_to_an_actor_of_ours_is_heard_without_a_look_now_and_then(
    postgres_url: str,
) -> None:
    deaf = replace(BRISK, lease=7200.0, renew=3600.0, poll=3600.0, linger=3600.0)
    ours, theirs = Script(), Script()
    async with (
        Database.open(postgres_url, SystemClock()) as here,
        Database.open(postgres_url, SystemClock()) as there,
        node(here, ours, deaf, "here") as supervisor,
    ):
        await send(here, Level("A", 1))
        await until(lambda: len(ours.bodies()) == 1)
        async with node(there, theirs, deaf, "there"):
            await send(there, Level("A", 2))
            await until(lambda: len(ours.bodies()) == 2)
            await steer(there, pause)
            await until(lambda: supervisor.active == 0)
            assert not theirs.bodies()


async def test_what_a_dead_node_could_not_ring_is_seen_with_the_next_renewal(postgres_url: str) -> None:
    blind, ours = replace(BRISK, poll=3600.0, linger=3600.0), Script()
    async with (
        Database.open(postgres_url, SystemClock()) as here,
        Database.open(postgres_url, SystemClock()) as there,
        node(here, ours, blind, "here"),
    ):
        await send(here, Level("A", 1))
        await until(lambda: len(ours.bodies()) == 1)
        await send(there, Level("A", 2))
        await until(lambda: len(ours.bodies()) == 2)
