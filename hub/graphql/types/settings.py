"""A channel's settings as shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import strawberry

from hub.domain import channel as domain
from hub.domain.channel import FulfilmentMode
from hub.domain.tax import Goods, Regime
from hub.graphql.types.amounts import AmountPolicy
from hub.graphql.types.customers import CustomerPolicy
from hub.graphql.types.drift import DriftPolicy
from hub.graphql.types.goods import KitSettings, MatchingRules, ZeroGuard
from hub.graphql.types.invoicing import Invoicing
from hub.graphql.types.order_policies import CancelPolicy, ImportPolicy
from hub.graphql.types.stock import StockRule


@strawberry.type(description="The VAT code of the division that a VAT rate is booked with.")
class VatMapping:
    rate: Decimal = strawberry.field(description="A fraction: 0.21 is 21 %.")
    code: str


@strawberry.type(description="The VAT code of the division for sales taxed in a place at a rate.")
class VatRule:
    taxed_in: str = strawberry.field(description="A state by its two letters, or a region such as PT-AC.")
    rate: Decimal = strawberry.field(description="A fraction: 0.19 is 19 %.")
    code: str
    regime: Regime | None = strawberry.field(description="Null serves every regime that has none of its own.")


@strawberry.type(description="The country that a warehouse's goods leave from.")
class WarehouseCountry:
    warehouse_id: str
    country: str


@strawberry.type(description="What the items with a VAT code of the division are.")
class GoodsOfCode:
    code: str
    goods: Goods


@strawberry.type(description="The platform's carrier code for a shipping method or carrier in Exact.")
class CarrierMapping:
    method: str
    carrier: str


@strawberry.type(description="A warehouse whose FreeStock feeds the channel; null takes the whole division.")
class StockSource:
    division: int
    warehouse_id: str | None


@strawberry.type(description="What is switched on, and how orders map onto the books.")
class ChannelSettings:
    division: int | None
    customer_id: str | None = strawberry.field(description="Exact's id of the account that sales are booked on.")
    forwarding: bool
    stock: bool
    fulfilment: FulfilmentMode
    forward_unpaid: bool
    vat_codes: list[VatMapping]
    charge_id: str | None = strawberry.field(description="Exact's order charge for fees and order discounts.")
    reference_prefix: str
    sources: list[StockSource]
    rule: StockRule
    carriers: list[CarrierMapping]
    default_carrier: str | None
    sweep_seconds: float
    vat_rules: list[VatRule] = strawberry.field(description="These go before vatCodes, which are for sales at home.")
    ships_from: str | None = strawberry.field(description="Null is the country of the division.")
    warehouse_countries: list[WarehouseCountry]
    goods: list[GoodsOfCode]
    split_charges: bool = strawberry.field(description="Whether charges are shared out over the rates of the goods.")
    buyer_days: int | None = strawberry.field(
        description="Days that a buyer is kept after the last parcel or the cancellation; null until somebody asks."
    )
    matching: MatchingRules
    kits: KitSettings
    zero_guard: ZeroGuard

    customers: CustomerPolicy
    invoicing: Invoicing
    amounts: AmountPolicy
    cancelling: CancelPolicy
    importing: ImportPolicy
    drift: DriftPolicy

    @classmethod
    def of(cls, one: domain.ChannelSettings) -> Self:
        return cls(
            division=one.division,
            customer_id=one.customer_id,
            forwarding=one.forwarding,
            stock=one.stock,
            fulfilment=one.fulfilment,
            forward_unpaid=one.forward_unpaid,
            vat_codes=[VatMapping(rate=rate, code=code) for rate, code in one.vat_codes.items()],
            charge_id=one.charge_id,
            reference_prefix=one.reference_prefix,
            sources=[StockSource(division=each.division, warehouse_id=each.warehouse_id) for each in one.sources],
            rule=StockRule.of(one.rule),
            carriers=[CarrierMapping(method=method, carrier=carrier) for method, carrier in one.carriers.items()],
            default_carrier=one.default_carrier,
            sweep_seconds=one.sweep_seconds,
            vat_rules=[
                VatRule(taxed_in=rule.taxed_in, rate=rule.rate, code=rule.code, regime=rule.regime)
                for rule in one.vat_rules
            ],
            ships_from=one.ships_from,
            warehouse_countries=[
                WarehouseCountry(warehouse_id=each, country=country)
                for each, country in sorted(one.warehouse_countries.items())
            ],
            goods=[GoodsOfCode(code=code, goods=goods) for code, goods in sorted(one.goods.items())],
            split_charges=one.split_charges,
            buyer_days=one.buyer_days,
            matching=MatchingRules.of(one.matching),
            kits=KitSettings.of(one.kits),
            zero_guard=ZeroGuard.of(one.zero_guard),
            customers=CustomerPolicy.of(one.customers),
            invoicing=Invoicing.of(one.invoicing),
            amounts=AmountPolicy.of(one.amounts),
            cancelling=CancelPolicy.of(one.cancelling),
            importing=ImportPolicy.of(one.importing),
            drift=DriftPolicy.of(one.drift),
        )
