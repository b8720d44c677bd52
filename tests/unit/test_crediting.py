"""Whatever is given back in whatever parts, what is credited comes to what was sold, at its own rate, and no more."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.certificate import Certificate, Entry
from hub.domain.crediting import (
    Catalogue,
    Past,
    Sold,
    Unbookable,
    amounts_of,
    credit_lines,
    parts_of,
    sold_of,
)
from hub.domain.goods_return import DeliveredLine
from hub.domain.life.refund import RefundCause
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, Refund, RefundedLine
from hub.domain.product import ErpItem, VatCode
from hub.domain.returning import Unplannable, plan, units_to_credit
from hub.domain.to_forward import LineToForward, OrderToForward

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HIGH, LOW = Decimal("0.21"), Decimal("0.09")


def entry(line_id: str | None, gross: str, vat: str, quantity: int = 1, rate: Decimal = HIGH, name: str = "") -> Entry:
    net = Decimal(gross) - Decimal(vat)
    units = None if line_id is None else Decimal(quantity)
    return Entry(name or f"line {line_id}", None, None, rate, "4", net, Decimal(vat), (), line_id, units)


def line(line_id: str, gross: str, quantity: int) -> LineToForward:
    return LineToForward(
        line_id, f"line {line_id}", "SKU", f"p{line_id}", Decimal(1), quantity, 0, Decimal(gross), HIGH, None
    )


def sold(entries: Sequence[Entry], lines: Sequence[LineToForward], charges: Sequence[Charge] = ()) -> tuple[Sold, ...]:
    whole = total(one.gross for one in entries)
    order = OrderToForward("1", "1", NOON, "EUR", whole, tuple(lines), tuple(charges))
    return sold_of(order, Certificate("c", "W-1", date(2026, 11, 26), "EUR", None, None, tuple(entries), whole, whole))


THREE = sold([entry("a", "10.00", "1.74", 3)], [line("a", "10.00", 3)])
FREIGHT = (
    entry(None, "3.30", "0.57", name="Shipping"),
    entry(None, "1.65", "0.14", rate=LOW, name="Shipping"),
)
MIXED = sold(
    [entry("a", "24.20", "4.20", 2), entry("b", "10.90", "0.90", rate=LOW), *FREIGHT],
    [line("a", "24.20", 2), line("b", "10.90", 1)],
    [Charge(ChargeKind.SHIPPING, "Shipping", Decimal("4.95"))],
)


def of_line(gross: str, quantity: int = 1, line_id: str = "a") -> Refund:
    return Refund("r", NOON, (RefundedLine(line_id, quantity, Decimal(gross)),))


def beside(kind: ChargeKind, gross: str) -> Refund:
    return Refund("r", NOON, (), (Charge(kind, "", Decimal(gross)),))


def after(past: Past, parts: dict[int, Decimal]) -> Past:
    noted = {place: past.noted.get(place, Decimal(0)) + parts.get(place, Decimal(0)) for place in range(9)}
    return Past(noted, past.returned, past.covered)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_a_line_given_back_in_any_parts_comes_to_its_amounts(cuts: list[int]) -> None:
    places = sorted({0, 1000, *(cut for cut in cuts if cut < 1000)})
    past, booked = Past(), []
    for start, end in itertools.pairwise(places):
        amount = Decimal(end - start) / 100
        parts = parts_of(of_line(str(amount)), THREE, past)
        booked.append(amounts_of(THREE[0], past.at(0), parts.noted[0]))
        past = after(past, dict(parts.noted))
    assert total(gross for gross, _ in booked) == Decimal("10.00")
    assert total(vat for _, vat in booked) == Decimal("1.74")
    assert all(vat >= 0 for _, vat in booked)


@given(st.lists(st.integers(1, 494), max_size=6))
def test_shipping_at_two_rates_given_back_in_any_parts_comes_to_its_amounts_per_rate(cuts: list[int]) -> None:
    places = sorted({0, 495, *cuts})
    past, back = Past(), {2: Decimal(0), 3: Decimal(0)}
    vat = {2: Decimal(0), 3: Decimal(0)}
    for start, end in itertools.pairwise(places):
        parts = parts_of(beside(ChargeKind.SHIPPING, str(Decimal(end - start) / 100)), MIXED, past)
        for place, amount in parts.noted.items():
            gross, tax = amounts_of(MIXED[place], past.at(place), amount)
            back[place] += gross
            vat[place] += tax
        past = after(past, dict(parts.noted))
    assert back == {2: Decimal("3.30"), 3: Decimal("1.65")}
    assert vat == {2: Decimal("0.57"), 3: Decimal("0.14")}


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=8))
def test_refunds_and_returns_of_the_same_goods_never_credit_more_than_either(steps: list[tuple[bool, int]]) -> None:
    """In any sequence: what is credited are the units refunded or returned, whichever are more."""
    units = 6
    goods = sold([entry("a", "60.00", "10.41", units)], [line("a", "60.00", units)])
    refunded = returned = 0
    noted = by_returns = covered = Decimal(0)
    for is_refund, count in steps:
        if is_refund and refunded + count <= units:
            past = Past({0: noted}, {0: by_returns}, {"a": covered})
            parts = parts_of(of_line(str(count * 10), count), goods, past)
            noted += parts.noted.get(0, Decimal(0))
            covered += parts.covered["a"]
            refunded += count
        elif not is_refund and returned + count <= units:
            by_returns += units_to_credit(count, returned, refunded) * Decimal(10)
            returned += count
        assert noted + by_returns == max(refunded, returned) * Decimal(10)


def test_more_than_is_left_of_a_line_is_asked_about() -> None:
    with pytest.raises(Unbookable) as refusal:
        parts_of(of_line("10.01"), THREE, Past())
    assert refusal.value.cause is RefundCause.MORE_THAN_SOLD
    with pytest.raises(Unbookable):
        parts_of(of_line("3.00"), THREE, Past({0: Decimal("7.01")}))


def test_a_line_that_was_not_booked_is_asked_about() -> None:
    with pytest.raises(Unbookable) as refusal:
        parts_of(of_line("1.00", line_id="z"), THREE, Past())
    assert refusal.value.cause is RefundCause.UNKNOWN_LINE


def test_money_without_goods_goes_over_what_is_left_of_the_goods() -> None:
    parts = parts_of(beside(ChargeKind.DISCOUNT, "3.51"), MIXED, Past())
    assert parts.noted == {0: Decimal("2.42"), 1: Decimal("1.09")}
    with pytest.raises(Unbookable):
        parts_of(beside(ChargeKind.DISCOUNT, "35.11"), MIXED, Past())


def test_what_the_shop_kept_lessens_what_the_goods_give_back() -> None:
    kept = Refund("r", NOON, (RefundedLine("a", 1, Decimal("12.10")),), beside(ChargeKind.DISCOUNT, "-2.00").charges)
    assert parts_of(kept, MIXED, Past()).noted == {0: Decimal("10.10")}


def test_a_share_of_what_was_booked_goes_back_where_the_marketplace_took_the_vat() -> None:
    (one,) = sold([entry("a", "100.00", "0.00")], [line("a", "121.00", 1)])
    assert amounts_of(one, Decimal(0), Decimal("60.50")) == (Decimal("50.00"), Decimal(0))


def catalogue(kind: str = "I") -> Catalogue:
    item = ErpItem(1, "item", "SKU", None, "Mug", "4", "pc", True, True, False)
    code = VatCode(1, "4", "High", HIGH, kind, "B", False)
    return Catalogue({"pa": item, "pb": item}, {"4": code})


def test_a_credit_line_has_the_units_where_a_price_gives_them_back_to_the_cent() -> None:
    parts = parts_of(of_line("24.20", 2), MIXED, Past())
    (made,) = credit_lines(parts.noted, of_line("24.20", 2), MIXED, Past(), catalogue())
    assert (made.quantity, made.gross, made.vat, made.vat_code) == (Decimal(2), Decimal("24.20"), Decimal("4.20"), "4")
    (money,) = credit_lines({0: Decimal("1.00")}, of_line("1.00", 0), MIXED, Past(), catalogue("E"))
    assert (money.quantity, money.included) == (Decimal(1), False)


def test_a_credit_note_of_shipping_alone_has_a_line_of_nothing_for_exact_wants_one() -> None:
    refund = beside(ChargeKind.SHIPPING, "4.95")
    empty, *charges = credit_lines(parts_of(refund, MIXED, Past()).noted, refund, MIXED, Past(), catalogue())
    assert (empty.item_id, empty.gross) == ("item", Decimal(0))
    assert [(one.item_id, one.shipping, one.gross) for one in charges] == [
        (None, True, Decimal("3.30")),
        (None, True, Decimal("1.65")),
    ]


def test_a_return_is_planned_on_the_deliveries_that_the_goods_left_with() -> None:
    left = [
        DeliveredLine("d1", "s", "item", Decimal(2), "w"),
        DeliveredLine("d2", "s", "item", Decimal(3), "w"),
    ]
    warehouse, lines = plan({"s": Decimal(4)}, left, {"d1": Decimal(1)})
    assert warehouse == "w"
    assert [(one.delivery_line_id, one.quantity) for one in lines] == [("d1", Decimal(1)), ("d2", Decimal(3))]
    with pytest.raises(Unplannable):
        plan({"s": Decimal(5)}, left, {"d1": Decimal(1)})


def test_goods_of_two_warehouses_are_for_a_person() -> None:
    left = [DeliveredLine("d1", "s", "i", Decimal(1), "w"), DeliveredLine("d2", "s", "i", Decimal(1), "x")]
    with pytest.raises(Unplannable):
        plan({"s": Decimal(2)}, left, {})


def test_a_kit_that_was_booked_as_its_parts_is_given_back_over_them() -> None:
    parts = [
        replace(line(f"k/{part}", gross, 1), product_id=part) for part, gross in (("pa", "60.50"), ("pb", "36.30"))
    ]
    kit = sold([entry("k/pa", "60.50", "10.50"), entry("k/pb", "36.30", "6.30")], parts)
    half = Refund("r", NOON, (RefundedLine("k", 1, Decimal("48.40")),))
    first = parts_of(half, kit, Past()).noted
    assert first == {0: Decimal("30.25"), 1: Decimal("18.15")}
    lines = credit_lines(first, half, kit, Past(), catalogue())
    assert [(one.gross, one.vat) for one in lines] == [
        (Decimal("30.25"), Decimal("5.25")),
        (Decimal("18.15"), Decimal("3.15")),
    ]
    rest = parts_of(half, kit, Past(first)).noted
    assert [first[at] + rest[at] for at in (0, 1)] == [Decimal("60.50"), Decimal("36.30")]
    with pytest.raises(Unbookable):
        parts_of(half, kit, Past({0: Decimal("60.50"), 1: Decimal("36.30")}))
