"""Exact Online as the hub's ERP: one object per division."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

import httpx2

from hub.adapters.exact.accounts import Accounts
from hub.adapters.exact.client import ExactClient, Note
from hub.adapters.exact.deliveries import Deliveries
from hub.adapters.exact.master_data import MasterData
from hub.adapters.exact.sales_invoices import SalesInvoices
from hub.adapters.exact.sales_order_changes import SalesOrderChanging
from hub.adapters.exact.sales_orders import SalesOrders
from hub.adapters.exact.sales_returns import SalesReturns
from hub.adapters.exact.subscriptions import Subscriptions
from hub.adapters.http import open_client
from hub.adapters.oauth import Tokens
from hub.adapters.port import DeletedRow, HookSubscription, Meter, Page, StockRow
from hub.clock import Clock
from hub.domain.aligning import SalesOrderChanges
from hub.domain.customers import AccountDraft, AddressDraft
from hub.domain.delivery import Delivery
from hub.domain.goods_return import DeliveredLine, PlannedReturn, ReturnDraft
from hub.domain.invoicing import CreditNoteDraft, Invoiced, InvoicedQuantity, OrderProgress, SalesDocument
from hub.domain.product import Customer, Division, ErpItem, ShippingMethod, VatCode, Warehouse
from hub.domain.sales_order import SalesOrder, SalesOrderDraft


class ExactErp:
    """One division of Exact Online (``hub.adapters.port.Erp``); have one per division, so its budget is counted once.

    ``zone`` decides the calendar date of orders and deliveries; Exact keeps no time of day. ``note`` keeps what an
    endpoint may still get wrong, each time something is refused.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        division: int,
        tokens: Tokens,
        clock: Clock,
        *,
        zone: tzinfo = UTC,
        note: Note | None = None,
    ) -> None:
        self._client = ExactClient(http, division, tokens, clock, note=note)
        self._accounts = Accounts(self._client)
        self._data = MasterData(self._client, clock)
        self._orders = SalesOrders(self._client, zone)
        self._changes = SalesOrderChanging(self._client)
        self._deliveries = Deliveries(self._client, clock, zone)
        self._invoices = SalesInvoices(self._client, zone)
        self._returns = SalesReturns(self._client, zone)
        self._hooks = Subscriptions(self._client)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        base_url: str,
        division: int,
        tokens: Tokens,
        clock: Clock,
        *,
        zone: tzinfo = UTC,
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> AsyncIterator[ExactErp]:
        """Open a division with a connection pool of its own; ``ExactOnline.erp`` shares one instead."""
        async with open_client(base_url, timeout=timeout, tls=tls) as http:
            yield cls(http, division, tokens, clock, zone=zone)

    def meters(self) -> tuple[Meter, ...]:
        return self._client.meters()

    def remember(self, meters: Sequence[Meter]) -> None:
        self._client.remember(meters)

    def until_refusable(self, kept: int) -> float:
        return self._orders.until_refusable(kept)

    def time_at(self, here: datetime) -> datetime | None:
        return self._client.time_at(here)

    async def divisions(self) -> tuple[Division, ...]:
        return await self._data.divisions()

    async def warehouses(self) -> tuple[Warehouse, ...]:
        return await self._data.warehouses()

    async def vat_codes(self) -> tuple[VatCode, ...]:
        return await self._data.vat_codes()

    async def shipping_methods(self) -> tuple[ShippingMethod, ...]:
        return await self._data.shipping_methods()

    async def customers_since(self, cursor: str | None) -> Page[Customer]:
        return await self._data.customers_since(cursor)

    async def accounts_with(self, vat_number: str | None, chamber_of_commerce: str | None) -> tuple[Customer, ...]:
        return await self._accounts.numbered(vat_number, chamber_of_commerce)

    async def create_account(self, account: AccountDraft) -> str:
        return await self._accounts.create(account)

    async def find_address(self, account_id: str, address: AddressDraft) -> str | None:
        return await self._accounts.find_address(account_id, address)

    async def create_address(self, account_id: str, address: AddressDraft) -> str:
        return await self._accounts.create_address(account_id, address)

    async def items_since(self, cursor: str | None) -> Page[ErpItem]:
        return await self._data.items_since(cursor)

    async def stock_since(self, cursor: str | None) -> Page[StockRow]:
        return await self._data.stock_since(cursor)

    async def deleted_since(self, cursor: str | None) -> Page[DeletedRow]:
        return await self._data.deleted_since(cursor)

    async def generation(self) -> str:
        return await self._data.generation()

    async def find_sales_orders(self, your_refs: Collection[str]) -> Mapping[str, SalesOrder]:
        return await self._orders.find(your_refs)

    async def create_sales_order(self, draft: SalesOrderDraft) -> str:
        return await self._orders.create(draft)

    async def sales_order(self, order_id: str) -> SalesOrder:
        return await self._orders.read(order_id)

    async def sales_orders(self, order_ids: Sequence[str]) -> Mapping[str, SalesOrder]:
        return await self._orders.read_all(order_ids)

    async def change_sales_order_lines(self, order_id: str, changes: SalesOrderChanges) -> None:
        await self._changes.change(order_id, changes)

    async def delete_sales_order(self, order_id: str) -> None:
        await self._changes.delete(order_id)

    async def complete_sales_order(self, order_id: str) -> None:
        await self._changes.complete(order_id)

    async def deliveries_since(self, cursor: str | None) -> Page[Delivery]:
        return await self._deliveries.since(cursor)

    async def delivery(self, entry_id: str) -> Delivery | None:
        return await self._deliveries.read(entry_id)

    async def deliveries_of(self, sales_order_line_ids: Sequence[str]) -> tuple[Delivery, ...]:
        return await self._deliveries.of_lines(sales_order_line_ids)

    async def deliver(
        self, lines: Mapping[str, Decimal], *, delivered_at: datetime, tracking: str | None, description: str
    ) -> str:
        return await self._deliveries.create(lines, delivered_at, tracking, description)

    async def find_delivery(self, description: str, sales_order_line_ids: Sequence[str]) -> str | None:
        return await self._deliveries.find(description, sales_order_line_ids)

    async def order_progress(self, sales_order_ids: Sequence[str]) -> Mapping[str, OrderProgress]:
        return await self._invoices.progress(sales_order_ids)

    async def invoice_orders(
        self, sales_order_ids: Sequence[str], *, journal: str, counts: InvoicedQuantity
    ) -> Invoiced:
        return await self._invoices.invoice(sales_order_ids, journal, counts)

    async def documents_of(self, sales_order_ids: Sequence[str]) -> tuple[SalesDocument, ...]:
        return await self._invoices.of_orders(sales_order_ids)

    async def create_credit_note(self, draft: CreditNoteDraft) -> str:
        return await self._invoices.create(draft)

    async def find_credit_note(self, your_ref: str) -> SalesDocument | None:
        return await self._invoices.find(your_ref)

    async def delivered_lines(self, sales_order_line_ids: Sequence[str]) -> tuple[DeliveredLine, ...]:
        return await self._returns.delivered(sales_order_line_ids)

    async def plan_return(self, draft: ReturnDraft) -> str:
        return await self._returns.plan(draft)

    async def find_return(self, reference: str) -> PlannedReturn | None:
        return await self._returns.find(reference)

    async def planned_returns(self, return_ids: Sequence[str]) -> tuple[PlannedReturn, ...]:
        return await self._returns.read(return_ids)

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        return await self._hooks.all()

    async def subscribe(self, topic: str, callback: str) -> HookSubscription:
        return await self._hooks.add(topic, callback)

    async def unsubscribe(self, external_id: str) -> None:
        await self._hooks.remove(external_id)
