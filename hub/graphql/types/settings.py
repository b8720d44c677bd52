"""A channel's settings as shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import strawberry

from hub.domain import channel as domain
from hub.domain.channel import FulfilmentMode
from hub.graphql.types.stock import StockRule


@strawberry.type(description="The VAT code of the division that a VAT rate is booked with.")
class VatMapping:
    rate: Decimal = strawberry.field(description="A fraction: 0.21 is 21 %.")
    code: str


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
    buyer_days: int | None = strawberry.field(
        description="Days that a buyer is kept after the last parcel or the cancellation; null until somebody asks."
    )

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
            buyer_days=one.buyer_days,
        )
