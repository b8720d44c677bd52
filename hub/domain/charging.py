"""Charges of an order: shipping, fees and discounts, at a rate of their own or at that of the goods they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.channel import ChannelSettings
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.sales_order import DraftCharge, DraftLine
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


def rated(lines: Sequence[DraftLine], treatments: dict[str, Treatment]) -> list[RatedGoods]:
    """Return the goods by rate, code and regime, in the order in which they first stand in the order."""
    found: dict[tuple[Decimal, str, Regime | None], list[DraftLine]] = {}
    for line in lines:
        treatment = treatments.get(line.order_line_id)
        regime = None if treatment is None else treatment.regime
        found.setdefault((line.vat_rate, line.vat_code, regime), []).append(line)
    return [
        RatedGoods(rate, code, treatments.get(group[0].order_line_id), total(line.gross for line in group))
        for (rate, code, _), group in found.items()
    ]


def leading(goods: Sequence[RatedGoods]) -> RatedGoods:
    """Return the goods whose rate carries most of the order's value; the higher rate of two that carry the same."""
    if not goods:
        raise Hold(HoldCause.NO_VAT_CODE, "The order has charges but no lines to take a VAT rate from.")
    by_rate: dict[Decimal, Decimal] = {}
    for one in goods:
        by_rate[one.rate] = by_rate.get(one.rate, Decimal(0)) + one.gross
    rate = max(by_rate, key=lambda rate: (by_rate[rate], rate))
    return max((one for one in goods if one.rate == rate), key=lambda one: one.gross)


def parts_of_charge(charge: Charge, goods: Sequence[RatedGoods], settings: ChannelSettings) -> list[ChargePart]:
    """Return a charge whole, or shared out over the rates of the goods where the channel wants that; raises Hold."""
    if charge.kind is not ChargeKind.SHIPPING and settings.charge_id is None:
        raise Hold(
            HoldCause.CHARGE_UNMAPPED,
            f"The order has a {charge.kind.value} {charge.description!r}; choose an order charge for it.",
        )
    if charge.vat_rate is not None:
        stated = charge.vat_rate
        own = next((one for one in goods if one.rate == stated), None)
        return [ChargePart(charge.gross, own or leading(goods), stated)] if goods else [_alone(charge, stated)]
    if not settings.split_charges or not goods:
        return [ChargePart(charge.gross, leading(goods))]
    shares = share_out(charge.gross, {place: one.gross for place, one in enumerate(goods)})
    return [ChargePart(share, goods[place]) for place, share in shares.items() if share]


def _alone(charge: Charge, stated: Decimal) -> ChargePart:
    return ChargePart(charge.gross, RatedGoods(stated, "", None, Decimal(0)), stated)


def draft_charge(charge: Charge, part: ChargePart, code: str, rate: Decimal, settings: ChannelSettings) -> DraftCharge:
    """Return the line that books a part of a charge."""
    shipping = charge.kind is ChargeKind.SHIPPING
    return DraftCharge(
        gross=part.gross,
        vat_code=code,
        vat_rate=rate,
        description=charge.description[:60],
        shipping=shipping,
        charge_id=None if shipping else settings.charge_id,
    )
