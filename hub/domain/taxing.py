"""VAT of an order's lines: each treated by the rules, held against the channel's own rate, given its VAT code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.channel import ChannelSettings
from hub.domain.money import cents, total
from hub.domain.order import HoldCause
from hub.domain.product import ErpItem, VatCode
from hub.domain.tax import Goods, Reason, Regime, Seller, Supply, TaxBuyer, Treatment, decide
from hub.domain.tax.places import Place, place_of
from hub.domain.tax.rates import category_of, percent
from hub.domain.to_forward import Books, Hold, LineToForward, OrderToForward
from hub.domain.vat_mapping import mapped_code, vat_code_problem


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What VAT of an order follows from beside its lines; countries are ISO."""

    seller: Seller
    ships_from: str | None
    ships_to: str | None
    to_postcode: str | None = None
    buyer: TaxBuyer = field(default_factory=TaxBuyer)


def treat_lines(
    order: OrderToForward, settings: ChannelSettings, books: Books, facts: TaxFacts
) -> dict[str, Treatment]:
    """Return the treatment of every line that is wanted, whether it is decided or not; all items must be known."""
    goods = [line for line in order.wanted if not line.voucher]
    sale = total(_worth(line, books, order) for line in goods)
    decided = {line.line_id: decide(_supply(line, order, settings, books, facts, sale), facts.seller) for line in goods}
    voucher = Supply(books.day_of(order), facts.ships_from, facts.ships_to, voucher=True)
    return decided | {line.line_id: decide(voucher, facts.seller) for line in order.wanted if line.voucher}


def needs_evidence(order: OrderToForward, books: Books, facts: TaxFacts) -> bool:
    """Say whether the VAT register must be asked before the order can be treated; what is sold does not matter."""
    day = books.day_of(order)
    schemes = {line.deemed for line in order.wanted if not line.voucher}
    return any(
        decide(
            Supply(day, facts.ships_from, facts.ships_to, facts.to_postcode, buyer=facts.buyer, deemed=scheme),
            facts.seller,
        ).regime
        is Regime.EVIDENCE_PENDING
        for scheme in schemes
    )


def must_be_decided(treatments: Mapping[str, Treatment]) -> None:
    """Raise Hold where a line needs a person or waits for evidence; the person goes first: evidence comes by itself."""
    for regime, cause in (
        (Regime.NEEDS_PERSON, HoldCause.VAT_UNDECIDED),
        (Regime.EVIDENCE_PENDING, HoldCause.EVIDENCE_PENDING),
    ):
        for line_id, treatment in treatments.items():
            if treatment.regime is regime:
                raise Hold(cause, treatment.why, line=line_id, reasons=reasons_to_json(treatment.reasons))


def must_agree(name: str, treatment: Treatment, stated: Decimal | None) -> None:
    """Raise Hold where the channel charged another rate than the rules say; a deemed supplier's rate is its own."""
    if stated is None or stated == treatment.rate or treatment.regime is Regime.DEEMED_SUPPLIER:
        return
    rate = percent(treatment.rate or Decimal(0))
    raise Hold(
        HoldCause.VAT_DIFFERS,
        f"The channel charged {percent(stated)} on {name}, the rules say {rate} in {treatment.taxed_in}.",
        stated=str(stated),
        rate=str(treatment.rate),
        reasons=reasons_to_json(treatment.reasons),
    )


def code_of_treatment(
    treatment: Treatment, order: OrderToForward, settings: ChannelSettings, books: Books, facts: TaxFacts
) -> VatCode:
    """Return the VAT code mapped for a treatment, checked for its use on the day of the order; raises Hold."""
    regime, place, rate = treatment.regime, treatment.taxed_in or "", treatment.rate or Decimal(0)
    mapped = mapped_code(settings.vat_rules, regime, place, rate)
    if mapped is None and place == facts.seller.home and not regime.zero:
        mapped = mapped_at_home(settings, rate)
    code = books.vat_codes.get(mapped) if mapped is not None else None
    where = f"{percent(rate)} in {place} ({regime.value.replace('_', ' ')})"
    told = {"rate": str(rate), "taxed_in": place, "regime": regime.value}
    if code is None:
        raise Hold(HoldCause.NO_VAT_CODE, f"No VAT code is mapped for {where}.", **told)
    if problem := vat_code_problem(code, rate, books.day_of(order), untaxed=regime.zero):
        raise Hold(HoldCause.NO_VAT_CODE, problem, code=code.code, **told)
    return code


def mapped_at_home(settings: ChannelSettings, rate: Decimal) -> str | None:
    """Return the code that a channel maps for a rate of its own country."""
    return settings.vat_codes.get(rate.normalize(), settings.vat_codes.get(rate))


def reasons_to_json(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Return reasons as plain JSON."""
    return [{"rule": one.rule, "says": one.says, "source": one.source} for one in reasons]


def _supply(
    line: LineToForward,
    order: OrderToForward,
    settings: ChannelSettings,
    books: Books,
    facts: TaxFacts,
    sale: Decimal,
) -> Supply:
    return Supply(
        day=books.day_of(order),
        ships_from=facts.ships_from,
        ships_to=facts.ships_to,
        to_postcode=facts.to_postcode,
        buyer=facts.buyer,
        goods=_goods(line, order, settings, books, facts),
        home_rate=_home_rate(line, books, order),
        deemed=line.deemed,
        sale=sale,
    )


def _goods(
    line: LineToForward, order: OrderToForward, settings: ChannelSettings, books: Books, facts: TaxFacts
) -> Goods:
    """What is sold: as set for the item's VAT code, else by that code's percentage, else by the channel's rate."""
    code = _item(line, books).vat_code
    if code in settings.goods:
        return settings.goods[code]
    day = books.day_of(order)
    own = _home_rate(line, books, order)
    found = None if own is None else category_of(facts.seller.home, own, day)
    if found is None and line.vat_rate is not None:
        found = _category_at(facts, line.vat_rate, order, books)
    if found is None:
        raise Hold(
            HoldCause.NO_VAT_CODE,
            f"Nothing says what VAT {line.name} carries: its item has no usable VAT code, the channel states no rate.",
            item=_item(line, books).code,
        )
    return found


def _category_at(facts: TaxFacts, rate: Decimal, order: OrderToForward, books: Books) -> Goods | None:
    day = books.day_of(order)
    target = place_of(facts.ships_to, facts.to_postcode)
    there = category_of(target.region, rate, day) if isinstance(target, Place) and rate else None
    return there or category_of(facts.seller.home, rate, day)


def _home_rate(line: LineToForward, books: Books, order: OrderToForward) -> Decimal | None:
    code = books.vat_codes.get(_item(line, books).vat_code or "")
    return None if code is None else code.percentage_on(books.day_of(order))


def _worth(line: LineToForward, books: Books, order: OrderToForward) -> Decimal:
    """A line without VAT, at the rate of home: what counts towards the threshold."""
    rate = _home_rate(line, books, order) or Decimal(0)
    return cents(line.share(line.gross) / (1 + rate))


def _item(line: LineToForward, books: Books) -> ErpItem:
    return books.items[line.product_id or ""]
