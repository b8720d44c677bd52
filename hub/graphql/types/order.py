"""Orders, with their lines, money, claims, parcels, buyer and journey."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay
from strawberry.scalars import JSON

from hub.domain import address as domain
from hub.domain.order import FulfilledBy, HoldCause, OrderStatus, PaymentState
from hub.graphql.connection import After, Before, First, Keyset, Last, connect
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed, Where
from hub.graphql.permissions import NeedsOperator
from hub.graphql.types.aftersales import Books, GoodsReturn, OrderInvoicing, Refund, SalesDocument
from hub.graphql.types.amounts import AmountDifference, OrderPayment
from hub.graphql.types.buyer import Buyer
from hub.graphql.types.cancellation import Cancellation
from hub.graphql.types.certificate import Certificate
from hub.graphql.types.customers import OrderCustomer
from hub.graphql.types.delivery import Parcel
from hub.graphql.types.difference import OrderDifference, difference_of
from hub.graphql.types.event import SyncEvent
from hub.graphql.types.money import Money
from hub.graphql.types.node import Stored
from hub.graphql.types.order_address import AddressCheck, AddressParts
from hub.graphql.types.order_line import Charge, Claim, OrderLine
from hub.store import tables
from hub.store.certificates import certificate_from_json
from hub.store.events import EventFilter
from hub.store.payments import payments_from_json
from hub.store.views.log import NEWEST_EVENT_FIRST, list_events

if TYPE_CHECKING:
    from hub.graphql.types.channel import Channel

LazyChannel = Annotated["Channel", strawberry.lazy("hub.graphql.types.channel")]


_C = tables.orders.c
LISTED: Listed = {
    "id": _C.order_id,
    "externalId": _C.external_id,
    "number": _C.number,
    "yourRef": _C.your_ref,
    "status": _C.status,
    "placedAt": _C.placed_at,
    "changedAt": _C.changed_at,
    "importedAt": _C.imported_at,
    "shipBy": _C.ship_by,
    "total": {"amount": _C.total, "currency": _C.currency},
    "country": _C.country,
    "payment": _C.payment,
    "fulfilledBy": _C.fulfilled_by,
    "rawStatus": _C.raw_status,
    "cancelled": _C.cancelled,
    "salesOrder": Where(
        _C.sales_order_id,
        {
            "division": _C.division,
            "salesOrderId": _C.sales_order_id,
            "number": _C.sales_order_number,
            "forwardedAt": _C.forwarded_at,
        },
    ),
    "derivation": _C.derivation,
    "traceId": _C.trace_id,
}


@strawberry.type(description="Why an order waits, and what differs.")
class Hold:
    cause: HoldCause
    message: str | None
    detail: JSON
    differences: list[AmountDifference] = strawberry.field(
        description="Amount by amount, where the order cannot be made exact."
    )


@strawberry.type(description="The sales order in Exact that an order became.")
class SalesOrder:
    division: int | None
    sales_order_id: str = strawberry.field(description="Exact's id.")
    number: int | None
    forwarded_at: datetime | None


def _charges(self: Order) -> list[Charge]:
    return [Charge.of(charge) for charge in self.row.charges]


def _payments(self: Order) -> list[OrderPayment]:
    return [OrderPayment.of(payment) for payment in payments_from_json(self.row.payments)]


def _hold(self: Order) -> Hold | None:
    row = self.row
    if row.hold_cause is None:
        return None
    detail = dict(row.hold_detail or {})
    differences = AmountDifference.all_of(detail)
    message = detail.pop("message", None)
    return Hold(cause=HoldCause(row.hold_cause), message=message, detail=JSON(detail), differences=differences)


def _sales_order(self: Order) -> SalesOrder | None:
    row = self.row
    if row.sales_order_id is None:
        return None
    return SalesOrder(
        division=row.division,
        sales_order_id=row.sales_order_id,
        number=row.sales_order_number,
        forwarded_at=row.forwarded_at,
    )


def _certificate(self: Order) -> Certificate | None:
    return _certificate_in(self.row)


@strawberry.type(description="What a buyer bought on a channel; forwarded at most once.")
class Order(Stored):
    key = tables.orders.c.order_id
    listed = LISTED
    order_id: relay.NodeID[str]
    external_id: str = strawberry.field(description="The channel's own id.")
    number: str = strawberry.field(description="The number that buyer and channel use.")
    your_ref: str | None = strawberry.field(description="The reference that it carries in Exact.")
    status: OrderStatus
    placed_at: datetime
    changed_at: datetime
    imported_at: datetime
    ship_by: datetime | None = strawberry.field(description="The platform's deadline.")
    total: Money = strawberry.field(description="The channel's own grand total, VAT included.")
    country: str | None
    payment: PaymentState
    fulfilled_by: FulfilledBy
    raw_status: str = strawberry.field(description="The channel's own word for its state.")
    cancelled: bool
    charges: list[Charge] = strawberry.field(resolver=_charges)
    payments: list[OrderPayment] = strawberry.field(
        resolver=_payments, description="Gift cards and the like, which paid a part of it."
    )
    hold: Hold | None = strawberry.field(resolver=_hold, description="Why it waits for a person.")
    sales_order: SalesOrder | None = strawberry.field(resolver=_sales_order)
    certificate: Certificate | None = strawberry.field(
        resolver=_certificate, description="How the sales order followed from the order; null before it was sent."
    )
    derivation: JSON | None = strawberry.field(description="The certificate as it is kept.")
    trace_id: str | None
    channel_id: strawberry.Private[str]
    row: strawberry.Private[Row[Any]]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            order_id=row.order_id,
            external_id=row.external_id,
            number=row.number,
            your_ref=row.your_ref,
            status=OrderStatus(row.status),
            placed_at=row.placed_at,
            changed_at=row.changed_at,
            imported_at=row.imported_at,
            ship_by=row.ship_by,
            total=Money(amount=row.total, currency=row.currency),
            country=row.country,
            payment=PaymentState(row.payment),
            fulfilled_by=FulfilledBy(row.fulfilled_by),
            raw_status=row.raw_status,
            cancelled=row.cancelled,
            derivation=row.derivation,
            trace_id=row.trace_id,
            channel_id=row.channel_id,
            row=row,
        )

    @shown("The channel it was placed on.")
    async def channel(self, info: Info) -> LazyChannel | None:
        from hub.graphql.types.channel import Channel

        return await Channel.find(info, self.channel_id)

    @shown("Its lines, in the channel's order.")
    async def lines(self, info: Info) -> list[OrderLine]:
        line = tables.order_line.c
        return [OrderLine.of(row) for row in await info.context.load.many(line.order_id, self.order_id, line.place)]

    @shown("The claims it made on stock.")
    async def claims(self, info: Info) -> list[Claim]:
        claim = tables.claim.c
        return [Claim.of(row) for row in await info.context.load.many(claim.order_id, self.order_id, claim.line_id)]

    @shown("The parcels that left, oldest first.")
    async def parcels(self, info: Info) -> list[Parcel]:
        parcel = tables.parcel.c
        rows = await info.context.load.many(parcel.order_id, self.order_id, parcel.shipped_at, parcel.parcel_id)
        return [Parcel.of(row) for row in rows]

    @shown("How far the asking for its invoice has come; null where nothing was asked.")
    async def invoicing(self, info: Info) -> OrderInvoicing | None:
        row = await info.context.load.one(tables.invoicing.c.order_id, self.order_id)
        return None if row is None else OrderInvoicing.of(row, self.total.currency)

    @shown("The invoices and credit notes that stand in Exact of it, in the order in which they were noted.")
    async def invoices(self, info: Info) -> list[SalesDocument]:
        document = tables.sales_document.c
        rows = await info.context.load.many(document.order_id, self.order_id, document.noted_at, document.invoice_id)
        return [SalesDocument.of(row) for row in rows]

    @shown("What the channel gave back, in the order in which it did.")
    async def refunds(self, info: Info) -> list[Refund]:
        refund = tables.refund.c
        rows = await info.context.load.many(refund.order_id, self.order_id, refund.made_at, refund.refund_id)
        return [Refund.of(row) for row in rows]

    @shown("The goods of it that come back, oldest first.")
    async def returns(self, info: Info) -> list[GoodsReturn]:
        goods = tables.goods_return.c
        rows = await info.context.load.many(goods.order_id, self.order_id, goods.registered_at, goods.return_id)
        return [GoodsReturn.of(row) for row in rows]

    @shown("What was sold beside what stands in the books.")
    async def books(self, info: Info) -> Books | None:
        found = await info.context.load.books(self.order_id)
        return None if found is None else Books.of(found)

    @shown("What was or is to be cancelled of it, oldest first.")
    async def cancellations(self, info: Info) -> list[Cancellation]:
        one = tables.cancellation.c
        rows = await info.context.load.many(one.order_id, self.order_id, one.asked_at, one.reference)
        return [Cancellation.of(row) for row in rows]

    @shown("What differs between the order now and as it went to Exact; null where nothing does.")
    async def difference(self, info: Info) -> OrderDifference | None:
        line = tables.order_line.c
        return difference_of(self.row, await info.context.load.many(line.order_id, self.order_id, line.place))

    @shown("Certificates that a newer one has replaced, oldest first.")
    async def past_certificates(self, info: Info) -> list[Certificate]:
        past = tables.past_certificate.c
        rows = await info.context.load.many(past.order_id, self.order_id, past.version)
        return [found for row in rows if (found := _certificate_in(row)) is not None]

    @shown(
        "Who bought it; null once the personal data was destroyed. Needs the role OPERATOR.",
        needs=[NeedsOperator],
    )
    async def buyer(self, info: Info) -> Buyer | None:
        found = await self._open_buyer(info)
        return None if found is None else Buyer.of(found)

    async def _open_buyer(self, info: Info) -> domain.Buyer | None:
        row = await info.context.load.one(tables.buyer.c.order_id, self.order_id)
        own = await info.context.load.one(tables.order_key.c.order_id, self.order_id)
        if row is None or (own is not None and own.sealed is None):
            return None
        key = None if own is None else own.sealed
        return info.context.needs.open_buyer(info.context.tenant_id, self.order_id, row.sealed, key)

    @shown("The account that it is booked on, and how it was found; null while none was.")
    async def customer(self, info: Info) -> OrderCustomer | None:
        row = await info.context.load.one(tables.order_customer.c.order_id, self.order_id)
        return None if row is None else OrderCustomer.of(row)

    @shown("Whether its address is fit for a label; null for an order without an address.")
    async def address_check(self, info: Info) -> AddressCheck | None:
        row = await info.context.load.one(tables.order_address.c.order_id, self.order_id)
        return None if row is None else AddressCheck.of(row)

    @shown("How its address is read. Needs the role OPERATOR.", needs=[NeedsOperator])
    async def address_parts(self, info: Info) -> AddressParts | None:
        found = await self._open_buyer(info)
        return None if found is None else AddressParts.of(found)

    @shown("When the key to the buyer's personal data was destroyed; null while it is kept.")
    async def buyer_erased_at(self, info: Info) -> datetime | None:
        own = await info.context.load.one(tables.order_key.c.order_id, self.order_id)
        return None if own is None else own.destroyed_at

    @shown("All that happened to it, newest first.")
    async def journey(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Keyset[SyncEvent]:
        only = EventFilter(subject_type="order", subject_id=self.order_id)
        events = list_events(info.context.tenant_id, only)
        return await connect(info, SyncEvent.of, events, NEWEST_EVENT_FIRST, first, after, last, before)


def _certificate_in(row: Row[Any]) -> Certificate | None:
    found = certificate_from_json(row.derivation)
    return None if found is None else Certificate.of(found)
