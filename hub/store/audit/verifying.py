"""Checking a tenant's activity log where it is kept, and one that was handed out as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from hub.store.audit.chain import Head
from hub.store.audit.checking import Checker, Report
from hub.store.audit.encoding import GENESIS
from hub.store.audit.reading import head_before, load_head, pages, row_outside
from hub.store.engine import Database
from hub.store.types import json_value


class NotALog(ValueError):
    """The file holds no exported activity log."""


async def verify_stored(
    database: Database, tenant_id: str, first: int = 1, last: int | None = None, noted: Head | None = None
) -> Report:
    """Check a tenant's rows from ``first`` to ``last`` (the end), and that a row ``noted`` elsewhere is still that row.

    May run beside writers: rows written meanwhile are for the next time.
    """
    async with database.read() as connection:
        head = await load_head(connection, tenant_id)
        before = await head_before(connection, tenant_id, first)
    checker = Checker(tenant_id, before or Head(first - 1), noted)
    if before is None:
        checker.lack(first - 1, f"row {first} cannot be checked without the row before")
        return checker.report()
    end = head.seq if last is None else min(last, head.seq)
    if await _hold(checker, pages(database, tenant_id, before.seq, end)):
        await _finish(checker, database, head, end)
    return checker.report()


async def _hold(checker: Checker, found: AsyncIterator[Iterable[Mapping[str, Any]]]) -> bool:
    async for page in found:
        if not all(checker.take(row) for row in page):
            return False
    return True


async def _finish(checker: Checker, database: Database, head: Head, end: int) -> None:
    if end < head.seq:
        if checker.head.seq < end:
            checker.lack(checker.head.seq + 1, f"the log was written up to row {head.seq}")
        return
    checker.end(head)
    async with database.read() as connection:
        outside = await row_outside(connection, checker.tenant_id)
    if outside is not None and checker.broken is None:
        checker.refuse(outside, "its number was never given out")


def verify_file(lines: Iterable[bytes], noted: Head | None = None) -> Report:
    """Check an export of one tenant, line by line; raises ``NotALog`` for what is none."""
    rows = (_row(number, line) for number, line in enumerate(lines, 1) if line.strip())
    row = next(rows, None)
    if row is None:
        raise NotALog("the file is empty")
    checker = Checker(str(row.get("tenant_id")), _start(row), noted)
    if checker.take(row) and all(checker.take(one) for one in rows):
        checker.end()
    return checker.report()


def _start(row: Mapping[str, Any]) -> Head:
    seq, previous = row.get("seq"), row.get("previous")
    if type(seq) is not int or not isinstance(previous, str):
        raise NotALog("the first line is no row of an activity log")
    return Head(seq - 1, GENESIS if seq <= 1 else previous)


def _row(number: int, line: bytes) -> Mapping[str, Any]:
    try:
        row = json_value(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise NotALog(f"line {number} is no JSON object")
    return row
