"""Lists of which no more is read than was asked for, and whose rows become the answer without an object between.

A type says by ``listed`` which of its fields are columns, are made of a column, or are objects of such fields. Where
a node is asked for nothing else, only those columns are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any, TypeAlias

from sqlalchemy import Column

Cells: TypeAlias = Sequence[Sequence[Any]]
"""The values of some rows, column by column, as the database's driver gives them."""
Part: TypeAlias = Callable[[Cells], Iterable[Any]]
"""What a field shows of each row."""


@dataclass(frozen=True, slots=True)
class Made:
    """A field that is made of one column's value, as the store knows it, null included."""

    column: Column[Any]
    make: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Where:
    """An object that is there where a column is not null."""

    column: Column[Any]
    fields: Mapping[str, Source]


Source: TypeAlias = "Column[Any] | Made | Where | Mapping[str, Source]"
Listed: TypeAlias = "Mapping[str, Source]"


@dataclass(frozen=True, slots=True)
class Taken:
    """The rows of a page."""

    cells: Cells
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a list: the columns to read, in order, and how a page of them becomes the answer."""

    columns: Sequence[Column[Any]]
    form: Callable[[Taken], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Formed:
    """A list that has the form of the answer."""

    answer: dict[str, Any]


def always(value: Any) -> Part:
    """Show the same of every row."""
    return lambda cells: repeat(value, len(cells[0]))


def together(parts: Mapping[str, Part]) -> Part:
    """Show an object with these fields; every part has as many values as there are rows."""
    names, shown = list(parts), list(parts.values())
    return lambda cells: [dict(zip(names, row)) for row in zip(*(part(cells) for part in shown))]  # noqa: B905


def where(place: int, inner: Part) -> Part:
    """Show null where the column at this place is null."""

    def part(cells: Cells) -> Iterable[Any]:
        if None not in cells[place]:
            return inner(cells)
        present = [value is not None for value in cells[place]]
        found = iter(inner([list(compress(column, present)) for column in cells]))
        return [next(found) if one else None for one in present]

    return part
