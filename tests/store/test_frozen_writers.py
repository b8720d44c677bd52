"""Who holds rows and says nothing is cut off; who is slow but goes on is not."""

from __future__ import annotations

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from hub.store.engine.connect import writing_engine
from hub.store.engine.fault import StoreUnavailable
from hub.store.engine.postgres import WRITER, evict_frozen

pytestmark = pytest.mark.anyio

SILENT = 10.0
AGE = text("SELECT extract(epoch FROM clock_timestamp() - now())")
BACKENDS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name")


async def age(connection: AsyncConnection) -> float:
    """Return for how many seconds the transaction has been open."""
    return float((await connection.execute(AGE)).scalar_one())


async def test_a_writer_whose_transaction_is_long_but_alive_keeps_it(postgres_url: str) -> None:
    slow, other = writing_engine(make_url(postgres_url)), create_async_engine(postgres_url)
    async with slow.connect() as writer, other.connect() as peer:
        while await age(writer) <= SILENT:
            await writer.execute(text("SELECT pg_sleep(0.5)"))
        await evict_frozen(peer, SILENT)
        assert await age(writer) > SILENT
    await slow.dispose()
    await other.dispose()


async def test_a_writer_that_is_silent_in_the_middle_of_a_statement_is_cut_off(postgres_url: str) -> None:
    frozen, other = writing_engine(make_url(postgres_url)), create_async_engine(postgres_url)
    gone = anyio.Event()

    async def freeze() -> None:
        with pytest.raises(StoreUnavailable):
            async with frozen.connect() as writer:
                await writer.execute(text("SELECT pg_sleep(300)"))
        gone.set()

    async with other.connect() as peer, anyio.create_task_group() as tasks:
        tasks.start_soon(freeze)
        with anyio.fail_after(60):
            while not gone.is_set():
                await evict_frozen(peer, 0.2)
                await anyio.lowlevel.checkpoint()
        assert (await peer.execute(BACKENDS, {"name": WRITER})).scalar_one() == 0
    await frozen.dispose()
    await other.dispose()
