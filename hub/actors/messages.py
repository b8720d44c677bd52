"""Every message the hub understands.

Messages are references, never business data: a handler reads the newest state when its turn comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.actors.runtime.message import message


def repeating(name: str, tick: bool) -> str:
    """Return the fold key of a chore: asking for it once never replaces its next regular tick."""
    return name if tick else f"{name}:once"


# To a ChannelActor ------------------------------------------------------------------------------


@message("channel.order.sweep", lane="order")
@dataclass(frozen=True, slots=True)
class SweepOrders:
    """Look for orders changed since the cursor; ``tick`` posts the next sweep when done."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("sweep", self.tick)


@message("channel.order.fetch", lane="order")
@dataclass(frozen=True, slots=True)
class FetchOrder:
    """Fetch one order and apply it if it is newer than what is stored; ``swept`` where no hint told of it."""

    external_id: str
    swept: bool = False

    def fold(self) -> str | None:
        return f"order:{self.external_id}"


@message("channel.order.cancellation", lane="order")
@dataclass(frozen=True, slots=True)
class TellCancellation:
    """Tell the channel of one cancellation, once."""

    cancellation_id: str

    def fold(self) -> str | None:
        return f"cancellation:{self.cancellation_id}"


@message("channel.order.cancellations", lane="order")
@dataclass(frozen=True, slots=True)
class FollowCancellations:
    """Ask how the channel's asynchronous cancellations ended."""

    def fold(self) -> str | None:
        return "cancellations"


@message("channel.hints.pull", lane="hints")
@dataclass(frozen=True, slots=True)
class PullHints:
    """Look into the queue that the channel's events go to; it posts its own next tick."""

    def fold(self) -> str | None:
        return "pull"


@message("channel.stock.publish", lane="stock")
@dataclass(frozen=True, slots=True)
class PublishStock:
    """Publish a listing's quantity as it is when the turn comes; ``force`` sends an unchanged one too.

    ``event_at`` is the ERP's own time of the change, ``accepted_at`` when the hub first heard of it (UTC).
    ``unannounced`` says that a webhook should have told of the change, and had not when a sweep found it.
    """

    listing_id: str
    cause: str
    event_at: datetime | None = None
    accepted_at: datetime | None = None
    force: bool = False
    unannounced: bool = False

    def fold(self) -> str | None:
        return f"listing:{self.listing_id}"


@message("channel.stock.follow", lane="stock")
@dataclass(frozen=True, slots=True)
class FollowStock:
    """Ask how the channel's asynchronous stock writes ended."""

    def fold(self) -> str | None:
        return "follow"


@message("channel.tracking.confirm", lane="tracking")
@dataclass(frozen=True, slots=True)
class ConfirmParcel:
    """Tell the channel of one parcel, once."""

    parcel_id: str

    def fold(self) -> str | None:
        return f"parcel:{self.parcel_id}"


@message("channel.tracking.follow", lane="tracking")
@dataclass(frozen=True, slots=True)
class FollowParcels:
    """Ask how the channel's asynchronous shipment confirmations ended."""

    def fold(self) -> str | None:
        return "follow"


@message("channel.listings.read", lane="control")
@dataclass(frozen=True, slots=True)
class ReadListings:
    """Read the channel's listings, map them to products, and compare what they show; the patrol lane does so.

    With ``tick`` it is done within spare budget, and the next time is posted; without, at once.
    """

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("listings", self.tick)


@message("channel.hooks.check", lane="control")
@dataclass(frozen=True, slots=True)
class CheckChannelHooks:
    """List the webhook subscriptions and heal them."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("hooks", self.tick)


@message("channel.hooks.keys", lane="control")
@dataclass(frozen=True, slots=True)
class ReadHookKeys:
    """Read the keys that the platform signs its webhooks with."""

    def fold(self) -> str | None:
        return "keys"


# To a PrivacyActor ------------------------------------------------------------------------------


@message("privacy.buyers.erase", lane="control")
@dataclass(frozen=True, slots=True)
class EraseBuyers:
    """Destroy the keys of a channel's buyers whose time is over; ``tick`` posts the next look when done."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("erase", self.tick)


# To an ErpActor ---------------------------------------------------------------------------------


@message("erp.order.forward", lane="order")
@dataclass(frozen=True, slots=True)
class ForwardOrder:
    """Bring one channel order into Exact, exactly once."""

    order_id: str

    def fold(self) -> str | None:
        return f"order:{self.order_id}"


@message("erp.order.evidence", lane="order")
@dataclass(frozen=True, slots=True)
class SeekEvidence:
    """Ask the VAT register again about the buyer of an order that waits for its answer."""

    order_id: str

    def fold(self) -> str | None:
        return f"evidence:{self.order_id}"


@message("erp.order.cancellation", lane="order")
@dataclass(frozen=True, slots=True)
class ApplyCancellation:
    """Let Exact follow a cancellation: the sales order deleted, lowered, or its rest completed."""

    cancellation_id: str

    def fold(self) -> str | None:
        return f"cancellation:{self.cancellation_id}"


@message("erp.order.edit", lane="order")
@dataclass(frozen=True, slots=True)
class ApplyEdit:
    """Let Exact follow the edit of an order, as a person decided."""

    order_id: str

    def fold(self) -> str | None:
        return f"edit:{self.order_id}"


@message("erp.stock.changed", lane="stock")
@dataclass(frozen=True, slots=True)
class ItemChanged:
    """An item's stock may have changed; many of these are answered with one read.

    ``event_at`` is Exact's time of the event, ``accepted_at`` when the hub accepted the webhook (UTC).
    """

    item_id: str
    event_at: datetime | None = None
    accepted_at: datetime | None = None

    def fold(self) -> str | None:
        return f"item:{self.item_id}"


@message("erp.stock.sweep", lane="stock")
@dataclass(frozen=True, slots=True)
class SweepStock:
    """Read FreeStock changed since the cursor, whether or not a webhook said so."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("sweep", self.tick)


@message("erp.stock.anew", lane="stock")
@dataclass(frozen=True, slots=True)
class ReadStockAnew:
    """Read all FreeStock again if the last reads met items that were unknown then.

    ``moved`` reads it again in any case, trusting no stored timestamp: the division's row versions began anew.
    """

    moved: bool = False

    def fold(self) -> str | None:
        return "moved" if self.moved else "anew"


@message("erp.tracking.delivery", lane="tracking")
@dataclass(frozen=True, slots=True)
class DeliveryChanged:
    """A goods delivery was made or changed in Exact."""

    entry_id: str

    def fold(self) -> str | None:
        return f"delivery:{self.entry_id}"


@message("erp.tracking.sweep", lane="tracking")
@dataclass(frozen=True, slots=True)
class SweepDeliveries:
    """Read deliveries changed since the cursor; ``moved`` drops the cursor, for row versions began anew."""

    tick: bool = True
    moved: bool = False

    def fold(self) -> str | None:
        return "moved" if self.moved else repeating("sweep", self.tick)


@message("erp.tracking.of_order", lane="tracking")
@dataclass(frozen=True, slots=True)
class ReadDeliveriesOf:
    """Read the deliveries of one order, some of which may have left before its lines in Exact were known."""

    order_id: str

    def fold(self) -> str | None:
        return f"of:{self.order_id}"


@message("erp.tracking.deliver", lane="tracking")
@dataclass(frozen=True, slots=True)
class MakeDelivery:
    """Make the goods delivery in Exact for a parcel that was entered in the hub."""

    parcel_id: str

    def fold(self) -> str | None:
        return f"deliver:{self.parcel_id}"


@message("erp.catalogue.read", lane="control")
@dataclass(frozen=True, slots=True)
class ReadCatalogue:
    """Read warehouses, VAT codes, shipping methods, customers and items of the division."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("catalogue", self.tick)


@message("erp.hooks.check", lane="control")
@dataclass(frozen=True, slots=True)
class CheckErpHooks:
    """List the webhook subscriptions in Exact and heal them."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("hooks", self.tick)
