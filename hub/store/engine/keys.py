"""Many keys in one statement, in few distinct sizes, so that prepared statements are found again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

T = TypeVar("T")

MOST_KEYS = 512


def chunks(keys: Sequence[T], most: int = MOST_KEYS) -> Iterator[Sequence[T]]:
    """Yield the keys in groups, each filled up to a power of two by repeating its last."""
    for start in range(0, len(keys), most):
        yield padded(keys[start : start + most])


def padded(keys: Sequence[T]) -> Sequence[T]:
    """Return the keys filled up to a power of two by repeating the last."""
    size = 1 << (len(keys) - 1).bit_length()
    return [*keys, *([keys[-1]] * (size - len(keys)))]


class KeysByIndex(SQLiteCompiler):
    """Has SQLite look up ``(a, b) IN (VALUES ...)`` by an index.

    Before 3.41 it reads the whole table for a list of row values, but not for the same list as a subquery
    (exprAnalyze in SQLite's whereexpr.c: the right side must be no compound).
    """

    def visit_bindparam(self, bindparam: BindParameter[Any], *given: Any, **named: Any) -> str:
        text: str = super().visit_bindparam(bindparam, *given, **named)  # type: ignore[no-untyped-call]
        if bindparam.expanding and bindparam.type._is_tuple_type:
            return f"(SELECT * FROM {text})"  # noqa: S608
        return text

    def visit_empty_set_op_expr(self, type_: Sequence[Any], expand_op: Any, **named: Any) -> str:
        if len(type_) > 1:
            return f"SELECT {', '.join('NULL' for _ in type_)} WHERE 1 != 1"
        empty: str = super().visit_empty_set_op_expr(type_, expand_op, **named)  # type: ignore[no-untyped-call]
        return empty
