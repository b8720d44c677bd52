"""ERP connections and their divisions, with what a division knows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self, TypeAlias

import strawberry
from sqlalchemy import Row, Table
from strawberry import relay

from hub.graphql.context import Info
from hub.graphql.errors import BadInput
from hub.graphql.fields import shown
from hub.graphql.types.budget import Budget, Hook
from hub.graphql.types.node import Stored, whole
from hub.store import tables
from hub.store.connections import ConnectionStatus
from hub.store.views.division import search_division

LONGEST_LIST = 100
Search: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Words in code or name, whatever their case.")
]
Limit: TypeAlias = Annotated[int, strawberry.argument(description="At most this many, up to 100.")]


@strawberry.type(description="A VAT code of a division.")
class VatCode:
    code: str
    description: str
    percentage: Decimal = strawberry.field(description="A fraction: 0.21 is 21 %.")
    kind: str = strawberry.field(description="I prices include VAT, E exclude it, N none, B both.")
    transaction: str = strawberry.field(description="S sales, P purchase, B both.")
    blocked: bool


@strawberry.type(description="A debtor in a division: an account that a channel's sales can be booked on.")
class Customer:
    account_id: str = strawberry.field(description="Exact's id of the account; what a channel's settings name.")
    code: str
    name: str
    is_customer: bool


@strawberry.type(description="A stock location within a division.")
class Warehouse:
    warehouse_id: str = strawberry.field(description="Exact's id of the warehouse; what a channel's sources name.")
    code: str
    description: str
    main: bool


@strawberry.type(description="A way of shipping known to a division.")
class ShippingMethod:
    method_id: str = strawberry.field(description="Exact's id of the shipping method.")
    code: str
    description: str
    tracking_url: str | None


@strawberry.type(description="A company in Exact; limits count per division.")
class Division(Stored):
    key = tables.division.c.code
    code: relay.NodeID[int]
    number: int = strawberry.field(description="Exact's number of the division; what a channel's settings name.")
    description: str
    country: str | None
    currency: str
    enabled: bool = strawberry.field(description="Whether the hub works for this division.")
    read_at: datetime | None = strawberry.field(description="When FreeStock was last read to its end.")
    swept_only: int = strawberry.field(description="Stock changes that only the sweep found: no webhook told of them.")
    connection_id: strawberry.Private[str]

    @classmethod
    def read_id(cls, node_id: str) -> int:
        return whole(node_id, 2**31 - 1)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            code=row.code,
            number=row.code,
            description=row.description,
            country=row.country,
            currency=row.currency,
            enabled=row.enabled,
            read_at=row.read_at,
            swept_only=min(row.swept_only, 2**31 - 1),
            connection_id=row.connection_id,
        )

    @shown("The connection that reaches it.")
    async def connection(self, info: Info) -> ErpConnection | None:
        return await ErpConnection.find(info, self.connection_id)

    @shown("Its budgets of calls, as Exact's headers last told them.")
    async def budgets(self, info: Info) -> list[Budget]:
        rows = await info.context.load.many(tables.budget.c.owner, self._owner(info), tables.budget.c.name)
        return [Budget.of(row) for row in rows]

    @shown("Its webhook subscriptions.")
    async def hooks(self, info: Info) -> list[Hook]:
        rows = await info.context.load.many(tables.hook.c.owner, self._owner(info), tables.hook.c.topic)
        return [Hook.of(row) for row in rows]

    @shown("VAT codes, by code.")
    async def vat_codes(self, info: Info, search: Search = None, limit: Limit = 50) -> list[VatCode]:
        return [_plain(VatCode, row) for row in await self._list(info, tables.vat_code, search, limit)]

    @shown("Customers, by code.")
    async def customers(self, info: Info, search: Search = None, limit: Limit = 50) -> list[Customer]:
        return [_plain(Customer, row) for row in await self._list(info, tables.customer, search, limit)]

    @shown("Warehouses, by code.")
    async def warehouses(self, info: Info, search: Search = None, limit: Limit = 50) -> list[Warehouse]:
        return [_plain(Warehouse, row) for row in await self._list(info, tables.warehouse, search, limit)]

    @shown("Shipping methods, by code.")
    async def shipping_methods(self, info: Info, search: Search = None, limit: Limit = 50) -> list[ShippingMethod]:
        return [_plain(ShippingMethod, row) for row in await self._list(info, tables.shipping_method, search, limit)]

    def _owner(self, info: Info) -> str:
        return f"erp/{info.context.tenant_id}/{self.code}"

    async def _list(self, info: Info, table: Table, search: str | None, limit: int) -> list[Row[Any]]:
        if not 0 <= limit <= LONGEST_LIST:
            raise BadInput(f"limit must be from 0 to {LONGEST_LIST}.", argument="limit")
        context = info.context
        async with context.needs.database.read() as reading:
            return list(await search_division(reading, context.tenant_id, self.code, table, search, limit))


def _plain(kind: Any, row: Row[Any]) -> Any:
    return kind(**{name: row._mapping[name] for name in kind.__dataclass_fields__})


@strawberry.type(description="A tenant's grant to Exact Online: one consent, one or more divisions.")
class ErpConnection(Stored):
    key = tables.erp_connection.c.connection_id
    connection_id: relay.NodeID[str]
    name: str
    base_url: str
    status: ConnectionStatus
    reason: str | None
    hooks_checked_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            connection_id=row.connection_id,
            name=row.name,
            base_url=row.base_url,
            status=ConnectionStatus(row.status),
            reason=row.reason,
            hooks_checked_at=row.hooks_checked_at,
            created_at=row.created_at,
        )

    @shown("The divisions that the grant reaches, by number.")
    async def divisions(self, info: Info) -> list[Division]:
        division = tables.division.c
        rows = await info.context.load.many(division.connection_id, self.connection_id, division.code)
        return [Division.of(row) for row in rows]
