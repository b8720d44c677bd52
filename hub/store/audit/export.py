"""Handing out a tenant's activity log: JSON lines that can be verified offline, or CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.sheet import safe, sheet
from hub.store.audit.chain import Head
from hub.store.audit.encoding import FIELDS
from hub.store.audit.kept import unreadable
from hub.store.audit.reading import PlainRow, UnreadableRow, head_before, pages, span
from hub.store.engine import Database
from hub.store.types import json_text

CSV_COLUMNS = (
    "tenant_id", "seq", "at", "actor", "kind", "level", "channel_id", "division", "subject_type", "subject_id",
    "message", "before", "after", "detail", "trace_id", "previous", "digest",
)  # fmt: skip


class ExportFormat(StrEnum):
    """``JSONL`` has one object a line; ``CSV`` has a header and is not meant to be verified."""

    CSV = "csv"
    JSONL = "jsonl"


def moment(text: str) -> datetime:
    """Return an ISO 8601 date or instant in UTC, which it is taken for without a zone; ``ValueError`` for others."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


async def export(
    database: Database,
    tenant_id: str,
    wanted: ExportFormat,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AsyncGenerator[str, None]:
    """Yield the export in pieces, of a page of rows each: from the first row at ``since`` to the last before ``until``.

    Rows written while it runs are left for the next time. Raises ``UnreadableRow`` where one is no text.
    """
    first, last, before = await database.look(lambda reading: _begin(reading, tenant_id, since, until))
    previous = before.digest
    yield sheet([CSV_COLUMNS]) if wanted is ExportFormat.CSV else ""
    async for page in pages(database, tenant_id, first - 1, last):
        _must_be_text(page)
        rows = _with_previous(page, previous)
        previous = page[-1]["digest"]
        yield sheet(_cells(row) for row in rows) if wanted is ExportFormat.CSV else _json_lines(rows)


def _must_be_text(page: Iterable[PlainRow]) -> None:
    """Raise ``UnreadableRow`` for the first row that nobody could have written; a check tells more."""
    for row in page:
        for name, value in row.items():
            if unreadable(value):
                raise UnreadableRow(
                    f"row {row['seq']} of {row['tenant_id']} cannot be handed out: what stands as its {name} is no "
                    "text; verify-log tells which rows hold"
                )


async def _begin(
    connection: AsyncConnection, tenant_id: str, since: datetime | None, until: datetime | None
) -> tuple[int, int, Head]:
    first, last = await span(connection, tenant_id, since, until)
    return first, last, await head_before(connection, tenant_id, first) or Head()


def _with_previous(page: Iterable[PlainRow], previous: str) -> list[PlainRow]:
    found = []
    for row in page:
        found.append({**{name: row[name] for name in FIELDS}, "previous": previous, "digest": row["digest"]})
        previous = row["digest"]
    return found


def _json_lines(rows: Iterable[PlainRow]) -> str:
    return "".join(f"{json_text(row)}\n" for row in rows)


def _cells(row: Mapping[str, Any]) -> list[str]:
    detail = row["detail"] if isinstance(row["detail"], dict) else {"unreadable": row["detail"]}
    changed = {name: detail.get(name) for name in ("before", "after")}
    rest = {name: value for name, value in detail.items() if name not in changed}
    return [_cell({**row, **changed, "detail": rest}[name]) for name in CSV_COLUMNS]


def _cell(value: Any) -> str:
    if value is None or value == {}:
        return ""
    text = value if isinstance(value, str) else json_text(value)
    return safe(text)
