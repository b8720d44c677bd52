"""What the hub asks of a sales channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.adapters.port.common import HookSubscription, Meter, Page
from hub.adapters.port.hooks import Pulled
from hub.adapters.port.writes import StockResult, WriteResult
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.goods_return import AnsweredItem, ChannelReturn
from hub.domain.money import Money
from hub.domain.order import ChannelOrder


@dataclass(frozen=True, slots=True)
class OrderRef:
    """An order that changed on the channel at ``changed_at`` (UTC, as the channel tells it)."""

    external_id: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ChannelListing:
    """One product as offered on a channel; ``references`` are the ids an update of it needs.

    ``quantity`` is what buyers can order now (offers), None where the channel does not tell or keeps no stock.
    ``price`` of one offer includes VAT, None where the channel does not tell it in the same answer.
    """

    external_id: str
    sku: str | None
    ean: str | None
    title: str
    quantity: int | None
    references: Mapping[str, str] = field(default_factory=dict)
    stocked_by_platform: bool = False
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class StockUpdate:
    """An absolute quantity (offers, zero or more) for one listing.

    ``listing.quantity`` is what the hub believes the channel shows, None where it does not know.
    """

    listing: ChannelListing
    quantity: int


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

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """Return a page of what is offered, with what it shows now; None as cursor begins. Repeatable.

        Where the platform takes its time to make the answer, one that was ordered ``since`` (UTC) will do, as of about
        then; None has it made anew.
        """
        ...

    def spare(self) -> float:
        """Return the seconds until a page of listings takes nothing from orders, stock and tracking; costs no call."""
        ...

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

    async def changed_returns(self, cursor: str | None) -> Page[ChannelReturn]:
        """List returns that buyers announced, those not answered at least. Repeatable.

        None as cursor begins a sweep, which ends with a page that has no more; empty where the platform tells of none.
        """
        ...

    async def answer_return(self, item: AnsweredItem) -> WriteResult:
        """Tell what becomes of one item of a return; ``Refused`` as ``unsupported`` where the platform takes no answer.

        NOT repeatable everywhere: after an unknown outcome ask ``find_answer`` first.
        """
        ...

    async def find_answer(self, item: AnsweredItem) -> WriteResult | None:
        """Say whether the platform has an answer to this item already; None if not. Repeatable."""
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
