"""The closed sets of the API; their members are named as in the domain."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from hub.domain.cancelling import OnCancel
from hub.domain.channel import ChannelStatus, FulfilmentMode
from hub.domain.delivery import CancelReason, ParcelStatus
from hub.domain.life.cancellation import AskedBy, CancellationState
from hub.domain.order import ChargeKind, FulfilledBy, HoldCause, OrderStatus, PaymentState
from hub.domain.platform import Platform
from hub.domain.stock import RuleMode
from hub.domain.tax import Goods, Regime, UnknownPolicy, VatStatus
from hub.domain.tenant import Role
from hub.store.connections import ConnectionStatus

DESCRIBED: dict[type[StrEnum], str] = {
    Platform: "Where a channel sells.",
    ChannelStatus: "Whether a channel's actor works.",
    FulfilmentMode: "Who makes the parcels: entered in the hub, delivered from Exact, or nobody tells the channel.",
    OrderStatus: "What the hub made of an order.",
    HoldCause: "Why an order waits for a person; each names the thing to repair.",
    PaymentState: "How far the buyer's payment has come, as the channel tells.",
    AskedBy: "Who wants a cancellation: the seller, the buyer who asks the seller, or the channel outright.",
    CancellationState: "How far a cancellation has come.",
    CancelReason: "Why the seller does not deliver.",
    OnCancel: "What a cancellation on the channel does to an order that stands in Exact: ask a person, or apply it.",
    FulfilledBy: "Who ships: the seller from own stock, or the platform from its warehouse.",
    ChargeKind: "What an amount beside the lines is for.",
    ParcelStatus: "How far a parcel's confirmation on the channel has come.",
    RuleMode: "How a listing's quantity follows from FreeStock.",
    Regime: "How VAT treats a sale; the last two are not decided yet.",
    Goods: "What is sold, as far as VAT rates differ by it.",
    UnknownPolicy: "What to do while the VAT register cannot say: wait, charge as to a private buyer, or trust.",
    VatStatus: "What the VAT register said of a number.",
    Role: "VIEWER reads; OPERATOR also retries, maps, ships, pauses; ADMIN also connects and configures.",
}

strawberry.enum(ConnectionStatus, name="ErpConnectionStatus", description="Whether Exact accepts the grant.")

for _closed, _meaning in DESCRIBED.items():
    strawberry.enum(_closed, description=_meaning)


@strawberry.enum(description="How far a listing's quantity has come.")
class ListingStatus(StrEnum):
    UNMAPPED = "unmapped"
    MAPPED = "mapped"
    PENDING = "pending"
    PUBLISHED = "published"
    REFUSED = "refused"
    PLATFORM = "platform"
