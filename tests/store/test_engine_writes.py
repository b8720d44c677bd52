"""Whatever is written is durable, whole and the writer's own, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

import anyio
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import SystemClock
from hub.store.engine import BulkInsert, Conflict, Database, Draft, Hot, Spoiled, StoreUnavailable, Work
from hub.store.engine import queue as waiting
from hub.store.engine.queue import Queue
from hub.store.engine.ticket import Ticket
from hub.store.tables import node
from hub.store.types import Instant

pytestmark = pytest.mark.anyio

PATIENCE = 60.0
EVERYBODY = Hot(update(node).values(seen_at=node.c.seen_at))
BATCHES: list[int] = []
WHO: ContextVar[str] = ContextVar("who", default="nobody")


def row(database: Database, name: str) -> dict[str, Any]:
    return {"name": name, "started_at": database.clock.now(), "seen_at": database.clock.now()}


async def names(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(node.c.name).order_by(node.c.name))).scalars())


async def keep(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    BATCHES.append(len(rows))
    await connection.execute(insert(node), rows)


async def test_a_failing_work_is_alone_in_failing(database: Database) -> None:
    failed = []

    async def write(number: int) -> None:
        async def work(work: Work) -> None:
            await work.execute(insert(node), row(database, f"n{number:03}"))
            if number % 10 == 3:
                raise LookupError(number)

        try:
            await database.write(work)
        except LookupError as error:
            failed.append(error.args[0])

    async with anyio.create_task_group() as tasks:
        for number in range(100):
            tasks.start_soon(write, number)
    assert sorted(failed) == list(range(3, 100, 10))
    assert await names(database) == [f"n{number:03}" for number in range(100) if number % 10 != 3]


async def test_a_refused_statement_fails_its_own_work_only(database: Database) -> None:
    outcomes: list[str] = []

    async def write(name: str) -> None:
        try:
            await database.write(lambda work: work.execute(insert(node), row(database, name)))
            outcomes.append("kept")
        except IntegrityError:
            outcomes.append("refused")

    async with anyio.create_task_group() as tasks:
        for name in ["a", "b", "a", "c", "a"]:
            tasks.start_soon(write, name)
    assert sorted(outcomes) == ["kept", "kept", "kept", "refused", "refused"]
    assert await names(database) == ["a", "b", "c"]


async def test_deferred_rows_of_many_works_are_written_at_once(database: Database) -> None:
    BATCHES.clear()

    async def write(number: int) -> None:
        async def work(work: Work) -> None:
            work.defer(keep, row(database, f"n{number:03}"))

        await database.write(work)

    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(write, number)
    assert len(await names(database)) == 300
    assert len(BATCHES) <= 4


async def test_a_failed_work_leaves_no_deferred_rows(database: Database) -> None:
    async def work(work: Work) -> None:
        work.defer(keep, row(database, "never"))
        raise LookupError

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(expect_lookup_error, database, work)
    assert await names(database) == []


async def expect_lookup_error(database: Database, work: Any) -> None:
    with pytest.raises(LookupError):
        await database.write(work)


async def test_a_deferred_row_that_cannot_be_written_fails_its_own_work_only(database: Database) -> None:
    kept: list[str] = []

    async def write(name: str) -> None:
        async def work(work: Work) -> None:
            work.defer(keep, row(database, name))

        try:
            await database.write(work)
            kept.append(name)
        except IntegrityError:
            assert name == "twin"

    async with anyio.create_task_group() as tasks:
        for name in ["a", "twin", "b", "twin", "c"]:
            tasks.start_soon(write, name)
    assert sorted(kept) == await names(database) == ["a", "b", "c", "twin"]


async def test_a_flush_can_name_the_rows_it_refuses(database: Database) -> None:
    async def flush(connection: AsyncConnection, rows: list[Any]) -> None:
        errors: dict[int, Exception] = {id(one): PermissionError(one["name"]) for one in rows if one["name"] == "bad"}
        if errors:
            raise Spoiled(errors)
        await keep(connection, rows)

    outcomes: dict[str, str] = {}

    async def write(name: str) -> None:
        async def work(work: Work) -> None:
            work.defer(flush, row(database, name))

        try:
            await database.write(work)
            outcomes[name] = "kept"
        except PermissionError:
            outcomes[name] = "refused"

    async with anyio.create_task_group() as tasks:
        for name in ["a", "bad", "b"]:
            tasks.start_soon(write, name)
    assert outcomes == {"a": "kept", "bad": "refused", "b": "kept"}


async def test_a_work_sees_its_callers_context(database: Database) -> None:
    found: set[str] = set()

    async def write(name: str) -> None:
        WHO.set(name)

        async def work(work: Work) -> None:
            await work.scalar(select(func.count()).select_from(node))
            found.add(WHO.get())

        await database.write(work)

    async with anyio.create_task_group() as tasks:
        for name in "abcdef":
            tasks.start_soon(write, name)
    assert found == set("abcdef")


async def test_a_commit_is_told_to_its_listeners_and_a_failure_is_not(database: Database) -> None:
    heard: set[Any] = set()
    done: list[str] = []

    async def good(work: Work) -> None:
        work.signal("mail", "good")
        work.after_commit(lambda: done.append("good"))

    async def bad(work: Work) -> None:
        work.signal("mail", "bad")
        work.after_commit(lambda: done.append("bad"))
        raise LookupError

    with database.listening("mail", heard.update):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(expect_lookup_error, database, bad)
            tasks.start_soon(database.write, good)
    assert (heard, done) == ({"good"}, ["good"])


async def test_a_cancelled_caller_harms_nobody(database: Database) -> None:
    async def write(name: str) -> None:
        await database.write(lambda work: work.execute(insert(node), row(database, name)))

    async def impatient(name: str) -> None:
        with anyio.move_on_after(0):
            await write(name)

    async with anyio.create_task_group() as tasks:
        for number in range(60):
            tasks.start_soon(impatient if number % 2 else write, f"n{number:03}")
    found = await names(database)
    assert {f"n{number:03}" for number in range(0, 60, 2)} <= set(found)


async def test_a_reader_sees_one_snapshot(database: Database) -> None:
    async with database.read() as connection:
        count = select(func.count()).select_from(node)
        before = (await connection.execute(count)).scalar()
        await database.write(lambda work: work.execute(insert(node), row(database, "late")))
        assert (await connection.execute(count)).scalar() == before == 0
    assert await names(database) == ["late"]


async def test_an_instant_comes_back_as_it_went(database: Database) -> None:
    one = row(database, "a")
    await database.write(lambda work: work.execute(insert(node), one))
    async with database.read() as connection:
        found = (await connection.execute(select(node))).one()
    assert (found.started_at, found.started_at.tzinfo) == (one["started_at"], one["started_at"].tzinfo)
    assert isinstance(node.c.started_at.type, Instant)


BULK = BulkInsert(lambda dialect: dialect.insert(node), ["name", "started_at", "seen_at"])


async def keep_in_both_ways(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write past SQLAlchemy, then through it; what is named twice breaks the second."""
    at = partial(Instant().process_bind_param, dialect=connection.dialect)
    past = [(f"{one['name']}-past", at(one["started_at"]), at(one["seen_at"])) for one in rows]
    await BULK.run(connection, past)
    await connection.execute(insert(node), rows)


async def test_rows_written_past_sqlalchemy_share_the_fate_of_those_written_through_it(database: Database) -> None:
    async def write(name: str) -> None:
        draft = Draft(database.clock)
        draft.defer(keep_in_both_ways, row(database, name))
        await database.keep(draft)

    await write("a")
    await database.write(lambda work: work.execute(insert(node), [row(database, "b")]))
    with pytest.raises(IntegrityError):
        await write("b")
    assert await names(database) == ["a", "a-past", "b"]
    await write("c")
    assert await names(database) == ["a", "a-past", "b", "c", "c-past"]


async def test_a_work_that_keeps_a_broken_statement_to_itself_is_told_that_nothing_was_kept(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as database:
        await database.write(lambda work: work.execute(insert(node), row(database, "once")))

        async def swallow(work: Work) -> None:
            await work.execute(insert(node), row(database, "lost"))
            with suppress(IntegrityError):
                await work.execute(insert(node), row(database, "once"))

        with pytest.raises(StoreUnavailable):
            await database.write(swallow)
        await database.write(lambda work: work.execute(insert(node), row(database, "later")))
        assert await names(database) == ["later", "once"]


async def test_a_group_that_is_large_enough_goes_without_a_look_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "CALM", 10**9)
    monkeypatch.setattr(waiting, "MOST_ROUNDS", 10**9)
    queue = Queue(longest=10, enough=2)
    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            drafts = [Ticket(Draft(SystemClock())) for _ in range(2)]
            for each in drafts:
                tasks.start_soon(_put_later, queue, each)
            assert await queue.take(10) == drafts


async def _put_later(queue: Queue, one: Ticket) -> None:
    queue.put(one)


async def test_while_one_writer_is_busy_another_helps_with_mail_and_leaves_works_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing(work: Work) -> None:
        """Need no statement."""

    queue = Queue(longest=10)
    with queue.at_work(), anyio.fail_after(PATIENCE):
        work, mail = Ticket(nothing), Ticket(Draft(SystemClock()))
        queue.put(work)
        queue.put(mail)
        monkeypatch.setattr(waiting, "STUCK", 3600.0)
        assert await queue.take(10) == [mail]
        monkeypatch.setattr(waiting, "STUCK", 0.0)
        assert await queue.take(10) == [work]


async def test_while_one_writer_is_at_a_statement_that_locks_in_order_another_helps_with_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing(work: Work) -> None:
        """Need no statement."""

    for patience in ("BUSY", "STUCK"):
        monkeypatch.setattr(waiting, patience, 3600.0)
    queue = Queue(longest=10)
    with queue.at_work() as shift, anyio.fail_after(PATIENCE):
        work, mail = Ticket(nothing), Ticket(Draft(SystemClock()))
        queue.put(work)
        queue.put(mail)
        async with anyio.create_task_group() as tasks:
            taken: list[list[Ticket]] = []

            async def take() -> None:
                taken.append(await queue.take(10))

            tasks.start_soon(take)
            await anyio.wait_all_tasks_blocked()
            assert taken == []
            queue.be_orderly(shift, orderly=True)
        assert taken == [[work, mail]]


async def test_a_work_past_sqlalchemy_begins_its_transaction_once(postgres_url: str) -> None:
    told: list[str] = []

    async def work(work: Work) -> None:
        raw = await work.connection.get_raw_connection()
        raw.driver_connection.add_log_listener(lambda _, message: told.append(str(message)))  # type: ignore[union-attr]
        await EVERYBODY.changed(work.connection, {})

    async with Database.open(postgres_url, SystemClock()) as database:
        await database.write(work)
        await database.write(lambda work: work.execute(insert(node), row(database, "later")))
        assert await names(database) == ["later"]
    assert told == []


async def test_a_conflict_past_sqlalchemy_leaves_nothing_open(postgres_url: str) -> None:
    tries: list[int] = []

    async def work(work: Work) -> None:
        await EVERYBODY.changed(work.connection, {})
        tries.append(1)
        if len(tries) == 1:
            raise Conflict("somebody else was first")

    async with Database.open(postgres_url, SystemClock()) as database:
        await database.write(lambda work: work.execute(insert(node), row(database, "once")))
        await database.write(work)
    assert len(tries) == 2
