"""Loaders: what many resolvers of one level ask for is read in one statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Column, Row
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from hub.store.engine import Database
from hub.store.views.actors import LaneView, lanes_of, leases_of
from hub.store.views.books import OrderBooks, books_of
from hub.store.views.catalogue import open_claims
from hub.store.views.rows import rows_by_key

Rows = Sequence[Row[Any]]
Read = Callable[[AsyncConnection, str, Collection[Any]], Coroutine[Any, Any, Mapping[Any, Any]]]


class Loaders:
    """The loaders of one tenant; nothing is cached, so a long-lived subscription never shows old rows."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._made: dict[Any, DataLoader[Any, Any]] = {}

    async def one(self, key: Column[Any], value: Any) -> Row[Any] | None:
        """Return the tenant's row with this value in a unique column, None if there is none."""
        rows: Rows = await self._loader(("rows", key), partial(_grouped, key, ())).load(value)
        return rows[0] if rows else None

    async def many(self, key: Column[Any], value: Any, *order: Column[Any]) -> Rows:
        """Return the tenant's rows with this value, in the given order."""
        rows: Rows = await self._loader(("rows", key, *order), partial(_grouped, key, order)).load(value)
        return rows

    async def each(self, key: Column[Any], values: Sequence[Any]) -> list[Rows]:
        """Return the tenant's rows for each of many values of a column; None finds nothing."""
        wanted = [one for one in values if one is not None]
        loader = self._loader(("rows", key), partial(_grouped, key, ()))
        found = dict(zip(wanted, await loader.load_many(wanted), strict=True))
        return [found.get(one, ()) for one in values]

    async def open_claims(self, product_id: str) -> Decimal:
        """Return the units of a product promised to orders that FreeStock does not reflect yet."""
        found: Decimal | tuple[()] = await self._loader("open claims", open_claims).load(product_id)
        return found or Decimal(0)

    async def lanes(self, address: str) -> Sequence[LaneView]:
        """Return the lanes of an actor that hold mail or wait."""
        found: Sequence[LaneView] = await self._loader("lanes", lanes_of).load(address)
        return found

    async def lease_until(self, address: str) -> datetime | None:
        """Return until when an actor is surely its node's; None where it has none."""
        found: datetime | tuple[()] | None = await self._loader("leases", leases_of).load(address)
        return found or None

    async def books(self, order_id: str) -> OrderBooks | None:
        """Return an order beside the books."""
        found: OrderBooks | tuple[()] = await self._loader("books", books_of).load(order_id)
        return found or None

    def _loader(self, name: Any, read: Read) -> DataLoader[Any, Any]:
        if name not in self._made:
            self._made[name] = DataLoader(load_fn=partial(self._load, read), max_batch_size=500, cache=False)
        return self._made[name]

    async def _load(self, read: Read, values: list[Any]) -> list[Any]:
        found = await self._database.look(lambda connection: read(connection, self._tenant_id, set(values)))
        return [found.get(value, ()) for value in values]


async def _grouped(
    key: Column[Any], order: Sequence[Column[Any]], connection: AsyncConnection, tenant_id: str, values: Collection[Any]
) -> Mapping[Any, list[Row[Any]]]:
    found: dict[Any, list[Row[Any]]] = {}
    for row in await rows_by_key(connection, tenant_id, key, values, *order):
        found.setdefault(row._mapping[key.name], []).append(row)
    return found
