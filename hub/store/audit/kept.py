"""Columns as their database keeps them, so that what nobody can read names its row instead of stopping the reader.

SQLite takes any bytes for text, and its driver gives up on a row whose bytes are no UTF-8.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


class AsKept(FunctionElement[Any]):
    """A column's value without any reading: text of SQLite comes as bytes, bytes as text that no column holds."""

    name = "as_kept"
    inherit_cache = True
    type = NullType()


@compiles(AsKept)
def _elsewhere(element: AsKept, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(AsKept, "sqlite")
def _on_sqlite(element: AsKept, compiler: SQLCompiler, **options: Any) -> str:
    name = compiler.process(element.clauses, **options)
    return f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) WHEN 'blob' THEN hex({name}) ELSE {name} END"


def read(value: Any) -> Any:
    """Return a value that came as it is kept; bytes that are no UTF-8 as a list, which no column holds."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return [NO_TEXT, value.hex()]


NO_TEXT = "no UTF-8"


def unreadable(value: Any) -> bool:
    """Say whether a value is no text that can be handed out: no UTF-8, or with a NUL in it."""
    return "\0" in value if isinstance(value, str) else isinstance(value, list) and value[:1] == [NO_TEXT]
