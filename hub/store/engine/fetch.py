"""Statements that are run over and over with other values: compiled once, their rows left as the driver gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select
from sqlalchemy.engine import Dialect

from hub.store.engine.at_once import packed
from hub.store.engine.prepared import Process


@dataclass(frozen=True, slots=True)
class Fetch:
    """A statement's text for one database, with its values as the driver takes them.

    ``left_open`` tells by name where a value is missing that is given each time, and how it is bound; ``is_packed``
    that the rows come as one JSON text.
    """

    text: str
    values: Sequence[Any]
    left_open: Mapping[str, tuple[int, Process | None]]
    is_packed: bool

    def bound(self, given: Mapping[str, Any]) -> list[Any]:
        """Return all values, in order."""
        values = list(self.values)
        for name, value in given.items():
            place, bind = self.left_open[name]
            values[place] = value if bind is None else bind(value)
        return values

    def rows(self, found: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Return the rows in what the driver returned."""
        return orjson.loads(found[0][0]) if self.is_packed else found


def fetch_of(statement: Select[Any], dialect: Dialect, left_open: Sequence[str]) -> Fetch:
    """Compile a statement; ``left_open`` names the parameters whose values are given each time."""
    whole = packed(statement, dialect)
    found: Any = (statement if whole is None else whole).compile(
        dialect=dialect, compile_kwargs={"render_postcompile": True}
    )
    names, binders = list(found.positiontup), _binders(found)
    values = [_bound(found.params[name], binders.get(name)) for name in names]
    places = {name: (names.index(name), binders.get(name)) for name in left_open}
    return Fetch(found.string, values, places, whole is not None)


def _binders(found: Any) -> dict[str, Process]:
    expanded = found._post_compile_expanded_state
    return {**found._bind_processors, **({} if expanded is None else expanded.processors)}


def _bound(value: Any, bind: Process | None) -> Any:
    return value if bind is None else bind(value)
