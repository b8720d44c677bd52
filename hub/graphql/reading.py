"""A list as it is read over and over: its statement is compiled once, its rows become the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy.engine import Dialect

from hub.graphql.listed import Asked, Taken
from hub.store.engine import Database, Fetch, fetch_of
from hub.store.views.page import Key, Order, Window, in_window, paged


@dataclass(slots=True)
class Reading:
    """What a statement selects, and what is asked of it."""

    statement: Select[Any]
    order: Order
    asked: Asked
    _fetches: dict[Window, Fetch] = field(default_factory=dict)

    async def take(self, database: Database, window: Window) -> Taken:
        """Read one window."""
        given = {**_named("after", window.after), **_named("before", window.before)}
        rows = await database.fetch(self._fetch(database.reading_dialect, window), given)
        shown, has_next, has_previous = paged(rows, window)
        cells = list(zip(*shown, strict=True)) or [()] * len(self.asked.columns)
        return Taken(cells, has_next, has_previous)

    def _fetch(self, dialect: Dialect, window: Window) -> Fetch:
        """Return the compiled statement for windows like this one, whatever their keys."""
        like = replace(window, after=_left_out(window.after), before=_left_out(window.before))
        if like not in self._fetches:
            after, before = self._open("after", window.after), self._open("before", window.before)
            columns = self.statement.with_only_columns(*self.asked.columns)
            whole = in_window(columns, self.order, replace(window, after=after, before=before))
            names = [*_named("after", window.after), *_named("before", window.before)]
            self._fetches[like] = fetch_of(whole, dialect, names)
        return self._fetches[like]

    def _open(self, side: str, key: Key | None) -> Key | None:
        names = zip(_named(side, key), self.order.columns, strict=False)
        return None if key is None else tuple(bindparam(name, None, type_=column.type) for name, column in names)


def _named(side: str, key: Key | None) -> Mapping[str, Any]:
    return {f"{side}{place}": value for place, value in enumerate(key or ())}


def _left_out(key: Key | None) -> Key | None:
    return None if key is None else ()
