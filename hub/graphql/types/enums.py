"""The closed sets of the API; their members are named as in the domain."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from hub.domain.amounts.booked import EntryKind
from hub.domain.amounts.differences import AmountOf
from hub.domain.amounts.policy import MoneySide, Rounding
from hub.domain.channel import ChannelStatus, FulfilmentMode
from hub.domain.delivery import ParcelStatus
from hub.domain.order import ChargeKind, FulfilledBy, HoldCause, OrderStatus, PaymentKind, PaymentState
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
    PaymentState: "Whether the buyer has paid.",
    FulfilledBy: "Who ships: the seller from own stock, or the platform from its warehouse.",
    ChargeKind: "What an amount beside the lines is for.",
    PaymentKind: "What paid a part of an order's total: money that the seller took earlier.",
    EntryKind: "What an entry of a certificate is.",
    AmountOf: "Of what amount: one with VAT, the VAT in it, or the order's total.",
    Rounding: "What becomes of at most a cent per line that no line can hold: the order waits, or it is booked.",
    MoneySide: "Whose currency is meant where a channel tells amounts in two.",
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
