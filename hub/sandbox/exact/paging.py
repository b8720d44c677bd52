"""Lists: rows chosen and ordered, cut into pages, in the envelope that $top switches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from hub.sandbox.exact import render
from hub.sandbox.exact.catalogue import ENTITIES
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.edm import Edm
from hub.sandbox.exact.query import Query, whole_number
from hub.sandbox.exact.table import Row

_SAFE = "'(),$:/"


def select_rows(query: Query, rows: Iterable[Row]) -> list[Row]:
    """Return every row the query means, in its order, before paging."""
    chosen = [row for row in rows if query.filter is None or query.filter.holds(row)]
    if not query.entity.timestamped:
        key = query.entity.alias.get(query.entity.key, query.entity.key)
        chosen.sort(key=lambda row: str(row[key]))
    for name, falling in reversed(query.order):
        chosen.sort(key=_sorter(name), reverse=falling)
    return chosen


def _sorter(name: str) -> Callable[[Row], tuple[bool, Any]]:
    def key(row: Row) -> tuple[bool, Any]:
        value = row.get(name)
        return (value is not None, 0 if value is None else value)

    return key


def answer(query: Query, division: Division, rows: list[Row], root: str, url: str) -> str:
    """Return the JSON body for a list; ``root`` addresses the division, ``url`` the request without its query."""
    start = query.skip + _after(query, rows)
    wanted = min(query.top, query.entity.page) if query.top is not None else query.entity.page
    page = rows[start : start + wanted]
    items = [_shaped(query, division, row, root) for row in page]
    if query.top is not None:
        return render.bare(items)
    more = start + wanted < len(rows)
    following = _next(query, url, page[-1]) if more and page else None
    return render.listing(items, following, len(rows) if query.counted else None)


def shaped(query: Query, division: Division, rows: list[Row], root: str) -> list[dict[str, Any]]:
    """Return the first page as plain objects, for the Atom form."""
    return [_shaped(query, division, row, root) for row in rows[: query.top or query.entity.page]]


def _shaped(query: Query, division: Division, row: Row, root: str) -> dict[str, Any]:
    expanded = {name: _children(query, division, name, row, root) for name in query.expand}
    return render.shape(query.entity, row, root, query.select, expanded)


def _children(query: Query, division: Division, name: str, row: Row, root: str) -> list[dict[str, Any]]:
    child = ENTITIES[query.entity.children[name]]
    below = division.table(child.table).of(row[query.entity.key])
    return [render.shape(child, each, root, query.nested.get(name, frozenset()), {}) for each in below]


def _after(query: Query, rows: list[Row]) -> int:
    if query.token is None:
        return 0
    if query.entity.fields[query.entity.key].kind is Edm.INT64 and not query.order:
        last = whole_number(query.token.rstrip("Ll")) or 0
        return sum(row["Timestamp"] <= last for row in rows)
    for place, row in enumerate(rows):
        if render.key_literal(query.entity, row) == query.token:
            return place + 1
    return _passed(query, rows)


def _passed(query: Query, rows: list[Row]) -> int:
    """Find the place after a row that is gone by now: the rows are in key order."""
    return sum(render.key_literal(query.entity, row) <= (query.token or "") for row in rows)


def _next(query: Query, url: str, last: Row) -> str:
    kept = [(name, value) for name, value in query.options.items() if name not in ("$skiptoken", "$skip")]
    pairs = [*kept, ("$skiptoken", render.key_literal(query.entity, last))]
    return f"{url}?{'&'.join(f'{name}={quote(value, safe=_SAFE)}' for name, value in pairs)}"
