"""Drift: where a channel shows another number than Exact says, why, since when, and what it puts at risk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain import drift as domain
from hub.domain.drift import HEALABLE, DriftCause, DriftState, Healing
from hub.graphql.arguments import id_of
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed, Where
from hub.graphql.types.listing import Listing
from hub.graphql.types.money import Money
from hub.graphql.types.node import Stored
from hub.store import tables
from hub.store.views import drift as views

if TYPE_CHECKING:
    from hub.graphql.types.channel import Channel

LazyChannel = Annotated["Channel", strawberry.lazy("hub.graphql.types.channel")]


_C = tables.stock_difference.c
LISTED: Listed = {
    "id": _C.listing_id,
    "cause": _C.cause,
    "settled": _C.settled,
    "state": _C.state,
    "says": _C.says,
    "believed": _C.believed,
    "shown": _C.shown,
    "units": _C.units,
    "atRisk": Where(_C.amount, {"amount": _C.amount, "currency": _C.currency}),
    "since": _C.since,
    "foundAt": _C.found_at,
    "lookedAt": _C.looked_at,
    "healedAt": _C.healed_at,
    "tries": _C.tries,
}


@strawberry.type(description="What the hub does about drift of a channel by itself; hands-off listings are left alone.")
class DriftPolicy:
    healing: Healing
    causes: list[DriftCause] = strawberry.field(description="What is healed where healing is CHOSEN.")

    @classmethod
    def of(cls, one: domain.DriftPolicy) -> Self:
        return cls(healing=one.healing, causes=list(one.causes))


@strawberry.type(description="A listing that shows, or last showed, another number than Exact says; in offers.")
class StockDifference(Stored):
    key = tables.stock_difference.c.listing_id
    listed = LISTED
    listing_id: relay.NodeID[str]
    cause: DriftCause
    settled: bool = strawberry.field(description="Whether the cause will stay; else orders are still looked for.")
    state: DriftState
    says: int | None = strawberry.field(description="What Exact says, by the listing's rule; null: nothing.")
    believed: int | None = strawberry.field(description="What the hub believed that the channel shows.")
    showed: int | None = strawberry.field(
        name="shown", description="What the channel showed; null where the listing is gone."
    )
    units: int = strawberry.field(description="Above zero they could be oversold, below zero they cannot be sold.")
    at_risk: Money | None = strawberry.field(description="What the units are worth; null where no price is known.")
    since: datetime = strawberry.field(description="When it began, as far as that is known.")
    found_at: datetime
    looked_at: datetime
    healed_at: datetime | None
    tries: int = strawberry.field(description="How often what is right was asked for.")
    channel_id: strawberry.Private[str]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            listing_id=row.listing_id,
            cause=DriftCause(row.cause),
            settled=row.settled,
            state=DriftState(row.state),
            says=row.says,
            believed=row.believed,
            showed=row.shown,
            units=row.units,
            at_risk=None if row.amount is None else Money(amount=row.amount, currency=row.currency),
            since=row.since,
            found_at=row.found_at,
            looked_at=row.looked_at,
            healed_at=row.healed_at,
            tries=row.tries,
            channel_id=row.channel_id,
        )

    @shown("The listing.")
    async def listing(self, info: Info) -> Listing | None:
        return await Listing.find(info, self.listing_id)

    @shown("The channel that shows it.")
    async def channel(self, info: Info) -> LazyChannel | None:
        from hub.graphql.types.channel import Channel

        return await Channel.find(info, self.channel_id)

    @shown("Whether the hub could heal it now: `stockDifferenceHeal`.")
    def can_heal(self) -> bool:
        return self.state is not DriftState.HEALED and self.cause in HEALABLE


@strawberry.type(description="What differences of one cause put at risk, in one currency.")
class MoneyAtRisk:
    cause: DriftCause
    currency: str | None = strawberry.field(description="Null sums units whose price the channel does not tell.")
    differences: int
    oversellable_units: int
    unsellable_units: int
    oversellable: Money | None
    unsellable: Money | None

    @classmethod
    def of(cls, one: views.AtRisk) -> Self:
        amounts = {"oversellable": one.oversellable, "unsellable": one.unsellable}
        money = {
            name: None if one.currency is None else Money(amount=amount, currency=one.currency)
            for name, amount in amounts.items()
        }
        return cls(
            cause=one.cause,
            currency=one.currency,
            differences=one.differences,
            oversellable_units=one.oversellable_units,
            unsellable_units=one.unsellable_units,
            **money,
        )


@strawberry.input(description="Which differences to see; an absent field takes all.")
class StockDifferencesFilter:
    channel_id: relay.GlobalID | None = None
    causes: list[DriftCause] | None = None
    states: list[DriftState] | None = strawberry.field(
        default=None, description="Without any, those that last: OPEN and HEALING."
    )
    since_before: datetime | None = strawberry.field(default=None, description="Those that began before then.")

    def read(self) -> views.DriftFilter:
        """Return the filter."""
        return views.DriftFilter(
            channel_id=id_of("Channel", self.channel_id, "channelId"),
            causes=tuple(self.causes or ()),
            states=tuple(self.states or views.LASTING),
            since_before=self.since_before,
        )
