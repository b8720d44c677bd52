"""How a channel's listings stand for products, as shown."""

from __future__ import annotations

from typing import Self

import strawberry

from hub.domain import kit, matching, zero_guard
from hub.domain.kit import KitBooking


@strawberry.type(description="How SKUs differ from item codes in Exact; the SKU as it is always goes first.")
class MatchingRules:
    prefixes: list[str]
    suffixes: list[str]
    multipack: str | None = strawberry.field(description="A suffix in which {units} stands for the units of an offer.")
    by_ean: bool

    @classmethod
    def of(cls, one: matching.MatchingRules) -> Self:
        return cls(prefixes=list(one.prefixes), suffixes=list(one.suffixes), multipack=one.multipack, by_ean=one.by_ean)


@strawberry.type(description="How kits stand on sales orders.")
class KitSettings:
    booking: KitBooking

    @classmethod
    def of(cls, one: kit.KitSettings) -> Self:
        return cls(booking=one.booking)


@strawberry.type(description="When a mass zero waits for a person, and for how long at most.")
class ZeroGuard:
    percent: int = strawberry.field(description="Of the listings that show stock.")
    listings: int = strawberry.field(description="Fewer than these never wait.")
    minutes: int

    @classmethod
    def of(cls, one: zero_guard.ZeroGuard) -> Self:
        return cls(percent=one.percent, listings=one.listings, minutes=one.minutes)
