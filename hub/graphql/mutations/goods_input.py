"""Settings of a channel that say how its listings stand for products, as given."""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import relay

from hub.domain.kit import KitBooking, KitSettings, Part
from hub.domain.matching import MatchingRules
from hub.domain.zero_guard import ZeroGuard
from hub.graphql.arguments import key_of


@strawberry.input(description="How SKUs differ from item codes in Exact; the SKU as it is always goes first.")
class MatchingRulesInput:
    prefixes: list[str] = strawberry.field(default_factory=list, description="Taken off the SKU, the first that fits.")
    suffixes: list[str] = strawberry.field(default_factory=list, description="Taken off the SKU, the first that fits.")
    multipack: str | None = strawberry.field(
        default=None, description="A suffix in which {units} stands for the units of an offer, such as -{units}PK."
    )
    by_ean: bool = strawberry.field(default=True, description="Whether an EAN that one product has may decide.")

    def read(self) -> MatchingRules:
        """Return the rules."""
        return MatchingRules(tuple(self.prefixes), tuple(self.suffixes), self.multipack, self.by_ean)


@strawberry.input(description="How kits stand on sales orders.")
class KitSettingsInput:
    booking: KitBooking = KitBooking.PARTS

    def read(self) -> KitSettings:
        """Return the settings."""
        return KitSettings(self.booking)


@strawberry.input(description="When a mass zero waits for a person, and for how long at most.")
class ZeroGuardInput:
    percent: int = strawberry.field(default=50, description="Of the listings that show stock; 100 holds nothing.")
    listings: int = strawberry.field(default=5, description="Fewer than these never wait.")
    minutes: int = strawberry.field(default=10, description="Then they go out.")

    def read(self) -> ZeroGuard:
        """Return the guard."""
        return ZeroGuard(self.percent, self.listings, self.minutes)


@strawberry.input(description="A product within an offer.")
class PartInput:
    product_id: relay.GlobalID
    units: Decimal = strawberry.field(
        default=Decimal(1), description="Stock units in one offer; a fraction only where the item allows it."
    )
    weight: Decimal | None = strawberry.field(
        default=None, description="What a unit is worth beside the others', for sharing the price out."
    )

    def read(self, place: int) -> Part:
        """Return the part."""
        return Part(key_of("Product", self.product_id, f"parts.{place}.productId"), self.units, self.weight)
