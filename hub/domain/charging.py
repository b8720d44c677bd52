"""Charges of an order: shipping, fees and discounts, at a rate of their own or at that of the goods they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.amounts.goods import Target
from hub.domain.amounts.policy import ChargeRule
from hub.domain.channel import ChannelSettings
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.tax import Regime, Treatment
from hub.domain.tax.amounts import share_out
from hub.domain.to_forward import Hold


@dataclass(frozen=True, slots=True)
class RatedGoods:
    """Goods of one rate and treatment, and what they are worth together (gross); a charge may follow them."""

    rate: Decimal
    code: str
    treatment: Treatment | None
    gross: Decimal


@dataclass(frozen=True, slots=True)
class ChargePart:
    """A part of a charge that follows some goods, or that has a rate of its own (``stated``)."""

    gross: Decimal
    goods: RatedGoods
    stated: Decimal | None = None

    @property
    def untaxed(self) -> bool:
        """Whether the goods that it follows carry no VAT of the seller's."""
        return self.goods.treatment is not None and self.goods.treatment.regime.zero


def rated(targets: Sequence[Target]) -> list[RatedGoods]:
    """Return the goods by rate, code and regime, in the order in which they first stand; vouchers are no goods."""
    found: dict[tuple[Decimal, str, Regime | None], list[Target]] = {}
    for one in targets:
        regime = None if one.treatment is None else one.treatment.regime
        if not one.line.voucher:
            found.setdefault((one.rate, one.code.code, regime), []).append(one)
    return [
        RatedGoods(rate, code, group[0].treatment, total(one.gross for one in group))
        for (rate, code, _), group in found.items()
    ]


def leading(goods: Sequence[RatedGoods]) -> RatedGoods:
    """Return the goods whose rate carries most of the order's value; the higher rate of two that carry the same."""
    if not goods:
        raise Hold(HoldCause.NO_VAT_CODE, "The order has charges but no goods to take a VAT rate from.")
    by_rate: dict[Decimal, Decimal] = {}
    for one in goods:
        by_rate[one.rate] = by_rate.get(one.rate, Decimal(0)) + one.gross
    rate = max(by_rate, key=lambda rate: (by_rate[rate], rate))
    return max((one for one in goods if one.rate == rate), key=lambda one: one.gross)


def rule_of(charge: Charge, settings: ChannelSettings) -> ChargeRule:
    """Return where a charge is booked: by the first rule that fits, on the channel's own charge where none says."""
    rule = settings.amounts.rule_for(charge) or ChargeRule()
    if charge.kind is ChargeKind.SHIPPING or rule.charge_id or rule.item_id:
        return rule
    if settings.charge_id is None:
        raise Hold(
            HoldCause.CHARGE_UNMAPPED,
            f"The order has a {charge.kind.value} {charge.description!r}; choose an order charge for it.",
        )
    return ChargeRule(rule.kind, rule.name, settings.charge_id, None, rule.vat_code)


def parts_of_charge(charge: Charge, goods: Sequence[RatedGoods], *, split: bool) -> list[ChargePart]:
    """Return a charge whole, or shared out over the rates of the goods where ``split`` says so; raises Hold.

    A discount on the whole order lowers the price of all its goods, so that it is shared out always
    (VAT directive, article 79(b)).
    """
    if charge.vat_rate is not None:
        stated = charge.vat_rate
        own = next((one for one in goods if one.rate == stated), None)
        return [ChargePart(charge.gross, own or leading(goods), stated)] if goods else [_alone(charge, stated)]
    if not (split or charge.kind is ChargeKind.DISCOUNT) or not goods:
        return [ChargePart(charge.gross, leading(goods))]
    shares = share_out(charge.gross, {place: one.gross for place, one in enumerate(goods)})
    return [ChargePart(share, goods[place]) for place, share in shares.items() if share]


def _alone(charge: Charge, stated: Decimal) -> ChargePart:
    return ChargePart(charge.gross, RatedGoods(stated, "", None, Decimal(0)), stated)
