"""When the answer to a commit is lost, what became of it is found out before anything else is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine import make_url

from hub.actors.runtime import mailbox
from hub.actors.runtime.mailbox.ownership import claim
from hub.actors.runtime.turn import Turn
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.tables import actor, seen
from tests.actors.runtime.stage import BOL, BRISK, SHOP, Note, Script, empty, node, send, until

pytestmark = pytest.mark.anyio

HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        BEGIN
            PERFORM pg_advisory_xact_lock(1);
            RETURN NULL;
        EXCEPTION WHEN query_canceled OR lock_not_available THEN
        END;
    END LOOP;
END $$;
CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON seen DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hold();
SELECT pg_advisory_lock(1)
"""
"""A COMMIT that lasts, whatever its client does, as one does whose answer is lost on a network that breaks."""
OTHERS_WAIT = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event IN ('transactionid', 'tuple')"


class Held:
    """Commits of effects that last as long as the test wants."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def others_wait(self) -> bool:
        """Whether somebody waits for a row that such a commit has locked."""
        waiting: bool = await self.connection.fetchval(OTHERS_WAIT)
        return waiting

    async def let_go(self) -> None:
        """Let them end."""
        await self.connection.execute("SELECT pg_advisory_unlock(1)")


@asynccontextmanager
async def held_commits(url: str) -> AsyncIterator[Held]:
    """Hold up every commit of an effect."""
    parts = make_url(url)
    connection = await asyncpg.connect(host=parts.query["host"], user=parts.username, database=parts.database)
    try:
        await connection.execute(HOLD)
        yield Held(connection)
    finally:
        await connection.close()


async def effect(work: Work) -> None:
    """Write a row that tells how often this was done."""
    row = {"tenant_id": "acme", "address": str(BOL), "dedupe": uuid4().hex, "seen_at": work.clock.now()}
    await work.execute(insert(seen).values(row))


async def handle(turn: Turn) -> None:
    """Have one effect per message of the first actor, and tell the second."""
    for envelope in turn.messages:
        if turn.address == BOL:
            turn.write(effect)
            turn.post(SHOP, envelope.body)


async def test_a_turn_whose_commit_was_not_answered_is_not_repeated(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock(), deadline=2.0) as database, held_commits(postgres_url) as held:
        script = Script(handle)
        async with node(database, script):
            await send(database, Note(1))
            await until(held.others_wait)
            await held.let_go()
            await until(lambda: {turn.address for turn in script.turns} == {BOL, SHOP})
            await until(partial(empty, database, SHOP))
            assert await empty(database)
        async with database.read() as connection:
            assert (await connection.execute(select(func.count()).select_from(seen))).scalar_one() == 1
    assert [turn.address for turn in script.turns] == [BOL, SHOP]


async def test_an_actor_whose_claim_was_not_answered_is_given_back(database: Database) -> None:
    async def claim_in_silence(work: Work) -> None:
        now = work.clock.now()
        await work.execute(insert(actor).values(tenant_id="acme", address=str(BOL), due_at=now))
        assert len(await claim(work, running.name, 1)) == 1
        mailbox.post(work, BOL, Note(1))

    script = Script()
    async with node(database, script, replace(BRISK, lease=0.5, renew=0.1, margin=0.1)) as running:
        await until(lambda: running.roster.enrolled)
        await database.write(claim_in_silence)
        await until(partial(empty, database))
    assert [turn.epoch for turn in script.turns] == [2]
