"""Hot statements, compiled once per database and run past the layers of SQLAlchemy that would look at them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import sqlite, wire
from hub.store.engine.arrays import Row, in_arrays, keys_like
from hub.store.engine.keys import chunks

Process: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement's text for one database, its parameters in order, and how values go in and come out."""

    text: str
    names: Sequence[str]
    binders: Mapping[str, Process]
    readers: Sequence[tuple[int, Process]]

    async def run(self, connection: AsyncConnection, given: dict[str, Any]) -> list[Row]:
        """Run it in the connection's transaction and return its rows."""
        rows = await direct(connection, self.text, self._values(given))
        return [self._read(row) for row in rows] if self.readers else rows

    async def changed(self, connection: AsyncConnection, given: dict[str, Any]) -> int:
        """Run it in the connection's transaction and return how many rows it changed."""
        return await changed(connection, self.text, self._values(given))

    async def run_each(self, connection: AsyncConnection, given: Sequence[dict[str, Any]]) -> None:
        """Run it once for each, in order, without rows to return; PostgreSQL is asked once for all."""
        if connection.dialect.name == "sqlite":
            for one in given:
                await direct(connection, self.text, self._values(one))
        elif given:
            await wire.many(connection, self.text, [self._values(one) for one in given])

    def _values(self, given: dict[str, Any]) -> list[Any]:
        bound = given | {name: bind(given[name]) for name, bind in self.binders.items()}
        return [bound[name] for name in self.names]

    def _read(self, row: Row) -> Row:
        values = list(row)
        for place, read in self.readers:
            values[place] = read(values[place])
        return tuple(values)


def compiled(statement: Any, dialect: Dialect) -> Compiled:
    """Compile a statement; its expanding parameters must have values of the number that will be given."""
    found = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    binders = {name: _binder(found.binds.get(name), dialect) for name in found.positiontup}
    readers = enumerate(
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns
    )
    return Compiled(
        found.string,
        tuple(found.positiontup),
        {name: bind for name, bind in binders.items() if bind is not None},
        [(place, read) for place, read in readers if read is not None],
    )


def _binder(bind: BindParameter[Any] | None, dialect: Dialect) -> Process | None:
    return None if bind is None else bind.type.dialect_impl(dialect).bind_processor(dialect)


class BySize:
    """A statement whose text depends on how much it is about; ``make`` is given that number."""

    def __init__(self, make: Callable[[int], Any]) -> None:
        self._make = make
        self._compiled: dict[tuple[str, int], Compiled] = {}

    def of(self, size: int, dialect: Dialect) -> Compiled:
        """Return the statement for a size; there should be few different ones."""
        place = (dialect.name, size)
        if place not in self._compiled:
            self._compiled[place] = compiled(self._make(size), dialect)
        return self._compiled[place]


class Hot:
    """A statement whose text is always the same."""

    def __init__(self, statement: Any) -> None:
        self._statements = BySize(lambda _: statement)

    async def run(self, connection: AsyncConnection, given: dict[str, Any]) -> list[Row]:
        """Run it and return its rows."""
        return await self.on(connection).run(connection, given)

    async def changed(self, connection: AsyncConnection, given: dict[str, Any]) -> int:
        """Run it and return how many rows it changed."""
        return await self.on(connection).changed(connection, given)

    async def run_each(self, connection: AsyncConnection, given: Sequence[dict[str, Any]]) -> None:
        """Run it once for each, in order, without rows to return."""
        await self.on(connection).run_each(connection, given)

    def on(self, connection: AsyncConnection) -> Compiled:
        """Return the statement for a connection's database."""
        return self._statements.of(1, connection.dialect)


class ByKeys:
    """A statement over many keys at once; ``make`` is given what is to be ``in_`` them, all like ``sample``.

    Other parameters are given by their names; they must not be ``required``, for it is compiled without them.
    PostgreSQL is given the keys as arrays: for a list of pairs it may well read a whole table, once for each of them.
    """

    def __init__(self, make: Callable[[Any], Any], *, sample: Row) -> None:
        self._statements = BySize(lambda size: make(bindparam("keys", [sample] * size, expanding=True)))
        self._by_arrays = Hot(make(keys_like(sample)))

    async def run(self, connection: AsyncConnection, keys: Sequence[Row], **others: Any) -> list[Row]:
        """Run it for the keys and return all rows."""
        return [
            row
            for statement, given in self._of(connection, keys, others)
            for row in await statement.run(connection, given)
        ]

    async def changed(self, connection: AsyncConnection, keys: Sequence[Row]) -> int:
        """Run it for the keys and return how many rows it changed."""
        return sum([await statement.changed(connection, given) for statement, given in self._of(connection, keys, {})])

    def _of(
        self, connection: AsyncConnection, keys: Sequence[Row], others: Mapping[str, Any]
    ) -> Iterator[tuple[Compiled, dict[str, Any]]]:
        if keys and connection.dialect.name == "postgresql":
            yield self._by_arrays.on(connection), {**others, **in_arrays(keys)}
            return
        for chunk in chunks(keys):
            values = [value for key in chunk for value in key]
            statement = self._statements.of(len(chunk), connection.dialect)
            names = [name for name in statement.names if name not in others]
            yield statement, {**others, **dict(zip(names, values, strict=True))}


async def direct(connection: AsyncConnection, text: str, values: Sequence[Any]) -> list[Row]:
    """Run a text in the connection's transaction, with values as the driver takes them, and return its own rows."""
    return (await _ran(connection, text, values))[0]


async def changed(connection: AsyncConnection, text: str, values: Sequence[Any]) -> int:
    """Run a text like ``direct`` does and return how many rows it changed."""
    return (await _ran(connection, text, values))[1]


async def _ran(connection: AsyncConnection, text: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    if connection.dialect.name == "sqlite":
        return await sqlite.direct(connection, text, values)
    return await wire.direct(connection, text, values)
