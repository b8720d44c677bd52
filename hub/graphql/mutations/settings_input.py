"""A change of settings: what is left out stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from hub.actors.commands import CommandRefused
from hub.domain.channel import ChannelSettings, FulfilmentMode, StockSource
from hub.domain.retention import LONGEST, SHORTEST
from hub.domain.stock import LARGEST_PUBLISHED, RuleMode, StockRule
from hub.domain.tax import Goods, Regime
from hub.domain.vat_mapping import VatRule
from hub.graphql.mutations.amounts_input import AmountPolicyInput
from hub.graphql.mutations.customer_policy_input import CustomerPolicyInput
from hub.graphql.mutations.drift_input import DriftPolicyInput
from hub.graphql.mutations.goods_input import KitSettingsInput, MatchingRulesInput, ZeroGuardInput
from hub.graphql.mutations.invoicing_input import InvoicingInput
from hub.graphql.mutations.order_policies_input import CancelPolicyInput, ImportPolicyInput

LONGEST_LIST = 200
READ_ALONE = frozenset(
    ("rule", "matching", "kits", "zero_guard", "customers", "invoicing", "cancelling", "importing", "drift")
)
"""Settings that are replaced as a whole."""
SWEEP_SECONDS = (5.0, 86_400.0)


@strawberry.input(description="How a listing's quantity follows from FreeStock.")
class StockRuleInput:
    mode: RuleMode = RuleMode.FREE_STOCK
    buffer: int = strawberry.field(default=0, description="Offers kept back.")
    buffer_percent: Decimal = strawberry.field(default=Decimal(0), description="Percentage kept back.")
    cap: int = strawberry.field(default=LARGEST_PUBLISHED, description="The most that is ever shown.")
    fixed: int = strawberry.field(default=0, description="What mode FIXED shows.")
    units_per_offer: Decimal = strawberry.field(
        default=Decimal(1), description="Stock units in one offer; a fraction only where the item allows it."
    )
    safety_stock: Decimal = strawberry.field(
        default=Decimal(0), description="Stock units of each product kept back, unless the product has a higher one."
    )
    backorder: int = strawberry.field(default=0, description="Offers that may be sold beyond FreeStock.")
    presale: int = strawberry.field(default=0, description="Offers of goods yet to come, sold until presaleUntil.")
    presale_until: datetime | None = None

    def read(self) -> StockRule:
        """Return the rule."""
        return StockRule(
            mode=self.mode,
            buffer=self.buffer,
            buffer_percent=self.buffer_percent,
            cap=self.cap,
            fixed=self.fixed,
            units_per_offer=self.units_per_offer,
            safety_stock=self.safety_stock,
            backorder=self.backorder,
            presale=self.presale,
            presale_until=self.presale_until,
        )


@strawberry.input(description="The VAT code of the division that a VAT rate is booked with.")
class VatMappingInput:
    rate: Decimal = strawberry.field(description="A fraction: 0.21 is 21 %.")
    code: str


@strawberry.input(description="The VAT code of the division for sales taxed in a place at a rate.")
class VatRuleInput:
    taxed_in: str = strawberry.field(description="A state by its two letters, or a region such as PT-AC.")
    rate: Decimal = strawberry.field(description="A fraction: 0.19 is 19 %.")
    code: str
    regime: Regime | None = strawberry.field(default=None, description="Only for sales under this regime.")


@strawberry.input(description="The country that a warehouse's goods leave from.")
class WarehouseCountryInput:
    warehouse_id: str
    country: str


@strawberry.input(description="What the items with a VAT code of the division are.")
class GoodsInput:
    code: str
    goods: Goods


@strawberry.input(description="The platform's carrier code for a shipping method or carrier in Exact.")
class CarrierMappingInput:
    method: str
    carrier: str


@strawberry.input(description="A warehouse whose FreeStock feeds the channel; without one the whole division does.")
class StockSourceInput:
    division: int
    warehouse_id: str | None = None


@strawberry.input(description="Settings to change; what is left out stays, null clears where null is allowed.")
class ChannelSettingsInput:
    division: strawberry.Maybe[int | None]
    customer_id: strawberry.Maybe[str | None]
    forwarding: strawberry.Maybe[bool]
    stock: strawberry.Maybe[bool]
    fulfilment: strawberry.Maybe[FulfilmentMode]
    forward_unpaid: strawberry.Maybe[bool]
    vat_codes: strawberry.Maybe[list[VatMappingInput]]
    charge_id: strawberry.Maybe[str | None]
    reference_prefix: strawberry.Maybe[str]
    sources: strawberry.Maybe[list[StockSourceInput]]
    rule: strawberry.Maybe[StockRuleInput]
    carriers: strawberry.Maybe[list[CarrierMappingInput]]
    default_carrier: strawberry.Maybe[str | None]
    sweep_seconds: strawberry.Maybe[float]
    vat_rules: strawberry.Maybe[list[VatRuleInput]]
    ships_from: strawberry.Maybe[str | None]
    warehouse_countries: strawberry.Maybe[list[WarehouseCountryInput]]
    goods: strawberry.Maybe[list[GoodsInput]]
    split_charges: strawberry.Maybe[bool]
    buyer_days: strawberry.Maybe[int | None]
    matching: strawberry.Maybe[MatchingRulesInput]
    kits: strawberry.Maybe[KitSettingsInput]
    zero_guard: strawberry.Maybe[ZeroGuardInput]
    customers: strawberry.Maybe[CustomerPolicyInput]
    invoicing: strawberry.Maybe[InvoicingInput]
    amounts: strawberry.Maybe[AmountPolicyInput]
    cancelling: strawberry.Maybe[CancelPolicyInput]
    importing: strawberry.Maybe[ImportPolicyInput]
    drift: strawberry.Maybe[DriftPolicyInput]

    def over(self, before: ChannelSettings) -> ChannelSettings:
        """Return the settings with these changes; refuses what no settings can hold."""
        given = {name: getattr(self, name).value for name in self.__dataclass_fields__ if getattr(self, name)}
        return replace(before, **{name: _read(name, value, before) for name, value in given.items()})


def _read(name: str, value: Any, before: ChannelSettings) -> Any:
    match name:
        case "amounts":
            return value.over(before.amounts)
        case "vat_codes":
            return _mapping(name, [(one.rate, one.code) for one in value])
        case "vat_rules":
            rules = _short(name, value)
            return tuple(VatRule(one.taxed_in.upper(), one.rate, one.code, one.regime) for one in rules)
        case "warehouse_countries":
            return _mapping(name, [(one.warehouse_id, one.country) for one in value])
        case "goods":
            return _mapping(name, [(one.code, one.goods) for one in value])
        case "carriers":
            return _mapping(name, [(one.method, one.carrier) for one in value])
        case "sources":
            return tuple(StockSource(one.division, one.warehouse_id) for one in _short(name, value))
        case (
            "rule"
            | "matching"
            | "kits"
            | "zero_guard"
            | "customers"
            | "invoicing"
            | "cancelling"
            | "importing"
            | "drift"
        ):
            return value.read()
        case "sweep_seconds" if not SWEEP_SECONDS[0] <= value <= SWEEP_SECONDS[1]:
            raise CommandRefused("PACE_UNFIT", "Sweep every 5 to 86400 seconds.", ("settings", "sweepSeconds"))
        case "buyer_days" if value is not None and not SHORTEST <= value <= LONGEST:
            raise CommandRefused("DAYS_UNFIT", f"Keep buyers {SHORTEST} to {LONGEST} days.", ("settings", "buyerDays"))
    return value


def _mapping(name: str, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    found = dict(_short(name, pairs))
    if len(found) < len(pairs):
        raise CommandRefused("MAPPED_TWICE", "One of these is mapped twice.", _path(name))
    return found


def _short(name: str, values: list[Any]) -> list[Any]:
    if len(values) > LONGEST_LIST:
        raise CommandRefused("TOO_MANY", f"Give at most {LONGEST_LIST}.", _path(name))
    return values


def _path(name: str) -> tuple[str, ...]:
    first, *rest = name.split("_")
    return ("settings", first + "".join(word.title() for word in rest))
