"""Exact's sync endpoints: rows newer than a row version, 1,000 a page, with a cursor that survives a crash.

A reading begins a few rows before where the last one ended. That those are there as they were tells, without a call
of its own, that row versions go on: in another database they begin anew, and a reading may bring some rows or none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import Row, int64_literal, need_int
from hub.adapters.limits import Lane
from hub.outcome import Rejected

START = 1
"""The row version that Exact's own text gives for a first run."""
REMEMBERED = 8
"""So many rows are met again by the next reading; what sells best changes between any two."""


@dataclass(frozen=True, slots=True)
class SyncCursor:
    """Where a reading stands: ``after`` is where it began, ``seen`` the highest row version met, ``following`` the
    page to go on with (None: the pages are exhausted), ``known`` the highest few versions that it met."""

    after: int = START
    seen: int = START
    following: str | None = None
    known: tuple[int, ...] = ()

    def write(self) -> str:
        """Write the cursor as opaque text."""
        return json.dumps([self.after, self.seen, self.following, self.known], separators=(",", ":"))

    @property
    def behind(self) -> int:
        """The row version after which rows are asked for, so that those known come again."""
        return min((known - 1 for known in self.known), default=self.after)

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
            case [int(after), int(seen), None | str() as following, [*known]]:
                return cls(after, seen, following, tuple(_version(one) for one in known))
        raise ValueError("no sync cursor")

    def read_on(self, versions: Iterable[int], following: str | None) -> SyncCursor:
        """Return the cursor behind a page of rows with these versions."""
        met = (*versions, *(self.known if self.following else ()))
        seen = max((self.seen, *met))
        known = tuple(nlargest(REMEMBERED, met)) or self.known
        return SyncCursor(seen if following is None else self.after, seen, following, known)


def _version(value: object) -> int:
    if isinstance(value, int):
        return value
    raise ValueError("no row version")


@dataclass(frozen=True, slots=True)
class SyncPage:
    """At most 1,000 rows that were not met before and the cursor to store after them.

    ``follows`` says that the page is a whole reading, and that it goes on from the last one, or is the very first.
    """

    rows: tuple[Row, ...]
    cursor: SyncCursor
    follows: bool

    @property
    def more(self) -> bool:
        return self.cursor.following is not None


async def read_sync(client: ExactClient, lane: Lane, entity: str, select: str, cursor: SyncCursor) -> SyncPage:
    """Read the next page. Repeatable; a row that changes meanwhile comes again later."""
    if cursor.following is None:
        query = {"$filter": f"Timestamp gt {int64_literal(cursor.behind)}", "$select": select}
        page = await client.page(lane, entity, query)
    else:
        page = await client.next_page(lane, entity, cursor.following)
    versions = {need_int(row, "Timestamp"): row for row in page.rows}
    news = tuple(row for version, row in versions.items() if version not in cursor.known)
    whole = cursor.following is None and page.next_url is None
    follows = whole and (cursor.seen == START or len(news) < len(versions))
    return SyncPage(news, cursor.read_on(versions, page.next_url), follows)
