"""Exact's sync endpoints: rows newer than a row version, 1,000 a page, with a cursor that survives a crash."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import Row, int64_literal, need_int
from hub.adapters.limits import Lane
from hub.outcome import Rejected

START = 1
"""The row version that Exact's own text gives for a first run."""


@dataclass(frozen=True, slots=True)
class SyncCursor:
    """Where a reading stands: ``after`` is the filter in force, ``seen`` the highest row version met,
    ``following`` the page to go on with (None: the pages are exhausted)."""

    after: int = START
    seen: int = START
    following: str | None = None

    def write(self) -> str:
        """Write the cursor as opaque text."""
        return json.dumps([self.after, self.seen, self.following], separators=(",", ":"))

    @classmethod
    def read(cls, text: str | None) -> SyncCursor:
        """Read a cursor; None is the beginning. Raises Rejected for text that is no cursor."""
        if text is None:
            return cls()
        try:
            return cls.of(json.loads(text))
        except ValueError as error:
            raise Rejected("the stored cursor is unreadable", code="bad_cursor") from error

    @classmethod
    def of(cls, value: object) -> SyncCursor:
        """Take a cursor from parsed JSON. Raises ValueError."""
        match value:
            case [int(after), int(seen), None | str() as following]:
                return cls(after, seen, following)
        raise ValueError("no sync cursor")


@dataclass(frozen=True, slots=True)
class SyncPage:
    """At most 1,000 rows and the cursor to store after them."""

    rows: tuple[Row, ...]
    cursor: SyncCursor

    @property
    def more(self) -> bool:
        return self.cursor.following is not None


async def read_sync(client: ExactClient, lane: Lane, entity: str, select: str, cursor: SyncCursor) -> SyncPage:
    """Read the next page. Repeatable; a row that changes meanwhile comes again later."""
    if cursor.following is None:
        query = {"$filter": f"Timestamp gt {int64_literal(cursor.after)}", "$select": select}
        page = await client.page(lane, entity, query)
    else:
        page = await client.next_page(lane, entity, cursor.following)
    seen = max((need_int(row, "Timestamp") for row in page.rows), default=0)
    seen = max(seen, cursor.seen)
    if page.next_url is None:
        return SyncPage(page.rows, SyncCursor(seen, seen))
    return SyncPage(page.rows, SyncCursor(cursor.after, seen, page.next_url))
