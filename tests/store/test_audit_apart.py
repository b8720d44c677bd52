"""Where the activity log depends on the kind of database: several nodes, and values that SQLite lets through."""

from __future__ import annotations

import anyio
import pytest
from sqlalchemy import text

from hub.clock import SystemClock
from hub.store.audit.export import ExportFormat, export
from hub.store.audit.reading import UnreadableRow, tenants_with_logs
from hub.store.engine import Database
from tests.store.audit_stage import ROWS, event, found, tamper, told, verified, with_history


async def test_two_nodes_at_once_make_one_chain(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as one, Database.open(postgres_url, SystemClock()) as two:
        await with_history(one, "acme", "globex")

        async def write(node: Database, first: str, second: str, number: int) -> None:
            await told(node, event(number, first), event(number, second))

        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(write, one, "acme", "globex", number)
                tasks.start_soon(write, two, "globex", "acme", number)
        for tenant_id in ("acme", "globex"):
            report = await verified(two, tenant_id)
            assert (report.broken, report.rows) == (None, ROWS + 80)


async def test_a_value_that_nobody_can_read_is_named(sqlite_url: str) -> None:
    async with Database.open(sqlite_url, SystemClock()) as database:
        await with_history(database, "acme")
        await tamper(database, text("UPDATE sync_event SET detail = '{oops' WHERE seq = 6"))
        assert await found(database) == ("altered", 6)
        await tamper(database, text("UPDATE sync_event SET at = 'yesterday' WHERE seq = 4"))
        assert await found(database) == ("altered", 4)
        await tamper(database, text("UPDATE sync_event SET message = x'ff00' WHERE seq = 2"))
        assert await found(database) == ("altered", 2)


COLUMNS = ("tenant_id", "at", "actor", "kind", "level", "channel_id", "subject_id", "message", "detail", "digest")
NO_TEXT = {"no UTF-8": "CAST(x'66ff6f' AS TEXT)", "a NUL": "'a' || char(0) || 'b'"}


@pytest.mark.parametrize("what", NO_TEXT)
@pytest.mark.parametrize("column", COLUMNS)
async def test_bytes_that_are_no_text_name_their_row(sqlite_url: str, column: str, what: str) -> None:
    """SQLite takes anything for text; the check goes on to the row, and the export stops there in words."""
    async with Database.open(sqlite_url, SystemClock()) as database:
        await with_history(database, "acme")
        where = "seq = 4 AND tenant_id = 'acme'"
        await tamper(database, text(f"UPDATE sync_event SET {column} = {NO_TEXT[what]} WHERE {where}"))  # noqa: S608
        assert await found(database) == ("missing" if column == "tenant_id" else "altered", 4)
        assert (await found(database, first=5)) in (None, ("altered", 5), ("missing", 4))
        if column == "tenant_id":
            async with database.read() as connection:
                with pytest.raises(UnreadableRow, match="row 4 of a log"):
                    await tenants_with_logs(connection)
        else:
            with pytest.raises(UnreadableRow, match=f"row 4 of acme .* as its {column} is no text"):
                assert [piece async for piece in export(database, "acme", ExportFormat.JSONL)]


async def test_a_text_put_in_as_bytes_is_not_taken_for_the_text(sqlite_url: str) -> None:
    async with Database.open(sqlite_url, SystemClock()) as database:
        await with_history(database, "acme")
        await tamper(database, text("UPDATE sync_event SET message = CAST(message AS BLOB) WHERE seq = 3"))
        assert await found(database) == ("altered", 3)
