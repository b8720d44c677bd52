"""The closed sets of the API; their members are named as in the domain."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from hub.domain.addressing import CheckState, Doubt, Kind
from hub.domain.amounts.booked import EntryKind
from hub.domain.amounts.differences import AmountOf
from hub.domain.amounts.policy import MoneySide, Rounding
from hub.domain.cancelling import OnCancel
from hub.domain.channel import ChannelStatus, FulfilmentMode
from hub.domain.customers import MatchedBy
from hub.domain.delivery import CancelReason, ParcelStatus
from hub.domain.drift import DriftCause, DriftState, Healing
from hub.domain.goods_return import ReturnAnswer
from hub.domain.invoicing import BookingPolicy, DocumentKind, InvoicedQuantity, InvoicePolicy
from hub.domain.kit import KitBooking
from hub.domain.life.cancellation import AskedBy, CancellationState
from hub.domain.life.goods_return import ReturnCause, ReturnState
from hub.domain.life.invoice import InvoiceState
from hub.domain.life.refund import RefundCause, RefundState
from hub.domain.matching import MappedBy, MatchProblem
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
    PaymentState: "How far the buyer's payment has come, as the channel tells.",
    AskedBy: "Who wants a cancellation: the seller, the buyer who asks the seller, or the channel outright.",
    CancellationState: "How far a cancellation has come.",
    CancelReason: "Why the seller does not deliver.",
    OnCancel: "What a cancellation on the channel does to an order that stands in Exact: ask a person, or apply it.",
    FulfilledBy: "Who ships: the seller from own stock, or the platform from its warehouse.",
    ChargeKind: "What an amount beside the lines is for.",
    PaymentKind: "What paid a part of an order's total: money that the seller took earlier.",
    EntryKind: "What an entry of a certificate is.",
    AmountOf: "Of what amount: one with VAT, the VAT in it, or the order's total.",
    DriftCause: "Why a channel shows another number than Exact says.",
    DriftState: "How far a difference has come; HEALED ones stay listed until the listing drifts again.",
    Healing: "What the hub does about drift by itself: tell only, heal chosen causes, or all that it can heal.",
    Rounding: "What becomes of at most a cent per line that no line can hold: the order waits, or it is booked.",
    MoneySide: "Whose currency is meant where a channel tells amounts in two.",
    ParcelStatus: "How far a parcel's confirmation on the channel has come.",
    KitBooking: "How a kit stands on a sales order: as the item that it is in Exact, or as its parts, a line each.",
    MatchProblem: "Why a listing has no product: nothing fits, or several products do.",
    MappedBy: "What led to a product: a person, the SKU, the channel's rules, the EAN.",
    MatchedBy: "How the account of an order was found.",
    CheckState: "Whether an address is fit for a label; AS_GIVEN where lines of its country are not taken apart.",
    Kind: "What an address is: a street, a post office box, or a pickup point.",
    Doubt: "Why a person should look at an address before a label is made.",
    InvoicePolicy: "When the hub has an order invoiced in Exact.",
    InvoicedQuantity: "What an invoice counts: what was delivered, or what was ordered.",
    BookingPolicy: "Whether a person books, or the hub by itself.",
    DocumentKind: "What stands in Exact.",
    InvoiceState: "How far an order's invoice has come.",
    RefundState: "How far a refund's credit note has come.",
    RefundCause: "Why a refund waits for a person.",
    ReturnState: "How far goods that come back have come.",
    ReturnCause: "Why a return waits for a person.",
    ReturnAnswer: "What the seller does with returned goods, as a marketplace wants to hear it.",
    RuleMode: "How a listing's quantity follows from FreeStock.",
    Regime: "How VAT treats a sale; the last two are not decided yet.",
    Goods: "What is sold, as far as VAT rates differ by it.",
    UnknownPolicy: "What to do while the VAT register cannot say: wait, charge as to a private buyer, or trust.",
    VatStatus: "What the VAT register said of a number.",
    Role: "VIEWER reads; OPERATOR also retries, maps, ships, pauses; ADMIN also connects and configures.",
}

strawberry.enum(ConnectionStatus, name="ErpConnectionStatus", description="Whether Exact accepts the grant.")

NAMES: dict[type[StrEnum], str] = {CheckState: "AddressState", Doubt: "AddressDoubt", Kind: "AddressKind"}

for _closed, _meaning in DESCRIBED.items():
    strawberry.enum(_closed, name=NAMES.get(_closed), description=_meaning)


@strawberry.enum(description="How far a listing's quantity has come.")
class ListingStatus(StrEnum):
    UNMAPPED = "unmapped"
    MAPPED = "mapped"
    PENDING = "pending"
    PUBLISHED = "published"
    REFUSED = "refused"
    PLATFORM = "platform"
