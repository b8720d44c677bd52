"""Cancellations: who asked, of what, how far it has come, and what a person can decide."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.delivery import CancelReason
from hub.domain.life.cancellation import CANCELLATION, AskedBy, CancellationEvent, CancellationState
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed
from hub.graphql.types.node import Stored
from hub.store import tables
from hub.store.cancellations import units_from_json

if TYPE_CHECKING:
    from hub.graphql.types.order import Order

LazyOrder = Annotated["Order", strawberry.lazy("hub.graphql.types.order")]


_C = tables.cancellation.c
LISTED: Listed = {
    "id": _C.cancellation_id,
    "reference": _C.reference,
    "askedBy": _C.asked_by,
    "reason": _C.reason,
    "whole": _C.whole,
    "state": _C.state,
    "askedAt": _C.asked_at,
    "until": _C.until,
    "problem": _C.problem,
}


@strawberry.type(description="Offers of one line that are to be off.")
class CancelledUnits:
    line_id: relay.GlobalID = strawberry.field(description="The id of an OrderLine of the order.")
    quantity: int
    reaches: int = strawberry.field(description="How many of the line are off once these are.")


@strawberry.type(description="Units of an order that the seller, the buyer or the channel no longer wants delivered.")
class Cancellation(Stored):
    key = tables.cancellation.c.cancellation_id
    listed = LISTED
    cancellation_id: relay.NodeID[str]
    reference: str = strawberry.field(description="The reference that it carries on the channel.")
    asked_by: AskedBy
    reason: CancelReason
    whole: bool = strawberry.field(description="Nothing of the order is wanted any more.")
    state: CancellationState
    units: list[CancelledUnits]
    asked_at: datetime
    until: datetime | None = strawberry.field(description="The platform's deadline for an answer.")
    problem: str | None = strawberry.field(description="Why Exact or the channel refused it.")
    order_id: strawberry.Private[str]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            cancellation_id=row.cancellation_id,
            reference=row.reference,
            asked_by=AskedBy(row.asked_by),
            reason=CancelReason(row.reason),
            whole=row.whole,
            state=CancellationState(row.state),
            units=[
                CancelledUnits(
                    line_id=relay.GlobalID("OrderLine", f"{row.order_id}:{unit.line_id}"),
                    quantity=unit.quantity,
                    reaches=unit.reaches,
                )
                for unit in units_from_json(row.units)
            ],
            asked_at=row.asked_at,
            until=row.until,
            problem=row.problem,
            order_id=row.order_id,
        )

    @shown("Whether a person may accept it now: `cancellationAccept`.")
    def can_accept(self) -> bool:
        return CANCELLATION.allows(self.state, CancellationEvent.ACCEPT)

    @shown("Whether a person may decline it now: `cancellationDecline`.")
    def can_decline(self) -> bool:
        return CANCELLATION.allows(self.state, CancellationEvent.DECLINE)

    @shown("Whether a person may try it again now: `cancellationRetry`.")
    def can_retry(self) -> bool:
        return CANCELLATION.allows(self.state, CancellationEvent.RETRY)

    @shown("The order.")
    async def order(self, info: Info) -> LazyOrder | None:
        from hub.graphql.types.order import Order

        return await Order.find(info, self.order_id)
