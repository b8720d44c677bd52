"""Reading: query options, mandatory filters, paging and the envelope that $top switches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hub.sandbox.exact import render
from hub.sandbox.exact.catalogue import ENTITIES
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.edm import Edm
from hub.sandbox.exact.entity import Entity
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.filters import Filter, parse_filter, syntax
from hub.sandbox.exact.table import Row

_KNOWN = frozenset({"$select", "$filter", "$top", "$skip", "$orderby", "$expand", "$skiptoken", "$inlinecount"})


@dataclass(frozen=True, slots=True)
class Query:
    """One list request, understood."""

    entity: Entity
    select: frozenset[str]
    expand: frozenset[str]
    nested: dict[str, frozenset[str]]
    filter: Filter | None
    order: tuple[tuple[str, bool], ...]
    top: int | None
    skip: int
    token: str | None
    counted: bool
    options: Mapping[str, str]


def understand(entity: Entity, options: Mapping[str, str]) -> Query:
    """Read the options of a request; Refusal 400 for what the endpoint does not allow."""
    if any(name.startswith("$") and name not in _KNOWN for name in options):
        raise syntax()
    select, expand, nested = _selection(entity, options)
    query = Query(
        entity=entity,
        select=select,
        expand=expand,
        nested=nested,
        filter=parse_filter(options["$filter"], entity) if options.get("$filter") else None,
        order=_ordering(entity, options.get("$orderby", "")),
        top=_whole(options.get("$top")),
        skip=_whole(options.get("$skip")) or 0,
        token=options.get("$skiptoken"),
        counted=options.get("$inlinecount") == "allpages",
        options=options,
    )
    _check_habits(query)
    return query


def _check_habits(query: Query) -> None:
    entity, used = query.entity, query.filter.fields if query.filter else frozenset()
    if entity.must_select and not query.select and query.top != 1:
        raise Refusal(400, "Please add a $select or a $top=1 statement to the query string.")
    if entity.may_filter is not None and (refused := used - entity.may_filter):
        raise Refusal(400, f"Filtering on these fields is not supported: {', '.join(sorted(refused))}")
    if entity.must_filter and not used & entity.must_filter and query.token is None:
        allowed = ", ".join(sorted(entity.must_filter))
        raise Refusal(
            400, f"This endpoint has mandatory filtering applied. Please use one of these fields in $filter: {allowed}."
        )


def _selection(
    entity: Entity, options: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str], dict[str, frozenset[str]]]:
    names = [name.strip() for name in options.get("$select", "").split(",") if name.strip()]
    expand = frozenset(name.strip() for name in options.get("$expand", "").split(",") if name.strip())
    if unknown := expand - entity.children.keys():
        raise Refusal(400, f"Resource not found for the segment '{min(unknown)}'.")
    if "*" in names:
        if entity.timestamped:
            raise Refusal(400, "The use of $select=* is not supported for this resource.")
        names.remove("*")
    nested: dict[str, set[str]] = {}
    for name in names:
        head, _, tail = name.partition("/")
        if head not in entity.fields:
            raise Refusal(400, f"The property '{head}' is not defined in type '{entity.model}'.")
        if tail:
            nested.setdefault(head, set()).add(tail)
    plain = frozenset(name.partition("/")[0] for name in names)
    return plain, expand, {name: frozenset(tails) for name, tails in nested.items()}


def _ordering(entity: Entity, text: str) -> tuple[tuple[str, bool], ...]:
    order = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, way = part.partition(" ")
        if name not in entity.fields or way.strip() not in ("", "asc", "desc"):
            raise syntax()
        order.append((entity.alias.get(name, name), way.strip() == "desc"))
    return tuple(order)


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit():
        raise syntax()
    return int(text)


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
        last = _whole(query.token.rstrip("Ll")) or 0
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


_SAFE = "'(),$:/"
