"""How amounts are booked, what an order was paid with, and what keeps an order from being exact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

import strawberry

from hub.domain.amounts import policy as domain
from hub.domain.amounts.differences import AmountOf, differences_from_json
from hub.domain.amounts.policy import MoneySide, Rounding
from hub.domain.order import ChargeKind, Payment, PaymentKind


@strawberry.type(description="Where charges of a kind, whose name contains some words, are booked.")
class ChargeRule:
    kind: ChargeKind | None
    name: str
    charge_id: str | None
    item_id: str | None
    vat_code: str | None


@strawberry.type(description="How a channel's amounts go into the books.")
class AmountPolicy:
    rounding: Rounding = strawberry.field(description="What becomes of a cent per line that no line can hold.")
    rounding_charge_id: str | None = strawberry.field(description="Exact's order charge for roundings.")
    rounding_vat_code: str | None = strawberry.field(description="Null takes the code of the leading goods.")
    price_places: int = strawberry.field(description="Decimals of unit prices in Exact, 2 to 6.")
    total_step: Decimal | None = strawberry.field(description="The shop rounds totals to this: 0.05 in Belgium.")
    charge_rules: list[ChargeRule] = strawberry.field(description="The first that fits goes before chargeId.")
    shipping_item: str | None = strawberry.field(description="Exact's item for shipping; null books a shipping charge.")
    voucher_item: str | None = strawberry.field(description="Exact's item for gift cards sold that nothing maps.")
    gift_cards: list[str] = strawberry.field(description="Names of negative charges that are paid by gift card.")
    gift_card_keys: list[str] = strawberry.field(description="Keys of a shop's data that tell what gift cards paid.")
    currencies: list[str] = strawberry.field(description="Forwarded as they are, beside the division's own.")
    money: MoneySide = strawberry.field(description="Whose currency is read where the channel tells two.")

    @classmethod
    def of(cls, one: domain.AmountPolicy) -> Self:
        return cls(
            rounding=one.rounding,
            rounding_charge_id=one.rounding_charge_id,
            rounding_vat_code=one.rounding_vat_code,
            price_places=one.price_places,
            total_step=one.total_step,
            charge_rules=[_rule(rule) for rule in one.charge_rules],
            shipping_item=one.shipping_item,
            voucher_item=one.voucher_item,
            gift_cards=list(one.gift_cards),
            gift_card_keys=list(one.gift_card_keys),
            currencies=list(one.currencies),
            money=one.money,
        )


def _rule(one: domain.ChargeRule) -> ChargeRule:
    return ChargeRule(kind=one.kind, name=one.name, charge_id=one.charge_id, item_id=one.item_id, vat_code=one.vat_code)


@strawberry.type(description="A part of an order's total that a gift card or the like paid; never a discount.")
class OrderPayment:
    kind: PaymentKind
    amount: Decimal

    @classmethod
    def of(cls, one: Payment) -> Self:
        return cls(kind=one.kind, amount=one.amount)


@strawberry.type(description="One amount on both sides, where an order cannot be made exact.")
class AmountDifference:
    name: str
    line_id: str | None = strawberry.field(description="Null for a charge and for the total.")
    of: AmountOf
    channel: Decimal
    exact: Decimal = strawberry.field(description="What Exact would make of it.")
    difference: Decimal

    @classmethod
    def all_of(cls, detail: Mapping[str, Any]) -> list[Self]:
        """Return the differences in the detail of a hold."""
        return [
            cls(
                name=row.name,
                line_id=row.line_id,
                of=row.of,
                channel=row.channel,
                exact=row.exact,
                difference=row.difference,
            )
            for row in differences_from_json(detail.get("differences", ()))
        ]
