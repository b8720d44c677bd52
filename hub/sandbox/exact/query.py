"""Reading: query options, mandatory filters, paging and the envelope that $top switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.sandbox.exact.entity import Entity
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.filters import Filter, parse_filter
from hub.sandbox.exact.tokens import syntax

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
        top=whole_number(options.get("$top")),
        skip=whole_number(options.get("$skip")) or 0,
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


def whole_number(text: str | None) -> int | None:
    """Read a whole number of an option; Refusal 400 for anything else."""
    if text is None:
        return None
    if not text.isdecimal():
        raise syntax()
    return int(text)
