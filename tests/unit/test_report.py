"""Reports: what was booked, added up by period, place and rate; what the one stop shop asks of a quarter."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hub.domain.amounts.booked import EntryKind
from hub.domain.booking import Booking, BookingKind, Goods, bookings_of, fees_of
from hub.domain.certificate import Certificate, Entry
from hub.domain.order import ChannelFee
from hub.domain.oss_return import OssCorrection, OssLine, OssSum, months_of, oss_return
from hub.domain.report import Asked, BookedSum, Span, quarter_of, report_rows
from hub.domain.report_printed import oss_sheet, oss_text, report_sheet, report_text
from hub.domain.tax import Regime

DAY = date(2026, 11, 30)
MONTH = Asked(date(2026, 11, 1), date(2026, 12, 1))


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def entry(net: str, vat: str, rate: str = "0.21", **fields: object) -> Entry:
    usual: dict[str, object] = {"line_id": None, "quantity": None} | fields
    amounts = Decimal(rate), "4", Decimal(net), Decimal(vat)
    return Entry("Mug", Regime.OSS, "BE", *amounts, (), **usual)  # type: ignore[arg-type]


def booked(*entries: Entry, goods: dict[str, Goods] | None = None) -> list[Booking]:
    total = sum((one.gross for one in entries), Decimal(0))
    certificate = Certificate("account", "B-1", DAY, "EUR", "NL", "BE", entries, total, total)
    return bookings_of(certificate, goods or {})


def a_sum(net: str, vat: str = "0", **fields: object) -> BookedSum:
    usual: dict[str, object] = {
        "channel_id": "shop", "month": "2026-11", "kind": BookingKind.LINE, "regime": "domestic", "taxed_in": "NL",
        "rate": Decimal("0.21"), "currency": "EUR", "discount": Decimal(0), "cost": Decimal(0),
        "uncosted": Decimal(0), "orders": 0,
    }  # fmt: skip
    return BookedSum(net=Decimal(net), vat=Decimal(vat), **(usual | fields))  # type: ignore[arg-type]


def test_a_line_is_booked_with_its_cost_and_the_discount_it_was_given() -> None:
    goods = {"1": Goods(Decimal("1.21"), Decimal("2.345"))}
    [one] = booked(entry("20.00", "4.20", line_id="1", quantity=Decimal(3)), goods=goods)
    assert (one.kind, one.net, one.vat, one.discount, one.cost) == (
        BookingKind.LINE, Decimal("20.00"), Decimal("4.20"), Decimal("1.21"), Decimal("7.04"),
    )  # fmt: skip
    assert (one.day, one.supplied_on, one.regime, one.taxed_in, one.ships_from) == (DAY, DAY, "oss", "BE", "NL")


def test_goods_without_a_cost_price_are_booked_at_no_known_cost() -> None:
    [one] = booked(entry("20.00", "4.20", line_id="1", quantity=Decimal(3)))
    assert one.cost is None


def test_charges_are_told_apart_and_an_order_discount_counts_as_discount() -> None:
    entries = [
        entry("4.09", "0.86", kind=EntryKind.SHIPPING),
        entry("1.00", "0.21", kind=EntryKind.FEE),
        entry("-2.00", "-0.42", kind=EntryKind.DISCOUNT),
        entry("0.01", "0.00", kind=EntryKind.ROUNDING),
        entry("25.00", "0.00", kind=EntryKind.VOUCHER, line_id="g"),
    ]
    assert [(one.kind.value, one.discount) for one in booked(*entries)] == [
        ("shipping", 0), ("fee", 0), ("discount", Decimal("2.42")), ("fee", 0), ("line", 0),
    ]  # fmt: skip


def test_what_the_channel_keeps_is_a_cost_and_no_revenue() -> None:
    [one] = fees_of([ChannelFee("commission", Decimal("3.10"), "EUR", "1")], DAY)
    assert (one.kind, one.code) == (BookingKind.CHANNEL_FEE, "commission")
    assert (one.net, one.vat, one.cost) == amounts("0", "0", "3.10")


@pytest.mark.parametrize(
    ("month", "quarter"), [("2026-01", "2026-Q1"), ("2026-03", "2026-Q1"), ("2026-04-05", "2026-Q2"),
                           ("2026-12", "2026-Q4")],
)  # fmt: skip
def test_months_fall_into_their_quarter(month: str, quarter: str) -> None:
    assert quarter_of(month) == quarter


SUMS = [
    a_sum("100", "21", cost=Decimal("60"), discount=Decimal("5"), orders=3),
    a_sum("30", "2.70", rate=Decimal("0.09"), uncosted=Decimal("30")),
    a_sum("8", "1.68", kind=BookingKind.SHIPPING),
    a_sum("-10", "-2.10", kind=BookingKind.CREDIT, cost=Decimal("-6")),
    a_sum("0", kind=BookingKind.CHANNEL_FEE, cost=Decimal("12"), regime=None, taxed_in=None, rate=Decimal(0)),
    a_sum("50", "10.50", month="2026-12", cost=Decimal("20"), orders=1),
    a_sum("7", "0", currency="USD", orders=1),
]


def test_a_row_adds_up_what_was_earned_and_what_it_cost() -> None:
    euros, dollars = report_rows([one for one in SUMS if one.month == "2026-11"], MONTH)
    assert (euros.currency, dollars.currency, euros.orders) == ("EUR", "USD", 3)
    assert (euros.net, euros.vat) == amounts("128", "23.28")
    assert (euros.shipping, euros.credits, euros.discounts, euros.fees) == amounts("8", "-10", "5", "12")
    assert (euros.cost, euros.uncosted, euros.margin) == amounts("54", "30", "32")
    assert [(one.rate, one.net, one.vat) for one in euros.rates] == [
        amounts("0.09", "30", "2.70"),
        amounts("0.21", "98", "20.58"),
    ]
    assert (dollars.net, dollars.margin) == amounts("7", "7")


@pytest.mark.parametrize(
    ("span", "periods"),
    [
        (Span.MONTH, ["2026-11", "2026-11", "2026-12"]),
        (Span.QUARTER, ["2026-Q4", "2026-Q4"]),
        (Span.WHOLE, ["2026-10-01/2027-01-01"] * 2),
    ],
)
def test_there_is_a_row_per_period_asked_for(span: Span, periods: list[str]) -> None:
    rows = report_rows(SUMS, Asked(date(2026, 10, 1), date(2027, 1, 1), span))
    assert [row.period for row in rows] == periods
    assert sum(row.net for row in rows) == sum(one.net for one in SUMS)


def test_the_margins_of_the_sheet_add_up_to_those_of_the_rows() -> None:
    asked = Asked(date(2026, 10, 1), date(2027, 1, 1), Span.QUARTER)
    cells = list(csv.DictReader(io.StringIO(report_sheet(SUMS, asked))))
    assert sum(Decimal(row["margin"]) for row in cells) == sum(row.margin for row in report_rows(SUMS, asked))
    [high] = [row for row in cells if (row["kind"], row["currency"], row["rate"]) == ("line", "EUR", "0.21")]
    assert (high["period"], high["net"], high["vat"], high["gross"], high["orders"]) == (
        "2026-Q4", "150", "31.50", "181.50", "4",
    )  # fmt: skip


def test_a_sheet_holds_no_formula_and_leaves_negative_amounts_numbers() -> None:
    odd = replace(SUMS[3], channel_id='=HYPERLINK("http://x","y")')
    [row] = csv.DictReader(io.StringIO(report_sheet([odd], MONTH)))
    assert row["channel"] == '\'=HYPERLINK("http://x","y")'
    assert (row["net"], row["margin"]) == ("-10", "-4")


def test_the_text_names_every_amount() -> None:
    text = report_text(SUMS, MONTH)
    for word in ("shop, 2026-11-01/2026-12-01: 4 orders, EUR", "kept by the channel", "VAT 21% in NL, domestic"):
        assert word in text.replace("21 %", "21%")
    assert "Nothing was booked." in report_text([], MONTH)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (Asked(DAY, DAY), "ends after"),
        (Asked(date(2020, 1, 1), date(2026, 1, 1)), "at most"),
    ],
)
def test_an_impossible_period_is_refused_in_words(asked: Asked, word: str) -> None:
    assert word in (asked.problem() or "")
    assert MONTH.problem() is None


def oss(net: str, vat: str, month: str = "2026-11", **fields: object) -> OssSum:
    usual: dict[str, object] = {"taxed_in": "BE", "ships_from": "NL", "rate": Decimal("0.21"), "currency": "EUR"}
    return OssSum(month=month, net=Decimal(net), vat=Decimal(vat), **(usual | fields))  # type: ignore[arg-type]


RETURN = oss_return(
    "2026-Q4",
    [
        oss("100", "21"),
        oss("10", "2.10", "2026-10"),
        oss("-20", "-4.20"),
        oss("50", "9.50", taxed_in="DE", rate=Decimal("0.19")),
        oss("30", "4.80", taxed_in="PT-AC", rate=Decimal("0.16")),
        oss("-40", "-8.40", "2026-09"),
        oss("-5", "-0.95", "2026-09", taxed_in="DE", rate=Decimal("0.19")),
        oss("-7", "-1.47", "2025-12"),
    ],
)


def test_the_one_stop_shop_is_told_each_state_and_rate_and_corrections_apart() -> None:
    assert RETURN.lines == (
        OssLine("BE", "NL", Decimal("0.21"), "EUR", Decimal(90), Decimal("18.90")),
        OssLine("DE", "NL", Decimal("0.19"), "EUR", Decimal(50), Decimal("9.50")),
        OssLine("PT", "NL", Decimal("0.16"), "EUR", Decimal(30), Decimal("4.80")),
    )
    assert RETURN.corrections == (
        OssCorrection("2025-Q4", "BE", "EUR", Decimal(-7), Decimal("-1.47")),
        OssCorrection("2026-Q3", "BE", "EUR", Decimal(-40), Decimal("-8.40")),
        OssCorrection("2026-Q3", "DE", "EUR", Decimal(-5), Decimal("-0.95")),
    )
    assert RETURN.vat == Decimal("22.38")


def test_the_sheet_for_the_one_stop_shop_keeps_sales_and_corrections_apart() -> None:
    rows = list(csv.DictReader(io.StringIO(oss_sheet(RETURN))))
    assert [row["part"] for row in rows] == ["sales"] * 3 + ["correction"] * 3
    assert (rows[3]["quarter"], rows[3]["state"], rows[3]["rate"], rows[3]["vat"]) == ("2025-Q4", "BE", "", "-1.47")
    assert "VAT to be paid" in oss_text(RETURN)


@pytest.mark.parametrize(
    ("quarter", "days"),
    [("2026-Q1", ("2026-01-01", "2026-04-01")), ("2026-Q4", ("2026-10-01", "2027-01-01"))],
)
def test_a_quarter_has_a_first_day_and_one_after_its_last(quarter: str, days: tuple[str, str]) -> None:
    assert months_of(quarter) == days


@pytest.mark.parametrize("quarter", ["2026-Q5", "2026", "Q1-2026", "26-Q1", "2026-Q", "２０２６-Q4", ""])
def test_what_is_no_quarter_is_refused(quarter: str) -> None:
    with pytest.raises(ValueError, match="2026-Q4"):
        months_of(quarter)
