"""What an endpoint is: fields, methods, key and habits.

Field notation: ``Name:type`` followed by ``!`` for the key, ``+`` for writable, ``*`` for mandatory in a
POST. Types are the letters of ``Edm``; ``Class_01..10`` stands for ten fields. Facts as published on
Exact's reference pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from hub.sandbox.exact.edm import Edm
from hub.sandbox.exact.fields import goods, master, relations, sales

_TEXTS: dict[str, str] = master.FIELDS | relations.FIELDS | goods.FIELDS | sales.FIELDS
_SERIES = re.compile(r"(\w+_)01\.\.(\d\d)")
SINGLE_PAGE, LARGE_PAGE = 60, 1000


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an entity."""

    name: str
    kind: Edm
    key: bool = False
    writable: bool = False
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """One endpoint. ``table`` names the rows behind it; ``alias`` maps a field to another row value."""

    path: str
    fields: dict[str, Field]
    methods: tuple[str, ...]
    table: str
    key: str
    page: int = SINGLE_PAGE
    must_filter: frozenset[str] = frozenset()
    may_filter: frozenset[str] | None = None
    must_select: bool = False
    children: dict[str, str] = field(default_factory=dict)
    alias: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> str:
        return f"Exact.Web.Api.Models.{self.path.rsplit('/', 1)[1].removesuffix('s')}"

    @property
    def timestamped(self) -> bool:
        return self.path.startswith("sync/")


class Habits(TypedDict, total=False):
    """What may be told of an endpoint beside its path and methods."""

    page: int
    must_filter: frozenset[str]
    may_filter: frozenset[str] | None
    table: str
    children: dict[str, str]
    alias: dict[str, str]


def parse_fields(text: str) -> dict[str, Field]:
    """Read a field table in the notation above."""
    return {found.name: found for word in text.split() for found in _parse_word(word)}


def _parse_word(word: str) -> Iterator[Field]:
    name, _, kind = word.partition(":")
    mandatory = "*" in kind
    made = Field(name, Edm(kind[0]), "!" in kind, mandatory or "+" in kind, mandatory)
    series = _SERIES.fullmatch(name)
    if series is None:
        yield made
        return
    for number in range(1, int(series[2]) + 1):
        yield replace(made, name=f"{series[1]}{number:02d}")


def single(path: str, methods: tuple[str, ...] = ("GET",), **habits: Unpack[Habits]) -> Entity:
    """Return an endpoint of its own, with its published fields."""
    fields = parse_fields(_TEXTS[path])
    key = next(name for name, found in fields.items() if found.key)
    return replace(Entity(path, fields, methods, path, key), **habits)


def twin(path: str, base: Entity, lacks: str = "", adds: str = "", alias: dict[str, str] | None = None) -> Entity:
    """Return a read-only endpoint over the rows of ``base``, with some fields less or more."""
    fields = {name: replace(each, writable=False, mandatory=False) for name, each in base.fields.items()}
    for name in lacks.split():
        del fields[name]
    return replace(
        base,
        path=path,
        fields=fields | parse_fields(adds),
        methods=("GET",),
        page=LARGE_PAGE,
        must_filter=frozenset(),
        must_select=path.startswith("bulk/"),
        children={},
        alias=alias or {},
    )


def sync(path: str, base: Entity, lacks: str = "", adds: str = "", alias: dict[str, str] | None = None) -> Entity:
    """Return the twin that is read by row version."""
    made = twin(path, base, lacks, adds, alias)
    fields = {name: replace(each, key=False) for name, each in made.fields.items()}
    stamped = {"Timestamp": Field("Timestamp", Edm.INT64, key=True)} | fields
    return replace(made, fields=stamped, key="Timestamp", may_filter=frozenset({"Timestamp"}))
