"""Reading Vendure's lists in pages as large as the server allows (its ``adminListQueryLimit``, 1,000 by default)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from hub.adapters.fields import Fields
from hub.adapters.vendure.calls import VendureCalls
from hub.adapters.vendure.documents import Document
from hub.outcome import Rejected

LARGEST, SMALLEST = 100, 5
TOO_LARGE = "user_input_error"


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a list, up to row ``end``; ``more`` says that rows follow."""

    items: list[Fields]
    end: int
    more: bool


class Lists:
    """Reads lists; how many rows a call may take is found out once."""

    def __init__(self, calls: VendureCalls) -> None:
        self._calls = calls
        self._take = LARGEST

    async def page(self, document: Document, name: str, options: Mapping[str, object], skip: int = 0) -> Rows:
        """Return the rows of a list after the first ``skip`` ones; takes fewer where the server refuses so many."""
        while True:
            take = self._take
            try:
                data = await self._calls.ask(document, {"options": {**options, "skip": skip, "take": take}})
            except Rejected as rejected:
                if rejected.code != TOO_LARGE or take <= SMALLEST:
                    raise
                self._take = min(self._take, take // 2)
                continue
            found = Fields.of(data.values.get(name), name)
            items = found.children("items")
            end = skip + len(items)
            return Rows(items, end, bool(items) and end < found.count("totalItems"))

    async def all(self, document: Document, name: str, options: Mapping[str, object]) -> AsyncIterator[Fields]:
        """Yield every row of a list."""
        skip, more = 0, True
        while more:
            rows = await self.page(document, name, options, skip)
            for item in rows.items:
                yield item
            skip, more = rows.end, rows.more
