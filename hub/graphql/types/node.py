"""Business objects: each has an opaque id that names the hub's own object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from sqlalchemy import Column, Row
from strawberry import relay

from hub.domain.tenant import Principal
from hub.graphql.context import Info
from hub.graphql.listed import Listed


class Stored(relay.Node):
    """A node that is one row of one table, found by one column beside the tenant."""

    key: ClassVar[Column[Any]]
    listed: ClassVar[Listed] = {}

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the node that shows this row."""
        raise NotImplementedError

    @classmethod
    def read_id(cls, node_id: str) -> Any:
        """Return the key value in an id; raises ``ValueError`` where it cannot be one."""
        if "\0" in node_id:
            raise ValueError("no key holds a zero byte")
        return node_id

    @classmethod
    def pick(cls, rows: Sequence[Row[Any]], node_id: str) -> Row[Any] | None:
        """Return the row that the id names among those that its key found."""
        return rows[0] if rows else None

    @classmethod
    def is_open_to(cls, who: Principal) -> bool:
        """Say whether this principal may see objects of this kind."""
        return True

    @classmethod
    async def find(cls, info: Info, value: Any) -> Self | None:
        """Return the tenant's object with this key, None if there is none."""
        if value is None or not cls.is_open_to(info.context.who):
            return None
        row = await info.context.load.one(cls.key, value)
        return None if row is None else cls.of(row)

    @classmethod
    async def resolve_nodes(  # type: ignore[override]
        cls, *, info: Info, node_ids: Iterable[str], required: bool = False
    ) -> list[Self | None]:
        """Return the tenant's objects in the order asked; what another tenant owns does not exist."""
        ids = list(node_ids)
        if not cls.is_open_to(info.context.who):
            return [None] * len(ids)
        found = await info.context.load.each(cls.key, [cls._value(one) for one in ids])
        rows = [cls.pick(some, one) for some, one in zip(found, ids, strict=True)]
        return [None if row is None else cls.of(row) for row in rows]

    @classmethod
    def _value(cls, node_id: str) -> Any:
        try:
            return cls.read_id(node_id)
        except ValueError:
            return None


def whole(text: str, largest: int = 2**63 - 1) -> int:
    """Return the number in an id; raises ``ValueError`` for what no column of integers can hold."""
    if not text.isdecimal() or not text.isascii() or len(text) > 19 or int(text) > largest:
        raise ValueError("not a number")
    return int(text)
