"""The activity log is chained: whatever is altered behind the hub's back, the first such row is named."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from sqlalchemy import update

from hub.clock import SystemClock
from hub.store.audit.chain import Head, linked
from hub.store.audit.encoding import digest_of, plain
from hub.store.engine import Database, StoreUnavailable
from hub.store.tables import sync_event, tenant
from tests.store.audit_stage import (
    NOON,
    ROWS,
    add,
    change,
    event,
    found,
    remove,
    row,
    rows,
    tamper,
    told,
    verified,
    with_history,
)


@pytest.fixture(autouse=True)
async def history(database: Database) -> None:
    await with_history(database, "acme", "globex")


async def test_a_log_that_nobody_touched_holds(database: Database) -> None:
    report = await verified(database)
    assert (report.broken, report.first, report.rows, report.head.seq) == (None, 1, ROWS, ROWS)
    assert report.head.digest == (await rows(database))[-1]["digest"]


@pytest.mark.parametrize(
    "values",
    [
        {"message": "Nothing happened"},
        {"detail": {"before": {"buffer": 4}, "after": {"buffer": 9, "pace": 300.0}}},
        {"detail": {}},
        {"actor": "user:somebody"},
        {"at": NOON},
        {"kind": "channel.paused"},
        {"level": "error"},
        {"trace_id": "f" * 32},
        {"channel_id": ""},
        {"subject_id": "another", "subject_type": "order"},
        {"division": "1"},
        {"digest": "0" * 64},
    ],
)
async def test_an_altered_column_is_named(database: Database, values: dict[str, Any]) -> None:
    await tamper(database, change(4, **values))
    broken = (await verified(database)).broken
    assert broken is not None
    assert (broken.flaw, broken.seq, broken.kind) == ("altered", 4, values.get("kind", "channel.configured"))
    assert broken.at == f"2026-11-23T{12 if 'at' in values else 16}:00:00.000000Z"
    assert await found(database, "globex") is None


async def test_a_deleted_row_is_named(database: Database) -> None:
    await tamper(database, remove(3))
    assert await found(database) == ("missing", 3)


async def test_a_tail_that_was_cut_off_is_named(database: Database) -> None:
    await tamper(database, remove(7), remove(8))
    assert await found(database) == ("missing", 7)


async def test_a_log_that_was_emptied_is_named(database: Database) -> None:
    await tamper(database, *(remove(seq) for seq in range(1, ROWS + 1)))
    assert await found(database) == ("missing", 1)


async def test_rows_that_changed_places_are_named(database: Database) -> None:
    await tamper(database, change(5, seq=99), change(6, seq=5), change(99, seq=6))
    assert await found(database) == ("altered", 5)


async def test_contents_that_changed_places_are_named(database: Database) -> None:
    fifth, sixth = (await rows(database))[4:6]
    await tamper(database, change(5, message=sixth["message"]), change(6, message=fifth["message"]))
    assert await found(database) == ("altered", 5)


async def test_a_row_put_in_between_is_named(database: Database) -> None:
    stored = await rows(database)
    shifted = [change(seq, seq=seq + 1) for seq in range(ROWS, 4, -1)]
    await tamper(database, *shifted, add(stored[3] | {"seq": 5, "message": "Slipped in"}))
    assert await found(database) == ("altered", 5)


async def test_a_row_put_at_the_end_is_named_even_with_a_digest_that_follows(database: Database) -> None:
    last = (await rows(database))[-1]
    await tamper(database, add(linked(last, Head(ROWS, last["digest"]))))
    assert await found(database) == ("surplus", ROWS + 1)


async def test_a_row_before_the_first_is_named(database: Database) -> None:
    await tamper(database, add((await rows(database))[0] | {"seq": 0}))
    assert await found(database) == ("surplus", 0)


async def test_another_tenants_row_is_named_wherever_it_is_put(database: Database) -> None:
    theirs = (await rows(database, "globex"))[4]
    await tamper(database, remove(5), add(theirs | {"tenant_id": "acme"}))
    assert await found(database) == ("altered", 5)
    await tamper(database, update(sync_event).where(row(8)).values(tenant_id="globex", seq=ROWS + 1))
    assert await found(database, "globex") == ("surplus", ROWS + 1)


async def test_rows_of_a_tenant_that_was_removed_are_named(database: Database) -> None:
    await tamper(database, tenant.delete().where(tenant.c.tenant_id == "acme"))
    assert await found(database) == ("surplus", 1)


async def test_a_newest_row_rewritten_with_its_digest_is_named(database: Database) -> None:
    last = (await rows(database))[-1] | {"message": "Rewritten"}
    fresh = digest_of(plain(last), (await rows(database))[-2]["digest"])
    await tamper(database, change(ROWS, message="Rewritten", digest=fresh))
    assert await found(database) == ("altered", ROWS)


async def test_a_chain_rewritten_as_a_whole_is_found_by_a_digest_noted_elsewhere(database: Database) -> None:
    noted = (await verified(database)).head
    stored, head, changes = await rows(database), Head(), []
    for one in stored:
        fresh = linked(one | {"actor": "hub"} if one["seq"] == 2 else one | {"message": "x"}, head)
        head = Head(fresh["seq"], fresh["digest"])
        changes.append(change(head.seq, actor=fresh["actor"], message=fresh["message"], digest=head.digest))
    await tamper(
        database, *changes, update(tenant).where(tenant.c.tenant_id == "acme").values(event_digest=head.digest)
    )
    assert await found(database) is None, "nothing inside the database tells"
    assert await found(database, noted=noted) == ("altered", ROWS)
    assert await found(database, noted=Head(ROWS + 5, "0" * 64)) == ("missing", ROWS + 1)


async def test_a_part_of_the_log_is_checked_from_the_row_before_it(database: Database) -> None:
    await tamper(database, change(3, message="Altered"))
    assert await found(database, first=4) is None
    assert await found(database, first=3) == ("altered", 3)
    assert await found(database, last=2) is None
    assert await found(database, first=5, last=6) is None
    await tamper(database, remove(6))
    assert await found(database, first=5, last=6) == ("missing", 6)
    assert await found(database, first=7) == ("missing", 6)


async def test_the_log_grows_on_and_holds(database: Database) -> None:
    await told(database, event(9, detail={"why": 'é ☃ " \\ \n'}), event(9, "globex", detail={}))
    assert (await verified(database)).head.seq == ROWS + 1
    assert await found(database, "globex") is None


async def test_many_writers_at_once_make_one_chain(database: Database) -> None:
    async def write(number: int) -> None:
        await told(database, event(number), event(number, "globex"), event(number))

    async with anyio.create_task_group() as tasks:
        for number in range(60):
            tasks.start_soon(write, number)
    assert (await verified(database)).rows == ROWS + 120
    assert await found(database) is None
    assert await found(database, "globex") is None


async def test_a_log_is_checked_beside_the_process_that_writes_it(database: Database, database_url: str) -> None:
    async with Database.open_to_read(database_url, SystemClock()) as beside:
        assert await found(beside) is None
        await told(database, event(9))
        assert (await verified(beside)).head.seq == ROWS + 1
        with pytest.raises(StoreUnavailable):
            await told(beside, event(10))
