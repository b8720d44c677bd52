"""An order becomes a sales order that equals it to the cent, or it waits with a cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books, Hold, LineToForward, OrderToForward, draft_sales_order
from hub.domain.money import cents, total
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.product import ErpItem, VatCode

HIGH, LOW = Decimal("0.21"), Decimal("0.09")


def item(code: str, vat_code: str | None = "VH") -> ErpItem:
    return ErpItem(1, f"guid-{code}", code, None, code, vat_code)


def vat_code(code: str, percentage: Decimal, kind: str = "I", blocked: bool = False) -> VatCode:
    return VatCode(1, code, code, percentage, kind, "S", blocked)


BOOKS = Books(
    {"p1": item("A"), "p2": item("B", "VL")},
    {"VH": vat_code("VH", HIGH), "VL": vat_code("VL", LOW), "XX": vat_code("XX", HIGH, blocked=True)},
)
SETTINGS = ChannelSettings(division=1, customer_id="debtor", vat_codes={HIGH: "VH", LOW: "VL"}, reference_prefix="B-")


def line(
    gross: str, quantity: int = 1, product: str | None = "p1", cancelled: int = 0, **more: Decimal | None
) -> LineToForward:
    values = {"vat_rate": None, "vat": None} | more
    rate, vat = values["vat_rate"], values["vat"]
    return LineToForward("1", "Thing", "SKU", product, Decimal(1), quantity, cancelled, Decimal(gross), rate, vat)


def order(*lines: LineToForward, charges: tuple[Charge, ...] = (), off: str = "0") -> OrderToForward:
    numbered = tuple(replace(one, line_id=str(place)) for place, one in enumerate(lines))
    amount = total(one.gross for one in lines) + total(charge.gross for charge in charges) + Decimal(off)
    return OrderToForward("A1", "A1", datetime(2026, 1, 1, tzinfo=UTC), "EUR", amount, numbered, charges)


def held(wanted: OrderToForward, settings: ChannelSettings = SETTINGS, books: Books = BOOKS) -> HoldCause:
    with pytest.raises(Hold) as caught:
        draft_sales_order(wanted, settings, books)
    return caught.value.cause


prices = st.decimals(min_value="0.01", max_value="5000", places=2)
some_lines = st.lists(st.tuples(prices, st.integers(1, 40), st.sampled_from(["p1", "p2"])), min_size=1, max_size=6)


@given(some_lines)
def test_a_draft_gives_back_the_channels_total_to_the_cent(lines: list[tuple[Decimal, int, str]]) -> None:
    wanted = order(*(line(str(gross), quantity, product) for gross, quantity, product in lines))
    draft = draft_sales_order(wanted, SETTINGS, BOOKS)
    assert draft.total == wanted.total
    assert total(cents(one.net_price * one.quantity) for one in draft.lines) == wanted.total


def test_the_items_vat_code_decides_where_the_channel_states_no_rate() -> None:
    draft = draft_sales_order(order(line("12.10"), line("10.90", product="p2")), SETTINGS, BOOKS)
    assert [(one.vat_code, one.vat_rate) for one in draft.lines] == [("VH", HIGH), ("VL", LOW)]


def test_the_channels_own_rate_wins() -> None:
    draft = draft_sales_order(order(line("10.90", vat_rate=LOW, vat=Decimal("0.90"))), SETTINGS, BOOKS)
    assert (draft.lines[0].vat_code, draft.lines[0].vat) == ("VL", Decimal("0.90"))


def test_a_code_excluding_vat_takes_net_prices() -> None:
    books = replace(BOOKS, vat_codes={"VH": vat_code("VH", HIGH, "E")})
    draft = draft_sales_order(order(line("12.10", vat_rate=HIGH, vat=Decimal("2.10"))), SETTINGS, books)
    assert draft.lines[0].net_price == Decimal("10.000000")


def test_shipping_becomes_a_charge_at_the_leading_rate() -> None:
    charge = Charge(ChargeKind.SHIPPING, "Post", Decimal("4.95"))
    draft = draft_sales_order(order(line("50"), line("10", product="p2"), charges=(charge,)), SETTINGS, BOOKS)
    assert [(one.gross, one.vat_code, one.shipping) for one in draft.charges] == [(Decimal("4.95"), "VH", True)]


def test_units_cancelled_before_forwarding_are_left_out() -> None:
    draft = draft_sales_order(order(line("30", 3, cancelled=1)), SETTINGS, BOOKS)
    assert (draft.lines[0].quantity, draft.total) == (Decimal(2), Decimal("20.00"))


def test_a_total_that_does_not_add_up_waits_with_its_difference() -> None:
    with pytest.raises(Hold) as caught:
        draft_sales_order(order(line("10"), off="0.01"), SETTINGS, BOOKS)
    assert caught.value.cause is HoldCause.TOTALS_DIFFER
    assert caught.value.detail["difference"] == "-0.01"


def test_each_thing_missing_is_a_cause_of_its_own() -> None:
    fee = Charge(ChargeKind.FEE, "Gift wrap", Decimal("2"))
    assert held(order(line("1", product=None))) is HoldCause.UNKNOWN_PRODUCT
    assert held(order(line("1")), replace(SETTINGS, customer_id=None)) is HoldCause.NO_CUSTOMER
    assert held(order(line("1")), replace(SETTINGS, vat_codes={})) is HoldCause.NO_VAT_CODE
    assert held(order(line("1")), replace(SETTINGS, vat_codes={HIGH: "XX"})) is HoldCause.NO_VAT_CODE
    assert held(order(line("1"), charges=(fee,))) is HoldCause.CHARGE_UNMAPPED
    assert held(order(line("1")), replace(SETTINGS, reference_prefix="P" * 40)) is HoldCause.REFERENCE_TOO_LONG
    assert held(replace(order(line("1")), currency="USD")) is HoldCause.CURRENCY


def test_a_mapped_code_of_another_percentage_is_refused() -> None:
    assert held(order(line("1")), replace(SETTINGS, vat_codes={HIGH: "VL"})) is HoldCause.NO_VAT_CODE


def test_the_same_order_always_has_the_same_reference_and_fingerprint() -> None:
    first, second = (draft_sales_order(order(line("9.99")), SETTINGS, BOOKS) for _ in range(2))
    assert (first.your_ref, first.fingerprint()) == ("B-A1", second.fingerprint())


def test_vat_of_several_rates_on_one_line_or_charge_waits_for_a_person() -> None:
    shipping = Charge(ChargeKind.SHIPPING, "Post", Decimal("4.95"), vat=Decimal("0.70"))
    assert held(order(line("10", vat=Decimal("1.20")))) is HoldCause.NO_VAT_CODE
    assert held(order(line("10"), charges=(shipping,))) is HoldCause.NO_VAT_CODE
