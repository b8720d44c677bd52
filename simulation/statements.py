"""What SQLAlchemy made of a statement, kept whole: its text, how values go in, and how rows come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

Given: TypeAlias = Mapping[str, Any]


class Rows(IteratorResult[Any]):
    """A result that came whole; ``rowcount`` is how many rows were changed."""

    def __init__(self, shape: SimpleResultMetaData, found: Sequence[Any], changed: int) -> None:
        super().__init__(shape, iter(found))
        self.rowcount = changed


NOTHING = SimpleResultMetaData(())
NONE: Given = {}


class Statement:
    """A compiled statement; others like it differ in the values of their parameters alone."""

    def __init__(self, compiled: Any, dialect: Dialect) -> None:
        self._compiled = compiled
        self._sources = _sources(compiled)
        self._grows = bool(compiled.literal_execute_params or compiled.post_compile_params)
        self._named = [(column, compiled._within_exec_param_key_getter(column)) for column in compiled.insert_prefetch]
        self._shape = _shape(compiled, dialect)
        if compiled.update_prefetch:
            raise TypeError(f"values that SQLAlchemy makes up on the way: {compiled.string}")

    def bound(self, given: Given | None, likewise: Any, collected: Any) -> tuple[str, list[Any]]:
        """Return the text and its values in order, as the driver takes them.

        ``likewise`` and ``collected`` are what the key of this very statement holds of its values.
        """
        made = self._compiled
        given = {**collected, **given} if given and collected else given or collected or NONE
        if likewise is None:
            values = made.construct_params(given, escape_names=False)
        else:
            values = {name: _value(key, own, place, given, likewise) for name, key, own, place in self._sources}
        for column, name in self._named:
            if not column.default.is_scalar:
                raise TypeError(f"a value that SQLAlchemy makes up: {column}")
            values[name] = column.default.arg
        text, order, binders = made.string, made.positiontup, made._bind_processors
        if self._grows:
            grown = made._process_parameters_for_postcompile(values)
            text, order, binders = grown.statement, grown.positiontup, {**binders, **grown.processors}
            values.update(grown.parameters)
        return text, [binders[name](values[name]) if name in binders else values[name] for name in order]

    def result(self, found: Sequence[Any], changed: int) -> Rows:
        """Return what SQLAlchemy would make of the rows."""
        return Rows(self._shape, found, changed)


def _sources(compiled: Any) -> list[tuple[str, str, Any, int | None]]:
    """Return for each parameter its name, its key, itself, and the place of its like in the key of a statement."""
    if compiled.cache_key is None:
        return []
    twins = compiled._cache_key_bind_match[0]
    places = {twin: place for place, bind in enumerate(compiled.cache_key[1]) for twin in twins[bind]}
    return [(name, bind.key, bind, places.get(bind)) for bind, name in compiled.bind_names.items()]


def _value(key: str, own: Any, place: int | None, given: Given, likewise: Sequence[Any]) -> Any:
    if key in given:
        return given[key]
    if own.required:
        raise TypeError(f"no value for {key}")
    bind = own if place is None else likewise[place]
    return bind.effective_value if own.callable else bind.value


def _shape(compiled: Any, dialect: Dialect) -> SimpleResultMetaData:
    columns = compiled._result_columns
    if not columns:
        return NOTHING
    if not (compiled._ordered_columns or compiled._textual_ordered_columns):
        raise TypeError(f"columns in an order of their own: {compiled.string}")
    names = [column.keyname for column in columns]
    readers = [column.type._cached_result_processor(dialect, None) for column in columns]
    twice = frozenset(name for name, times in Counter(names).items() if times > 1)
    return SimpleResultMetaData(names, _processors=readers, _ambiguous_keys=twice or None)


_statements: dict[tuple[Any, ...], Statement] = {}
"""Those of all engines, plays and forks to come: there is one dialect, and compiling is most of a short play."""


def statement_of(asked: Any, names: Sequence[str], dialect: Dialect) -> tuple[Statement, Any, Any]:
    """Return a statement compiled for parameters of these names, and what its key holds of its own values."""
    key = asked._generate_cache_key()
    if key is None:
        return Statement(asked._compiler(dialect, cache_key=None, column_keys=names), dialect), None, None
    text, likewise, collected = key
    place = (text, *names)
    found = _statements.get(place)
    if found is None:
        made = asked._compiler(dialect, cache_key=key, column_keys=names, for_executemany=False)
        found = _statements[place] = Statement(made, dialect)
    return found, likewise, collected
