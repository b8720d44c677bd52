"""What differs between an order now and as it went to the books, and when that is a mere cancellation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.editing import Sold, SoldCharge, SoldLine, applied, as_sold, difference
from hub.domain.money import cents
from hub.domain.order import Charge, ChargeKind
from hub.domain.to_forward import LineToForward, OrderToForward

LINE = LineToForward("1", "Bolt", "B", "p", Decimal(1), 3, 0, Decimal("10.00"), Decimal("0.21"), Decimal("1.74"))
SHIPPING = Charge(ChargeKind.SHIPPING, "Post", Decimal("4.95"))
ORDER = OrderToForward("A", "A", datetime(2026, 11, 26, tzinfo=UTC), "EUR", Decimal("14.95"), (LINE,), (SHIPPING,))

amounts = st.integers(1, 100_000).map(lambda one: Decimal(one) / 100)
lines = st.builds(SoldLine, st.sampled_from("abcd"), st.just("x"), st.integers(1, 9), amounts)
charges = st.lists(st.builds(SoldCharge, st.just("fee"), st.sampled_from("xy"), amounts), max_size=2).map(tuple)
orders = st.builds(Sold, st.lists(lines, unique_by=lambda one: one.line_id, max_size=4).map(tuple), charges)


def content(sold: Sold) -> tuple[object, object]:
    return {line.line_id: (line.quantity, line.gross) for line in sold.lines}, sold.charges


@given(orders, orders)
def test_a_difference_leads_from_one_to_the_other_and_to_nothing_else(before: Sold, after: Sold) -> None:
    edit = difference(before, after)
    assert content(applied(before, edit)) == content(after)
    assert bool(edit) is (content(before) != content(after))
    assert not difference(after, applied(before, edit))


@given(orders)
def test_an_order_that_is_off_is_a_cancellation_of_everything(before: Sold) -> None:
    edit = difference(before, Sold())
    assert edit.everything is bool(before.lines)
    assert edit.off == {line.line_id: line.quantity for line in before.lines}
    assert edit.only_less is (bool(before.lines) or not before.charges)


@given(st.integers(1, 9), st.data(), amounts)
def test_units_called_off_at_their_price_are_a_cancellation(quantity: int, data: st.DataObject, gross: Decimal) -> None:
    off = data.draw(st.integers(1, quantity))
    line = replace(LINE, quantity=quantity, gross=gross)
    before, after = (
        as_sold(replace(ORDER, lines=(line,))),
        as_sold(replace(ORDER, lines=(replace(line, cancelled=off),))),
    )
    edit = difference(before, after)
    assert (edit.only_less, edit.off) == (True, {"1": off})


def test_fewer_units_at_another_price_are_an_edit() -> None:
    before = Sold((SoldLine("1", "Bolt", 3, Decimal("9.00")),))
    assert difference(before, Sold((SoldLine("1", "Bolt", 2, Decimal("6.00")),))).only_less
    assert not difference(before, Sold((SoldLine("1", "Bolt", 2, Decimal("9.00")),))).only_less
    assert not difference(before, Sold((SoldLine("1", "Bolt", 3, Decimal("8.00")),))).only_less


def test_shipping_that_was_given_back_is_an_edit_and_a_corrected_title_is_none() -> None:
    before = as_sold(ORDER)
    assert not difference(before, replace(before, charges=())).only_less
    assert not difference(before, as_sold(replace(ORDER, lines=(replace(LINE, sku="C"),))))


@given(amounts, st.integers(1, 9))
def test_what_is_sold_of_a_line_is_its_share_to_the_cent(gross: Decimal, quantity: int) -> None:
    for off in range(quantity):
        line = replace(LINE, gross=gross, quantity=quantity, cancelled=off)
        (sold,) = as_sold(replace(ORDER, lines=(line,))).lines
        assert (sold.quantity, sold.gross) == (quantity - off, cents(gross * (quantity - off) / quantity))
