"""What one tenant does, or what befalls it, leaves the others their share of the node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import anyio
import pytest

from hub.actors.runtime.address import Address
from hub.actors.runtime.facts import ActorQuarantined
from hub.actors.runtime.mailbox.nodes import enrol
from hub.actors.runtime.mailbox.ownership import claim
from hub.actors.runtime.turn import Turn
from hub.store.engine import Database
from tests.actors.runtime.stage import BRISK, Note, Script, empty, node, send, until

pytestmark = pytest.mark.anyio

LARGE = [Address("channel", "large", f"shop-{number}") for number in range(12)]
SMALL = [Address("channel", "small", f"shop-{number}") for number in range(2)]
OTHER = Address("channel", "other", "shop-0")


async def crowd(database: Database, addresses: Sequence[Address], due_at: datetime | None = None) -> None:
    for address in addresses:
        await send(database, Note(1), to=address, due_at=due_at)


async def claimed(database: Database, most: int) -> list[str]:
    """What one claim of a node gets, by tenant."""
    return sorted(one.key[0] for one in await database.write(partial(claim, name="test", most=most)))


async def test_a_tenant_whose_platforms_hang_leaves_turns_to_others(database: Database) -> None:
    release = anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.address.tenant == "large":
            await release.wait()

    script = Script(handle)
    async with node(database, script, replace(BRISK, max_turns=4)):
        await crowd(database, LARGE)
        await until(lambda: len(script.turns) == 2)
        await crowd(database, SMALL)
        for address in SMALL:
            await until(partial(empty, database, address))
        assert sum(turn.address.tenant == "large" for turn in script.turns) == 2
        release.set()
        for address in LARGE:
            await until(partial(empty, database, address))


async def test_tenants_take_turns_when_actors_are_claimed(database: Database) -> None:
    now = database.clock.now()
    for age, address in enumerate([*SMALL, *reversed(LARGE)]):
        await crowd(database, [address], now - timedelta(hours=1) - timedelta(minutes=age))
    await database.write(partial(enrol, name="test", lease=60.0))
    assert await claimed(database, 3) == ["large", "large", "small"]
    assert await claimed(database, 2) == ["large", "small"]
    assert await claimed(database, 20) == ["large"] * 9


async def test_crashes_of_one_tenant_among_others_do_not_stop_the_node(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address.tenant == "large":
            raise ZeroDivisionError

    script = Script(handle)
    async with node(database, script, replace(BRISK, crash_limit=1, sick_limit=3, quarantine_first=600)):
        await crowd(database, SMALL)
        await until(lambda: len(script.turns) == len(SMALL))
        await crowd(database, LARGE)
        await until(lambda: len(script.told(ActorQuarantined)) == len(LARGE))
        await crowd(database, SMALL)
        for address in SMALL:
            await until(partial(empty, database, address))


async def test_a_large_node_bears_more_crashes(database: Database) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address in (SMALL[0], OTHER):
            raise ZeroDivisionError

    script = Script(handle)
    policy = replace(BRISK, crash_limit=1, sick_limit=2, sick_share=0.5, quarantine_first=600)
    async with node(database, script, policy):
        await crowd(database, LARGE)
        for address in LARGE:
            await until(partial(empty, database, address))
        await crowd(database, [SMALL[0], OTHER])
        await until(lambda: len(script.told(ActorQuarantined)) == 2)
        await crowd(database, LARGE)
        for address in LARGE:
            await until(partial(empty, database, address))
