"""What the hub asks of an ERP."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from hub.adapters.port.common import HookSubscription, Meter, Page
from hub.adapters.port.invoicing import Invoicing
from hub.domain.aligning import SalesOrderChanges
from hub.domain.customers import AccountDraft, AddressDraft
from hub.domain.delivery import Delivery
from hub.domain.product import Customer, Division, ErpItem, ShippingMethod, VatCode, Warehouse
from hub.domain.sales_order import SalesOrder, SalesOrderDraft


@dataclass(frozen=True, slots=True)
class StockRow:
    """FreeStock of one item in one warehouse, as delivered by the ERP (stock units)."""

    item_id: str
    warehouse_id: str
    free_stock: Decimal
    timestamp: int
    item_code: str = ""


class DeletedKind(StrEnum):
    """What an ERP may tell to be deleted, as far as it concerns stock."""

    ITEM = "item"
    STOCK_ROW = "stock_row"


@dataclass(frozen=True, slots=True)
class DeletedRow:
    """Something that no longer is in the ERP; ``key`` is the item's id, or the stock row's own."""

    kind: DeletedKind
    key: str
    timestamp: int


class Erp(Invoicing, Protocol):
    """One division of an ERP. Budget and lanes are the adapter's: callers name the lane they act for."""

    def meters(self) -> tuple[Meter, ...]:
        """Return the budgets last seen (minute, day); costs no call."""
        ...

    def remember(self, meters: Sequence[Meter]) -> None:
        """Take up the budgets as they were last stored, by another node perhaps; those of the past count for nothing.

        For before the first call, so that a hand-over neither forgets refusals nor what the day has left.
        """
        ...

    def until_refusable(self, kept: int) -> float:
        """Return the seconds until one more new sales order may be refused and ``kept`` after it; costs no call.

        Past that the adapter sends none for a while, so as not to be blocked.
        """
        ...

    def time_at(self, here: datetime) -> datetime | None:
        """Return what the ERP's clock showed at the least when ours showed ``here`` (UTC), as its answers tell.

        None before the first answer; costs no call.
        """
        ...

    async def divisions(self) -> tuple[Division, ...]:
        """List the companies that the grant reaches."""
        ...

    async def warehouses(self) -> tuple[Warehouse, ...]: ...

    async def vat_codes(self) -> tuple[VatCode, ...]: ...

    async def shipping_methods(self) -> tuple[ShippingMethod, ...]: ...

    async def customers_since(self, cursor: str | None) -> Page[Customer]: ...

    async def accounts_with(self, vat_number: str | None, chamber_of_commerce: str | None) -> tuple[Customer, ...]:
        """Return the accounts with one of these numbers (in one way of writing), whatever their status. Repeatable."""
        ...

    async def create_account(self, account: AccountDraft) -> str:
        """Make a customer account and return its id.

        NOT repeatable: after ``Unavailable(unknown=True)`` ask ``accounts_with`` its numbers before trying again.
        """
        ...

    async def find_address(self, account_id: str, address: AddressDraft) -> str | None:
        """Return the id of the account's delivery address with exactly this content. Repeatable."""
        ...

    async def create_address(self, account_id: str, address: AddressDraft) -> str:
        """Add a delivery address to an account, not as its main one, and return its id.

        NOT repeatable: after ``Unavailable(unknown=True)`` ask ``find_address`` before trying again.
        """
        ...

    async def items_since(self, cursor: str | None) -> Page[ErpItem]: ...

    async def stock_since(self, cursor: str | None) -> Page[StockRow]:
        """Return FreeStock rows changed since the cursor, at most 1,000 a call. Repeatable.

        A page follows on its cursor where it surely holds all that changed; else ``generation`` tells whether it does.
        """
        ...

    async def deleted_since(self, cursor: str | None) -> Page[DeletedRow]:
        """Return what was deleted since the cursor (Exact remembers two months). Repeatable.

        Raises Rejected where the connected user has no right to read deletions.
        """
        ...

    async def generation(self) -> str:
        """Return a mark that changes when row versions begin anew, so that every cursor is void. Repeatable."""
        ...

    async def find_sales_orders(self, your_refs: Collection[str]) -> Mapping[str, SalesOrder]:
        """Look sales orders up by their references, in as few calls as may be; those not found are absent. Repeatable.

        The answer to an unknown outcome. Of several with one reference it is the first.
        """
        ...

    async def create_sales_order(self, draft: SalesOrderDraft) -> str:
        """Post a sales order and return its id.

        NOT repeatable: after ``Unavailable(unknown=True)`` call ``find_sales_orders`` before trying again.
        """
        ...

    async def sales_order(self, order_id: str) -> SalesOrder:
        """Read a sales order back with its lines. Repeatable."""
        ...

    async def sales_orders(self, order_ids: Sequence[str]) -> Mapping[str, SalesOrder]:
        """Read several sales orders back by id, in as few calls as may be; those not found are absent. Repeatable."""
        ...

    async def change_sales_order_lines(self, order_id: str, changes: SalesOrderChanges) -> None:
        """Change lines and charges of a sales order. Raises Rejected where goods left, or the order is closed.

        What is changed or removed is absolute and repeatable; added lines are NOT: after an unknown outcome read the
        order first.
        """
        ...

    async def delete_sales_order(self, order_id: str) -> None:
        """Delete a sales order of which nothing left nor was invoiced. Repeatable: one that is gone counts as done."""
        ...

    async def complete_sales_order(self, order_id: str) -> None:
        """Close what is still to be delivered of a sales order, for good. Repeatable. Raises Rejected."""
        ...

    async def deliveries_since(self, cursor: str | None) -> Page[Delivery]:
        """Return deliveries (whole, with lines) that changed since the cursor. Repeatable."""
        ...

    async def delivery(self, entry_id: str) -> Delivery | None: ...

    async def deliveries_of(self, sales_order_line_ids: Sequence[str]) -> tuple[Delivery, ...]:
        """Return the deliveries (whole) that hold one of these sales order lines. Repeatable."""
        ...

    async def deliver(
        self, lines: Mapping[str, Decimal], *, delivered_at: datetime, tracking: str | None, description: str
    ) -> str:
        """Make a goods delivery of sales order lines (id to quantity) and return its entry id.

        NOT repeatable: ``description`` carries our reference, ``find_delivery`` answers an unknown outcome.
        """
        ...

    async def find_delivery(self, description: str, sales_order_line_ids: Sequence[str]) -> str | None:
        """Return the entry id of the delivery with this description that holds one of these lines."""
        ...

    async def subscriptions(self) -> tuple[HookSubscription, ...]: ...

    async def subscribe(self, topic: str, callback: str) -> HookSubscription:
        """Create a webhook subscription; one that exists already counts as success."""
        ...

    async def unsubscribe(self, external_id: str) -> None: ...
