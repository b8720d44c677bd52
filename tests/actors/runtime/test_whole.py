"""Mail and acknowledgements as one statement on PostgreSQL: what it leaves is what the long way leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import lock_actors
from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import LaneState, Letter, Post, Retry, Settlement, Status, Trouble
from hub.actors.runtime.mailbox.whole import write_whole
from hub.store.engine import Spoiled
from hub.store.engine.connect import writing_engine
from hub.store.tables import actor, message
from hub.store.tables.mailbox import lane

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG, WHOLE = "long", "whole"
ADDRESSES, LANES, FOLDS = ("a", "b", "c"), ("order", "stock"), (None, None, "x", "y")
PATIENCE = 60.0
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
)
LANGUAGES = "SELECT count(*) FROM pg_collation WHERE collname = 'en-x-icu'"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = writing_engine(make_url(url))
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def post(address: str, lane: str = "stock", fold: str | None = None, number: int = 0, tenant: str = WHOLE) -> Post:
    at = NOON + timedelta(seconds=number)
    return Post((tenant, address), lane, "test.note", 1, f'{{"number":{number}}}', fold, at, at, None)


async def long_way(connection: AsyncConnection, letters: list[Letter]) -> bool:
    """Say whether nobody was fenced off."""
    async with connection.begin() as transaction:
        try:
            await flush_mail(connection, letters)
        except Spoiled:
            await transaction.rollback()
            return False
    return True


async def stored(connection: AsyncConnection, tenant: str) -> list[Any]:
    async with connection.begin():
        found = []
        for table in (actor, lane, message):
            columns = [column for column in table.c if column.name != "tenant_id"]
            rows = await connection.execute(select(*columns).where(table.c.tenant_id == tenant).order_by(*columns[:3]))
            found += [tuple(row) for row in rows]
    return found


async def own_actors(connection: AsyncConnection) -> None:
    """Have one actor of each tenant be somebody's, and one paused."""
    async with connection.begin():
        for tenant in (LONG, WHOLE):
            rows = [{"tenant_id": tenant, "address": one} for one in ADDRESSES[:2]]
            await connection.execute(insert(actor), rows)
            mine = update(actor).where(actor.c.tenant_id == tenant)
            await connection.execute(mine.where(actor.c.address == "a").values(node="n", epoch=3, due_at=NOON))
            await connection.execute(mine.where(actor.c.address == "b").values(status="paused"))


async def drawn(connection: AsyncConnection, random: Random, number: int) -> list[Letter]:
    """Return a group of letters as it may come: epochs and revisions are right, for the most part."""
    letters: list[Letter] = [
        post(random.choice(ADDRESSES), random.choice(LANES), random.choice(FOLDS), number + each, LONG)
        for each in range(random.randrange(4))
    ]
    async with connection.begin():
        waiting = (await connection.execute(select(message).where(message.c.tenant_id == LONG))).all()
    lanes: set[tuple[str, str]] = set()
    for row in random.sample(waiting, min(len(waiting), random.randrange(4))):
        epoch = (3 if row.address == "a" else 0) + (random.random() < 0.05)
        revision = row.revision - (random.random() < 0.3 and row.revision > 1)
        end = ending((LONG, row.address), epoch, row.lane, (row.seq, revision), random)
        end.memory = None if (row.address, row.lane) in lanes else end.memory
        lanes.add((row.address, row.lane))
        letters.append(end)
    return letters


def ending(key: tuple[str, str], epoch: int, lane: str, place: tuple[int, int], random: Random) -> Settlement:
    """Return how a turn may end: well, with a message to be tried again, after a crash, or with its actor stopped."""
    end = Settlement(key, epoch, lane)
    if random.random() < 0.5:
        end.done.append(place)
    else:
        end.retried.append(Retry(*place, random.randrange(3), random.randrange(3), NOON + timedelta(seconds=7)))
        end.trouble = trouble(random) if random.random() < 0.5 else None
    if random.random() < 0.3:
        end.memory = LaneState(b'{"page": 3}', NOON + timedelta(minutes=1), 2)
    return end


def trouble(random: Random) -> Trouble:
    """Return what follows a crash, which is seldom more than another try."""
    times = [float(each) for each in range(random.randrange(1, 4))]
    status = Status.QUARANTINED if random.random() < 0.05 else Status.ACTIVE
    until = NOON + timedelta(hours=1) if status is Status.QUARANTINED else None
    return Trouble(status, f"bug {random.randrange(9)}", times, len(times), random.randrange(3), until)


async def somebody_waits(url: str) -> None:
    """Return once a statement waits for a lock; each look is a transaction of its own, for one sees no news."""
    async with connected(url) as connection:
        with anyio.fail_after(PATIENCE):
            while True:
                async with connection.begin():
                    if (await connection.execute(text(WAITING))).scalar_one():
                        return


async def test_what_one_statement_leaves_is_what_the_long_way_leaves(postgres_url: str) -> None:
    random, wholes, refused = Random(7), 0, 0
    async with connected(postgres_url) as connection:
        await own_actors(connection)
        for number in range(0, 600, 4):
            letters = await drawn(connection, random, number)
            if not letters:
                continue
            twins: list[Letter] = [replace(letter, key=(WHOLE, letter.key[1])) for letter in letters]
            done = await write_whole(connection, twins)
            kept = await long_way(connection, letters)
            if not done:
                assert await long_way(connection, twins) == kept
            assert kept or not done
            wholes, refused = wholes + done, refused + (not done)
            assert await stored(connection, WHOLE) == await stored(connection, LONG)
            for one, other in zip(letters, twins, strict=True):
                if kept and isinstance(one, Settlement) and isinstance(other, Settlement):
                    assert one.status is other.status
    assert wholes > 5 * refused > 0


async def test_a_message_is_not_folded_into_one_that_goes_out_with_the_same_statement(postgres_url: str) -> None:
    async with connected(postgres_url) as connection:
        assert await write_whole(connection, [post("a", fold="x")])
        acknowledged = Settlement((WHOLE, "a"), 0, "stock", [(1, 1)])
        assert await write_whole(connection, [post("a", fold="x", number=5), acknowledged])
        async with connection.begin():
            left = (await connection.execute(select(message.c.seq, message.c.revision, message.c.body))).all()
    assert [tuple(row) for row in left] == [(2, 1, {"number": 5})]
    assert acknowledged.status is Status.ACTIVE


async def test_a_value_that_folds_in_while_the_actors_row_is_waited_for_stays(postgres_url: str) -> None:
    async with connected(postgres_url) as ours, connected(postgres_url) as theirs, anyio.create_task_group() as tasks:
        assert await write_whole(ours, [post("a", fold="x")])
        answers: list[bool] = []

        async def acknowledge() -> None:
            answers.append(await write_whole(ours, [Settlement((WHOLE, "a"), 0, "stock", [(1, 1)])]))

        async with theirs.begin():
            await flush_mail(theirs, [post("a", fold="x", number=9)])
            tasks.start_soon(acknowledge)
            await somebody_waits(postgres_url)
        with anyio.fail_after(PATIENCE):
            while not answers:
                await anyio.lowlevel.checkpoint()
        assert answers == [False]
        async with theirs.begin():
            left = (await theirs.execute(select(message.c.seq, message.c.revision, message.c.body))).all()
    assert [tuple(row) for row in left] == [(1, 2, {"number": 9})]


async def test_who_has_lost_an_actor_writes_nothing(postgres_url: str) -> None:
    async with connected(postgres_url) as connection:
        await own_actors(connection)
        before = await stored(connection, WHOLE)
        strangers = [Settlement((WHOLE, "a"), 2, "stock"), Settlement((WHOLE, "nobody"), 1, "stock")]
        for stranger in strangers:
            assert not await write_whole(connection, [stranger])
            assert not await write_whole(connection, [stranger, post("b")])
            assert await stored(connection, WHOLE) == before


async def test_a_retry_whose_message_was_folded_while_the_actors_row_was_waited_for_leaves_it_as_new(
    postgres_url: str,
) -> None:
    fell = Settlement((WHOLE, "a"), 0, "stock", trouble=Trouble(Status.ACTIVE, "bug", [1.0], 1, 0, None))
    fell.retried.append(Retry(1, 1, 2, 3, NOON + timedelta(hours=1)))
    async with connected(postgres_url) as ours, connected(postgres_url) as theirs, anyio.create_task_group() as tasks:
        assert await write_whole(ours, [post("a", fold="x")])
        async with theirs.begin():
            await flush_mail(theirs, [post("a", fold="x", number=9)])
            tasks.start_soon(write_whole, ours, [fell])
            await somebody_waits(postgres_url)
    async with connected(postgres_url) as connection, connection.begin():
        columns = (message.c.revision, message.c.attempts, message.c.crashes, message.c.due_at, message.c.body)
        left = (await connection.execute(select(*columns))).all()
        fallen = (await connection.execute(select(actor.c.crashes, actor.c.restarts, actor.c.reason))).all()
    assert [tuple(row) for row in left] == [(2, 0, 0, NOON, {"number": 9})]
    assert [tuple(row) for row in fallen] == [([1.0], 1, "bug")]


async def test_a_crash_under_an_epoch_that_ended_while_it_was_written_is_not_noted(postgres_url: str) -> None:
    fell = Settlement((WHOLE, "a"), 3, "stock", trouble=Trouble(Status.ACTIVE, "bug", [1.0], 1, 0, None))
    fell.memory = LaneState(b"{}", NOON, 1)
    answers: list[bool] = []
    async with connected(postgres_url) as ours, connected(postgres_url) as theirs, anyio.create_task_group() as tasks:
        await own_actors(ours)
        async with theirs.begin():
            await theirs.execute(update(actor).where(actor.c.address == "a").values(epoch=4))

            async def write() -> None:
                answers.append(await write_whole(ours, [fell]))

            tasks.start_soon(write)
            await somebody_waits(postgres_url)
    async with connected(postgres_url) as connection, connection.begin():
        assert (await connection.execute(select(lane))).all() == []
        assert set((await connection.execute(select(actor.c.crashes, actor.c.restarts))).all()) == {(None, 0)}
    assert answers == [False]


async def test_actors_rows_are_locked_in_one_order_whatever_the_collation_of_the_database(postgres_url: str) -> None:
    keys = sorted((WHOLE, name) for name in ("B", "a-c", "ab", "a_d", "aC"))
    async with connected(postgres_url) as connection:
        async with connection.begin():
            if not (await connection.execute(text(LANGUAGES))).scalar_one():
                pytest.skip("this PostgreSQL orders by code point alone: it was built without ICU")
            await connection.execute(text('ALTER TABLE actor ALTER address TYPE varchar(200) COLLATE "en-x-icu"'))
        assert await write_whole(connection, [post(address) for _, address in keys])
        async with connection.begin():
            by_language = (await connection.execute(select(actor.c.address).order_by(actor.c.address))).scalars().all()
            locked = await lock_actors(connection, keys)
    assert list(locked) == keys
    assert list(by_language) != [address for _, address in keys]
