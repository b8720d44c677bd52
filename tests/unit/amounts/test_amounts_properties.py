"""Whatever a basket holds: what Exact makes of it equals the channel to the cent, per rate too, or the order waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.amounts.booked import EntryKind
from hub.domain.amounts.policy import AmountPolicy, Rounding
from hub.domain.certificate import certify
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Case, Drafted, Hold, LineToForward, OrderToForward, draft_case
from hub.domain.money import CENT, total, vat_within
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.printed import as_page, as_text
from hub.store.certificates import certificate_from_json, certificate_to_json
from tests.unit.amounts.cases import EXCLUDING, INCLUDING, books, held_by_exact

BOOKS = books()
RATES = {"A": Decimal("0.21"), "B": Decimal("0.09"), "Z": Decimal(0)}
ROUNDS = AmountPolicy(rounding=Rounding.CHARGE, rounding_charge_id="R1", rounding_vat_code="N0")


@dataclass(frozen=True, slots=True)
class Basket:
    """An order with its VAT per rate as the channel counts it, what is cancelled left out."""

    order: OrderToForward
    vat: dict[Decimal, Decimal]
    owed: Decimal


prices = st.decimals(min_value="0.01", max_value="3000", places=2)
small = st.decimals(min_value="0.01", max_value="50", places=2)


@st.composite
def lines(draw: st.DrawFn, *, stated: bool) -> LineToForward:
    """Draw a line; with ``stated`` its VAT is the channel's own, up to two cents off what the rate gives."""
    item, gross, quantity = draw(st.sampled_from(sorted(RATES))), draw(prices), draw(st.integers(1, 60))
    rate = RATES[item]
    off = draw(st.sampled_from([0, 0, 0, 1, -1, 2, -2])) * CENT if rate and gross > 1 else Decimal(0)
    paid = draw(st.sampled_from([Decimal(0), Decimal(0), draw(small)]))
    units, cancelled = Decimal(draw(st.sampled_from([1, 1, 6]))), draw(st.integers(0, quantity - 1))
    return LineToForward(
        "", "Thing", item, item, units, quantity, cancelled,
        gross, rate if stated else None, vat_within(gross, rate) + off if stated else None, None, paid, paid,
    )  # fmt: skip


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    """Draw an order of several rates, quantities and discounts, partly cancelled, paid for in part by a marketplace."""
    stated = draw(st.booleans())
    drawn = draw(st.lists(lines(stated=stated), min_size=1, max_size=6))
    numbered = tuple(replace(one, line_id=str(place)) for place, one in enumerate(drawn))
    charges = tuple(draw(st.lists(charge(stated=stated), max_size=3)))
    whole = total(one.gross for one in numbered) + total(one.gross for one in charges)
    order = OrderToForward("A1", "A1", datetime(2026, 6, 1, tzinfo=UTC), "EUR", whole, numbered, charges)
    vat: dict[Decimal, Decimal] = {}
    for one in numbered:
        if one.vat is not None and one.vat_rate is not None:
            paid = vat_within(one.share(one.paid_by_platform), one.vat_rate)
            vat[one.vat_rate] = vat.get(one.vat_rate, Decimal(0)) + one.share(one.vat) + paid
    for each in charges:
        if each.vat is not None and each.vat_rate is not None:
            vat[each.vat_rate] = vat.get(each.vat_rate, Decimal(0)) + each.vat
    owed = total(one.share(one.gross) + one.share(one.paid_by_platform) for one in numbered)
    return Basket(order, vat if stated else {}, owed + total(each.gross for each in charges))


@st.composite
def charge(draw: st.DrawFn, *, stated: bool) -> Charge:
    """Draw shipping, a fee or a discount; with ``stated`` at a rate of its own, its VAT up to a cent off."""
    kind, amount = draw(st.sampled_from(list(ChargeKind))), draw(small)
    gross = -amount if kind is ChargeKind.DISCOUNT else amount
    if not stated:
        return Charge(kind, kind.value, gross)
    rate = draw(st.sampled_from([Decimal("0.21"), Decimal("0.09")]))
    return Charge(kind, kind.value, gross, rate, vat_within(gross, rate) + draw(st.sampled_from([0, 0, 1, -1])) * CENT)


def settings(*, including: bool, split: bool, policy: AmountPolicy) -> ChannelSettings:
    mapped = INCLUDING if including else EXCLUDING
    codes = {Decimal(rate): code for rate, code in mapped.items()}
    return ChannelSettings(
        division=1, customer_id="d", vat_codes=codes, charge_id="C1", split_charges=split, amounts=policy
    )


def drafted_or_held(case: Case) -> Drafted | Hold:
    try:
        return draft_case(case)
    except Hold as hold:
        return hold


policies = st.sampled_from([
    AmountPolicy(), ROUNDS, replace(ROUNDS, price_places=2), replace(ROUNDS, price_places=3),
    AmountPolicy(price_places=2), AmountPolicy(shipping_item="SHIP"),
])  # fmt: skip
channels = st.builds(settings, including=st.booleans(), split=st.booleans(), policy=policies)


@given(baskets(), channels)
def test_exact_holds_the_channels_total_and_vat_per_rate_or_the_order_waits(
    basket: Basket, channel: ChannelSettings
) -> None:
    case = Case(basket.order, channel, BOOKS)
    drafted = drafted_or_held(case)
    if isinstance(drafted, Hold):
        assert drafted.cause is HoldCause.TOTALS_DIFFER
        assert any(Decimal(row["difference"]) for row in drafted.detail["differences"])
        return
    _, vat, whole = held_by_exact(drafted.draft)
    assert whole == drafted.draft.total == basket.owed
    if basket.vat:
        percent = {f"{(rate * 100).normalize():f}": amount for rate, amount in basket.vat.items() if amount}
        assert vat == percent
        assert drafted.draft.vat == total(vat.values())
    certificate = certify(case, drafted)
    assert certificate.equal
    assert total(entry.vat for entry in certificate.entries) == total(vat.values())


@given(baskets(), channels)
def test_shipping_fees_and_discounts_stay_what_they_are(basket: Basket, channel: ChannelSettings) -> None:
    drafted = drafted_or_held(Case(basket.order, channel, BOOKS))
    booked = () if isinstance(drafted, Hold) else drafted.booked
    if not booked:
        return
    for kind in ChargeKind:
        told = total(one.gross for one in basket.order.charges if one.kind is kind)
        assert total(one.parts.gross for one in booked if one.kind is EntryKind(kind.value)) == told
    assert all(abs(one.parts.gross) <= CENT for one in booked if one.kind is EntryKind.ROUNDING)


@given(baskets(), st.booleans())
def test_prices_of_six_decimals_need_no_rounding_and_no_person(basket: Basket, including: bool) -> None:
    channel = settings(including=including, split=False, policy=AmountPolicy())
    bare = replace(
        basket.order, charges=(), total=basket.order.total - total(one.gross for one in basket.order.charges)
    )
    booked = draft_case(Case(bare, channel, BOOKS)).booked
    assert all(one.kind is EntryKind.GOODS for one in booked)


@given(baskets(), st.integers(-9, 9), st.sampled_from([AmountPolicy(), ROUNDS, replace(ROUNDS, total_step=5 * CENT)]))
def test_a_total_that_is_off_is_booked_as_rounding_or_waits_with_the_difference(
    basket: Basket, off: int, policy: AmountPolicy
) -> None:
    channel = settings(including=True, split=False, policy=policy)
    order = replace(basket.order, total=basket.order.total + off * CENT)
    drafted = drafted_or_held(Case(order, channel, BOOKS))
    if isinstance(drafted, Hold):
        assert drafted.cause is HoldCause.TOTALS_DIFFER
        return
    assert held_by_exact(drafted.draft)[2] == basket.owed + off * CENT
    assert total(one.parts.gross for one in drafted.booked if one.kind is EntryKind.ROUNDING) == off * CENT
    assert not off or policy.rounds


@given(baskets(), channels)
def test_every_certificate_comes_back_from_the_store_and_prints(basket: Basket, channel: ChannelSettings) -> None:
    case = Case(basket.order, channel, BOOKS)
    drafted = drafted_or_held(case)
    if isinstance(drafted, Hold):
        return
    one = certify(case, drafted)
    assert certificate_from_json(certificate_to_json(one)) == one
    assert f"{one.total:.2f}" in as_text("A1", one)
    assert f"{one.total:.2f}" in as_page("A1", one)
