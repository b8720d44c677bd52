"""The demo holds the hub's report against the books of Exact, and says where they differ."""

from __future__ import annotations

from decimal import Decimal

from demo.books import Sums, differences, in_books
from demo.verdict import uncertified

HIGH = Decimal("0.21")
BOOKS: Sums = {("bol-1", HIGH): (Decimal("20.00"), Decimal("4.20")), ("webshop", HIGH): (Decimal(1), Decimal("0.21"))}


def test_equal_books_have_no_differences() -> None:
    assert differences(BOOKS, dict(BOOKS)) == []


def test_a_cent_a_missing_channel_and_a_surplus_rate_are_each_named() -> None:
    report = {("bol-1", HIGH): (Decimal("20.01"), Decimal("4.20")), ("bol-1", Decimal(0)): (Decimal(5), Decimal(0))}
    assert differences(BOOKS, report) == [
        "the books hold 0.00 + 0.00 VAT of bol-1 at 0 %, the hub reports 5.00 + 0.00 VAT",
        "the books hold 20.00 + 4.20 VAT of bol-1 at 21 %, the hub reports 20.01 + 4.20 VAT",
        "the books hold 1.00 + 0.21 VAT of webshop at 21 %, the hub reports 0.00 + 0.00 VAT",
    ]


def test_the_books_are_read_by_the_hubs_own_names_of_channels() -> None:
    rows = [
        {"channel": "woocommerce", "rate": "0.21", "net": "1", "vat": "0.21"},
        {"channel": "nobody", "rate": "0.21", "net": "7", "vat": "1.47"},
    ]
    assert in_books(rows) == {("webshop", HIGH): (Decimal(1), Decimal("0.21"))}


def test_forwarded_orders_without_an_equal_certificate_are_a_problem() -> None:
    assert uncertified(3, 3) == []
    assert uncertified(3, 1) == ["2 forwarded orders have no certificate that is equal to the cent"]
