"""What follows a sale: invoices and credit notes in Exact, refunds of the channel, goods that come back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.goods_return import ReturnAnswer
from hub.domain.invoicing import DocumentKind
from hub.domain.life.goods_return import ReturnCause, ReturnState
from hub.domain.life.invoice import InvoiceState
from hub.domain.life.refund import RefundCause, RefundState
from hub.domain.order import ChargeKind
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.money import Money
from hub.graphql.types.node import Stored
from hub.store import tables
from hub.store.views.books import OrderBooks

if TYPE_CHECKING:
    from hub.graphql.types.order import Order

LazyOrder = Annotated["Order", strawberry.lazy("hub.graphql.types.order")]


@strawberry.type(description="An invoice or credit note in Exact, as far as it belongs to one order.")
class SalesDocument:
    invoice_id: str = strawberry.field(description="Exact's id.")
    kind: DocumentKind
    number: int | None = strawberry.field(description="Null until Exact gives one.")
    total: Money = strawberry.field(description="VAT included, positive.")
    by_hub: bool = strawberry.field(description="Whether the hub had it made.")
    noted_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            invoice_id=row.invoice_id,
            kind=DocumentKind(row.kind),
            number=row.number,
            total=Money(amount=row.total, currency=row.currency),
            by_hub=row.by_hub,
            noted_at=row.noted_at,
        )


@strawberry.type(description="How far the asking for an order's invoice has come.")
class OrderInvoicing:
    status: InvoiceState
    problem: str | None
    difference: Money | None = strawberry.field(description="What the invoices are more than was forwarded.")
    changed_at: datetime

    @classmethod
    def of(cls, row: Row[Any], currency: str) -> Self:
        return cls(
            status=InvoiceState(row.status),
            problem=row.problem,
            difference=None if row.difference is None else Money(amount=row.difference, currency=currency),
            changed_at=row.changed_at,
        )


@strawberry.type(description="What was sold, and what stands in Exact of it; amounts with VAT, none negative.")
class Books:
    sold: Money
    refunded: Money = strawberry.field(description="What went back, without refunds that were dismissed.")
    invoiced: Money
    credited: Money
    difference: Money = strawberry.field(
        description="What invoices less credit notes come to more than what was sold less what went back."
    )

    @classmethod
    def of(cls, found: OrderBooks) -> Self:
        names = ("sold", "refunded", "invoiced", "credited", "difference")
        return cls(**{name: Money(amount=getattr(found, name), currency=found.currency) for name in names})


@strawberry.type(description="What a refund gave back: for offers of a line, or beside the lines.")
class RefundedPart:
    line_id: str | None = strawberry.field(description="The channel's id of the order line.")
    charge: ChargeKind | None = strawberry.field(description="What it was for where it was for no line.")
    quantity: int = strawberry.field(description="Offers; 0 for money alone.")
    gross: Money
    covered: Money | None = strawberry.field(description="What of it a return in Exact credits.")
    restock: bool

    @classmethod
    def of(cls, row: Row[Any], currency: str) -> Self:
        return cls(
            line_id=row.line_id,
            charge=None if row.charge is None else ChargeKind(row.charge),
            quantity=row.quantity,
            gross=Money(amount=row.gross, currency=currency),
            covered=None if row.covered is None else Money(amount=row.covered, currency=currency),
            restock=row.restock,
        )


@strawberry.type(description="Money that the channel gave back; becomes one credit note in Exact.")
class Refund(Stored):
    key = tables.refund.c.refund_id
    refund_id: relay.NodeID[str]
    external_id: str = strawberry.field(description="The channel's own id.")
    made_at: datetime
    total: Money
    status: RefundState
    cause: RefundCause | None
    problem: str | None
    your_ref: str | None = strawberry.field(description="The reference that its credit note carries.")
    invoice_number: int | None = strawberry.field(description="The credit note's number in Exact.")
    credited: Money | None
    order_id: strawberry.Private[str]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            refund_id=row.refund_id,
            external_id=row.external_id,
            made_at=row.made_at,
            total=Money(amount=row.total, currency=row.currency),
            status=RefundState(row.status),
            cause=None if row.cause is None else RefundCause(row.cause),
            problem=row.problem,
            your_ref=row.your_ref,
            invoice_number=row.invoice_number,
            credited=None if row.credited is None else Money(amount=row.credited, currency=row.currency),
            order_id=row.order_id,
        )

    @shown("The order it belongs to.")
    async def order(self, info: Info) -> LazyOrder | None:
        from hub.graphql.types.order import Order

        return await Order.find(info, self.order_id)

    @shown("What it gave back.")
    async def parts(self, info: Info) -> list[RefundedPart]:
        line = tables.refund_line.c
        rows = await info.context.load.many(line.refund_id, self.refund_id, line.place)
        return [RefundedPart.of(row, self.total.currency) for row in rows]


@strawberry.type(description="Offers of one article that come back.")
class ReturnedLine:
    place: int = strawberry.field(description="Its number within the return, which inspections name.")
    line_id: str | None = strawberry.field(description="The channel's id of the order line; null where it is unclear.")
    ean: str | None
    reason: str
    quantity: int
    good: int | None = strawberry.field(description="Null before the inspection.")
    written_off: int | None
    answer: ReturnAnswer | None = strawberry.field(description="What the channel is told.")
    answer_status: str | None = strawberry.field(description="todo, began, sent, accepted or refused.")
    answer_problem: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            place=row.place,
            line_id=row.line_id,
            ean=row.ean,
            reason=row.reason,
            quantity=row.quantity,
            good=row.good,
            written_off=row.written_off,
            answer=None if row.answer is None else ReturnAnswer(row.answer),
            answer_status=row.answer_status,
            answer_problem=row.answer_problem,
        )


@strawberry.type(description="Goods that come back; stock rises in Exact alone, once their return is processed there.")
class GoodsReturn(Stored):
    key = tables.goods_return.c.return_id
    return_id: relay.NodeID[str]
    external_id: str = strawberry.field(description="The channel's own id.")
    by_hand: bool
    registered_at: datetime
    status: ReturnState
    cause: ReturnCause | None
    problem: str | None
    return_number: int | None = strawberry.field(description="The planned return's number in Exact.")
    order_id: strawberry.Private[str]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            return_id=row.return_id,
            external_id=row.external_id,
            by_hand=row.by_hand,
            registered_at=row.registered_at,
            status=ReturnState(row.status),
            cause=None if row.cause is None else ReturnCause(row.cause),
            problem=row.problem,
            return_number=row.return_number,
            order_id=row.order_id,
        )

    @shown("The order it belongs to.")
    async def order(self, info: Info) -> LazyOrder | None:
        from hub.graphql.types.order import Order

        return await Order.find(info, self.order_id)

    @shown("What comes back.")
    async def lines(self, info: Info) -> list[ReturnedLine]:
        line = tables.goods_return_line.c
        rows = await info.context.load.many(line.return_id, self.return_id, line.place)
        return [ReturnedLine.of(row) for row in rows]
