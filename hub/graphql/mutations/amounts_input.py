"""A change of how amounts are booked: what is left out stays as it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import strawberry

from hub.actors.commands import CommandRefused
from hub.domain.amounts.policy import AmountPolicy, ChargeRule, MoneySide, Rounding
from hub.domain.order import ChargeKind

LONGEST_LIST = 200


@strawberry.input(description="Where charges of a kind, whose name contains some words, are booked.")
class ChargeRuleInput:
    kind: ChargeKind | None = strawberry.field(default=None, description="Null serves every kind.")
    name: str = strawberry.field(default="", description="A part of the charge's description, in any case.")
    charge_id: str | None = strawberry.field(default=None, description="Exact's order charge.")
    item_id: str | None = strawberry.field(default=None, description="Exact's item, instead of an order charge.")
    vat_code: str | None = strawberry.field(default=None, description="A VAT code of its own, as for deposits.")

    def read(self) -> ChargeRule:
        """Return the rule."""
        return ChargeRule(self.kind, self.name.strip(), self.charge_id, self.item_id, self.vat_code)


@strawberry.input(description="How amounts are booked; what is left out stays, null clears where null is allowed.")
class AmountPolicyInput:
    rounding: strawberry.Maybe[Rounding]
    rounding_charge_id: strawberry.Maybe[str | None]
    rounding_vat_code: strawberry.Maybe[str | None]
    price_places: strawberry.Maybe[int]
    total_step: strawberry.Maybe[Decimal | None]
    charge_rules: strawberry.Maybe[list[ChargeRuleInput]]
    shipping_item: strawberry.Maybe[str | None]
    voucher_item: strawberry.Maybe[str | None]
    gift_cards: strawberry.Maybe[list[str]]
    gift_card_keys: strawberry.Maybe[list[str]]
    currencies: strawberry.Maybe[list[str]]
    money: strawberry.Maybe[MoneySide]

    def over(self, before: AmountPolicy) -> AmountPolicy:
        """Return the policy with these changes."""
        given = {name: getattr(self, name).value for name in self.__dataclass_fields__ if getattr(self, name)}
        return replace(before, **{name: _read(name, value) for name, value in given.items()})


def _read(name: str, value: Any) -> Any:
    if isinstance(value, list) and len(value) > LONGEST_LIST:
        raise CommandRefused("TOO_MANY", f"Give at most {LONGEST_LIST}.", ("settings", "amounts"))
    match name:
        case "charge_rules":
            return tuple(rule.read() for rule in value)
        case "gift_cards" | "gift_card_keys":
            return tuple(text.strip() for text in value if text.strip())
        case "currencies":
            return tuple(dict.fromkeys(text.strip().upper() for text in value))
    return value
