"""Rows given to PostgreSQL as one array per column: one text, prepared and planned once, however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, BigInteger, Select, Text, bindparam, func, select
from sqlalchemy.sql.expression import column
from sqlalchemy.types import TypeEngine

Row: TypeAlias = tuple[Any, ...]


def given(table: str, kinds: Mapping[str, TypeEngine[Any]]) -> Any:
    """Return rows that are given as arrays, each under the names of the table and its column.

    How long the first is, the server cannot tell beforehand; else it would plan the statement anew each time.
    """
    arrays: list[Any] = [bindparam(f"{table}_{name}", type_=ARRAY(kind)) for name, kind in kinds.items()]
    arrays[0] = select(arrays[0]).scalar_subquery()
    columns: list[Any] = [column(name, kind) for name, kind in kinds.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=table)


def keys_like(sample: Row) -> Select[Any]:
    """Return keys that are given as arrays ``keys_0``, ``keys_1`` and so on, of text or numbers as the sample is."""
    kinds = {str(place): BigInteger() if isinstance(one, int) else Text() for place, one in enumerate(sample)}
    return select(given("keys", kinds))


def in_arrays(keys: Sequence[Row]) -> dict[str, Sequence[Any]]:
    """Return the values of ``keys_like``."""
    return {f"keys_{place}": values for place, values in enumerate(zip(*keys, strict=True))}
