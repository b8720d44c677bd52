"""What a buyer pays for one order item, taken out of Amazon's breakdown.

Prices in Europe include VAT. Amazon states VAT only for sellers in its VAT Calculation Service and zero for all
others, so zero means unknown. Whether a stated VAT stands beside the prices or within them is not documented for
every case, but shows: the item's own total is the sum either with it or without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hub.adapters.fields import Fields
from hub.domain.money import CENT, total

ITEM, SHIPPING, GIFT_WRAP, COD_FEE, OTHER = "ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER"
TAX, DISCOUNT = "TAX", "DISCOUNT"
BESIDE_GOODS = (SHIPPING, GIFT_WRAP, COD_FEE, OTHER)
ZERO = Decimal(0)
PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of money of an item: what the buyer pays, VAT included and discount taken off, and the VAT in it.

    ``vat`` is None where Amazon states none.
    """

    gross: Decimal
    vat: Decimal | None = None
    discount: Decimal = ZERO

    @property
    def vat_rate(self) -> Decimal | None:
        return None if self.vat is None else rate_of(self.gross, self.vat)


@dataclass(frozen=True, slots=True)
class Proceeds:
    """An item's money by kind; ``stated`` is whether Amazon told any."""

    parts: Mapping[str, Part]
    stated: bool = True

    @property
    def goods(self) -> Part:
        return self.parts.get(ITEM, Part(ZERO))


def item_proceeds(item: Fields) -> Proceeds:
    """Return what an item's ``proceeds`` say; nothing, where the order is pending or the data set is missing."""
    proceeds = item.maybe_child("proceeds")
    if proceeds is None:
        return Proceeds({}, stated=False)
    sums, details = dict(_subtotals(proceeds)), dict(_details(proceeds))
    stated = proceeds.maybe_child("proceedsTotal")
    whole = stated.amount("amount") if stated else None
    if not sums:
        return Proceeds({ITEM: Part(whole or ZERO)}, stated=whole is not None)
    return Proceeds(_parts(sums, details, whole))


def _subtotals(proceeds: Fields) -> Iterator[tuple[str, Decimal]]:
    sums: dict[str, Decimal] = {}
    for each in proceeds.children("breakdowns"):
        if subtotal := each.maybe_child("subtotal"):
            kind = _kind(each.text("type"))
            sums[kind] = sums.get(kind, ZERO) + subtotal.amount("amount")
    yield from sums.items()


def _kind(name: str) -> str:
    return name if name in (ITEM, SHIPPING, GIFT_WRAP, COD_FEE, TAX, DISCOUNT) else OTHER


def _details(proceeds: Fields) -> Iterator[tuple[tuple[str, str], Decimal]]:
    """Yield the finer amounts by kind and the kind that they are of."""
    for each in proceeds.children("breakdowns"):
        for detail in each.children("detailedBreakdowns"):
            subtype, value = detail.maybe_text("subtype"), detail.maybe_child("value")
            if subtype and value:
                yield (each.text("type"), subtype), value.amount("amount")


def _parts(
    sums: Mapping[str, Decimal], details: Mapping[tuple[str, str], Decimal], whole: Decimal | None
) -> dict[str, Part]:
    discounts = _shared(abs(sums.get(DISCOUNT, ZERO)), {k: abs(v) for (t, k), v in details.items() if t == DISCOUNT})
    taxes = _shared(sums.get(TAX, ZERO), {k: v for (t, k), v in details.items() if t == TAX and k != DISCOUNT})
    kinds = [kind for kind in (ITEM, *BESIDE_GOODS) if kind in sums or discounts.get(kind)]
    paid = {kind: sums.get(kind, ZERO) - discounts.get(kind, ZERO) for kind in kinds}
    if whole is not None and sums.get(TAX) and total(paid.values()) + sums[TAX] == whole:
        paid = {kind: amount + taxes.get(kind, ZERO) for kind, amount in paid.items()}
    return {kind: Part(amount, taxes.get(kind) or None, discounts.get(kind, ZERO)) for kind, amount in paid.items()}


def _shared(whole: Decimal, told: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return an amount by kind; what the details leave open is of the goods."""
    shares = {kind: amount for kind, amount in told.items() if kind in BESIDE_GOODS}
    return shares | {ITEM: whole - total(shares.values())}


def rate_of(gross: Decimal, vat: Decimal) -> Decimal | None:
    """Return the rate that explains a VAT amount: the only whole percentage that does, else the only half one.

    None where several would, as with small amounts, or none.
    """
    for step in (PERCENT, PERCENT / 2):
        fitting = [rate for rate in _rates_near(gross, vat, step) if abs(gross * rate / (1 + rate) - vat) < CENT]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _rates_near(gross: Decimal, vat: Decimal, step: Decimal) -> list[Decimal]:
    if not ZERO < vat < gross:
        return []
    middle = int(vat / (gross - vat) / step)
    return [each * step for each in range(max(1, middle - 3), middle + 5)]
