"""Forwarding thought through: what orders would become."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry
from strawberry import relay

from hub.actors.rehearsing import Rehearsal
from hub.domain import rehearsal as domain
from hub.domain.order import HoldCause
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.certificate import Certificate
from hub.graphql.types.order import Order

strawberry.enum(
    domain.Difference, name="RehearsalDifference", description="In what way an order would be forwarded otherwise."
)


@strawberry.type(description="What forwarding would make of an order: a sales order, or a hold.")
class RehearsalOutcome:
    held: HoldCause | None = strawberry.field(description="Null where it would be forwarded.")
    message: str | None
    customer_id: str | None
    vat_codes: list[str] = strawberry.field(description="Of lines and charges, in their order.")
    total: Decimal | None

    @classmethod
    def of(cls, one: domain.Outcome) -> Self:
        return cls(
            held=one.cause,
            message=one.message,
            customer_id=one.customer_id,
            vat_codes=list(one.vat_codes),
            total=one.total,
        )


@strawberry.type(description="An order that would be forwarded otherwise.")
class RehearsedOrder:
    order_id: relay.GlobalID
    number: str
    placed_at: datetime
    differences: list[domain.Difference]
    before: RehearsalOutcome = strawberry.field(description="Under the settings as they are.")
    after: RehearsalOutcome = strawberry.field(description="Under the proposed ones.")

    @classmethod
    def of(cls, one: domain.Rehearsed) -> Self:
        return cls(
            order_id=relay.GlobalID("Order", one.order_id),
            number=one.number,
            placed_at=one.placed_at,
            differences=list(one.differences),
            before=RehearsalOutcome.of(one.before),
            after=RehearsalOutcome.of(one.after),
        )


@strawberry.type(description="How many orders differ in one way.")
class RehearsalCount:
    difference: domain.Difference
    orders: int


@strawberry.type(description="What a change of settings would have changed; nothing was sent or written.")
class ChannelRehearsal:
    since: datetime = strawberry.field(description="Orders placed from then on were looked at.")
    checked: int = strawberry.field(description="Orders thought through.")
    unknowable: int = strawberry.field(description="Orders whose buyer was erased, and a VAT number with it.")
    truncated: bool = strawberry.field(description="Whether there are more orders than were looked at.")
    changed: int = strawberry.field(description="Orders that would be forwarded otherwise.")
    counts: list[RehearsalCount] = strawberry.field(description="An order may count in several ways.")
    orders: list[RehearsedOrder] = strawberry.field(description="A page of the changed orders, newest first.")

    @classmethod
    def of(cls, one: Rehearsal, offset: int, first: int) -> Self:
        counts = sorted(one.counts.items())
        return cls(
            since=one.since,
            checked=one.checked,
            unknowable=one.unknowable,
            truncated=one.truncated,
            changed=len(one.changed),
            counts=[RehearsalCount(difference=difference, orders=count) for difference, count in counts],
            orders=[RehearsedOrder.of(each) for each in one.changed[offset : offset + first]],
        )


@strawberry.type(description="What forwarding an order now would send, to the last byte; nothing was sent or written.")
class OrderRehearsal:
    order_key: strawberry.Private[str]
    outcome: RehearsalOutcome
    certificate: Certificate | None = strawberry.field(description="Null where the order would wait.")
    body: str | None = strawberry.field(description="What would be posted to Exact (JSON); it holds no personal data.")

    @shown("The order.")
    async def order(self, info: Info) -> Order | None:
        return await Order.find(info, self.order_key)
