"""What the hub asks of an ERP and of a sales channel, and what an adapter may raise.

Every operation may raise the four outcomes of ``hub.outcome``: ``Throttled`` (wait, not an attempt),
``Unavailable`` (later; ``unknown=True`` when the effect may have happened), ``Rejected`` (this request
never), ``Unauthorized`` (until the credentials change). Anything else is a bug in the adapter.
Wire parsing is strict about what we need and lenient about the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeAlias, TypeVar

from hub.domain.delivery import Cancellation, Delivery, Shipment
from hub.domain.grant import Grant as Grant
from hub.domain.order import ChannelOrder
from hub.domain.product import Customer, Division, ErpItem, ShippingMethod, VatCode, Warehouse
from hub.domain.sales_order import SalesOrder, SalesOrderDraft


class GrantStore(Protocol):
    """Where one grant's token pair is kept; shared by all nodes, so a refresh happens once.

    ``reserve`` returns True for exactly one caller per version until its short lease ends;
    ``release`` ends the lease early, after a try that brought nothing.
    ``save`` stores the new pair durably *before* it is used and returns it with its new version.
    """

    async def load(self) -> Grant | None: ...

    async def reserve(self, version: int) -> bool: ...

    async def release(self, version: int) -> None: ...

    async def save(self, grant: Grant) -> Grant: ...


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


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and where to go on: ``cursor`` is stored after the rows were; ``more`` says read on now."""

    rows: tuple[T, ...]
    cursor: str | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Meter:
    """A budget as the platform's own headers last told it; ``resets_at`` is UTC, None means unknown."""

    name: str
    limit: int | None
    remaining: int | None
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class HookSubscription:
    """A webhook subscription as the platform lists it."""

    topic: str
    external_id: str
    callback: str
    active: bool = True


class Erp(Protocol):
    """One division of an ERP. Budget and lanes are the adapter's: callers name the lane they act for."""

    def meters(self) -> tuple[Meter, ...]:
        """Return the budgets last seen (minute, day); costs no call."""
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

    async def items_since(self, cursor: str | None) -> Page[ErpItem]: ...

    async def stock_since(self, cursor: str | None) -> Page[StockRow]:
        """Return FreeStock rows changed since the cursor, at most 1,000 a call. Repeatable."""
        ...

    async def deleted_since(self, cursor: str | None) -> Page[DeletedRow]:
        """Return what was deleted since the cursor (Exact remembers two months). Repeatable.

        Raises Rejected where the connected user has no right to read deletions.
        """
        ...

    async def generation(self) -> str:
        """Return a mark that changes when row versions begin anew, so that every cursor is void. Repeatable."""
        ...

    async def find_sales_order(self, your_ref: str) -> SalesOrder | None:
        """Look a sales order up by its reference; the answer to an unknown outcome. Repeatable."""
        ...

    async def create_sales_order(self, draft: SalesOrderDraft) -> str:
        """Post a sales order and return its id.

        NOT repeatable: after ``Unavailable(unknown=True)`` call ``find_sales_order`` before trying again.
        """
        ...

    async def sales_order(self, order_id: str) -> SalesOrder:
        """Read a sales order back with its lines. Repeatable."""
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


@dataclass(frozen=True, slots=True)
class OrderRef:
    """An order that changed on the channel at ``changed_at`` (UTC, as the channel tells it)."""

    external_id: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ChannelListing:
    """One product as offered on a channel; ``references`` are the ids an update of it needs."""

    external_id: str
    sku: str | None
    ean: str | None
    title: str
    quantity: int | None
    references: Mapping[str, str] = field(default_factory=dict)
    stocked_by_platform: bool = False


@dataclass(frozen=True, slots=True)
class StockUpdate:
    """An absolute quantity (offers, zero or more) for one listing.

    ``listing.quantity`` is what the hub believes the channel shows, None where it does not know.
    """

    listing: ChannelListing
    quantity: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel has taken the write; ``reference`` names the effect where it has a name."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The channel works on it; ``follow`` tells the end, which is not worth asking for ``look_again`` seconds.

    ``overtake`` says that a newer number need not wait for the end, as the channel takes writes in their order.
    """

    process_id: str
    look_again: float | None = None
    overtake: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will not take this one; the others of the batch are not touched by it."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not sent in this call (limit reached, connection lost midway); send it again later."""

    retry_after: float
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Not written: the channel shows ``found`` (offers), neither what the hub believed nor what it wanted to write.

    Only platforms that compare before they set tell this. Whoever moved the number may be a buyer whose order is
    not known yet, so the caller looks for orders and decides again, believing ``found``.
    """

    found: int


WriteResult: TypeAlias = Accepted | Pending | Refused | Deferred
StockResult: TypeAlias = WriteResult | Conflict


@dataclass(frozen=True, slots=True)
class Hint:
    """What a verified webhook or event said: something of ``topic`` with this key changed. Only a hint, never data.

    ``event_id`` is the platform's own identity of the event, the same when it is delivered again.
    """

    topic: str
    key: str
    event_at: datetime | None = None
    division: int | None = None
    deleted: bool = False
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """Hints out of a queue; ``receipts`` are handed back by the next pull, once the hints are durable here."""

    hints: tuple[Hint, ...] = ()
    receipts: tuple[str, ...] = ()
    more: bool = False


class Channel(Protocol):
    """One shop or marketplace account."""

    stock_batch: int
    """Most stock updates worth handing over in one call."""

    hook_topics: tuple[str, ...]
    """Topics to subscribe to; empty where the platform sends none."""

    queue: str | None
    """The platform's own address of the queue that its events go to; None where it calls our webhook or sends none."""

    def meters(self) -> tuple[Meter, ...]: ...

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List orders created or changed since the cursor, with overlap, oldest first. Repeatable.

        None as cursor starts at the platform's natural horizon. The cursor is the adapter's own text (UTC inside).
        """
        ...

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole; None where the channel no longer knows it. Repeatable."""
        ...

    async def listings(self, cursor: str | None) -> Page[ChannelListing]: ...

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities; one result per update, in order. Repeatable: the same value may be sent twice.

        Updates come ordered by urgency. Raises only when nothing at all was sent.
        """
        ...

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Confirm one parcel. NOT repeatable everywhere: after an unknown outcome ask ``find_shipment`` first."""
        ...

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether the channel knows this shipment already (by its reference or tracking); None if not."""
        ...

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Tell the channel that the seller will not deliver some units, or the whole order.

        NOT repeatable everywhere: after an unknown outcome read the order first, which tells what is off already.
        """
        ...

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how asynchronous writes stand; an id that is absent is unknown to the platform."""
        ...

    async def hook_secret(self) -> str | None:
        """Return what the platform itself gives to verify webhooks with (bol.com: its public keys by id, as JSON).

        None where the secret is ours to choose when subscribing.
        """
        ...

    async def subscriptions(self) -> tuple[HookSubscription, ...]: ...

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription: ...

    async def unsubscribe(self, external_id: str) -> None: ...

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Take these receipts' hints out of the queue for good, and return the next ones; where there is a queue.

        Repeatable: a hint whose receipt was not handed back comes again. Waits for hints only a moment.
        """
        ...


class BadSignature(Exception):
    """The webhook's signature does not match its body."""


class UnknownKey(BadSignature):
    """The webhook was signed with a key that is not among the stored ones; read the keys again."""


class BadPayload(Exception):
    """The webhook's body is not what this platform sends; the message says what is wrong."""


class HookReader(Protocol):
    """Verifies and reads one platform's webhooks over their raw bytes; pure, no I/O."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the hints of a delivery, none for a ping or validation call.

        Headers have lower-case names. Raises BadSignature or BadPayload.
        """
        ...
