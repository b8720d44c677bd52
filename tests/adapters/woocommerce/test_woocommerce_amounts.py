"""Shops that round VAT on the order, and gift cards of their plugins."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.fields import Fields, parse
from hub.adapters.woocommerce import mapping
from hub.adapters.woocommerce.rounding import Taxed, moved_cents
from hub.domain.money import CENT, cents, total
from hub.domain.order import ChannelOrder, PaymentKind

HIGH, LOW = Decimal("0.21"), Decimal("0.09")


def line(number: int, net: str, percent: int = 21) -> dict[str, Any]:
    """Return a line whose VAT the shop tells rounded, and before rounding."""
    exact = Decimal(net) * percent / 100
    return {
        "id": number, "name": "A thing", "product_id": number, "quantity": 1, "subtotal": net, "total": net,
        "subtotal_tax": str(cents(exact)), "total_tax": str(cents(exact)),
        "taxes": [{"id": percent, "total": str(exact), "subtotal": str(exact)}],
    }  # fmt: skip


def order(*lines: dict[str, Any], keys: tuple[str, ...] = (), **changes: Any) -> ChannelOrder:
    document = {
        "id": 54, "status": "processing", "currency": "EUR", "date_modified_gmt": "2026-11-23T04:17:34",
        "line_items": list(lines), "shipping_lines": [], "fee_lines": [], "meta_data": [],
        "tax_lines": [{"rate_id": 21, "rate_percent": 21}, {"rate_id": 9, "rate_percent": 9}],
    }  # fmt: skip
    found = mapping.channel_order(Fields.of(parse(json.dumps(document | changes)), "order"), keys)
    assert found is not None
    return found


def test_a_cent_of_vat_goes_to_the_line_that_rounding_took_most_from() -> None:
    # Three times 0.2079 is 0.6237: the shop says 0.62, the lines 0.63. All lost alike, so the first one gives.
    found = order(line(1, "0.99"), line(2, "0.99"), line(3, "0.99"), total="3.59")
    assert [each.vat for each in found.lines] == [Decimal("0.20"), Decimal("0.21"), Decimal("0.21")]
    assert found.total == found.stated_sum == Decimal("3.59")
    assert "The shop rounds VAT on the order: 0.01 was moved to its lines" in found.remarks


def test_the_rate_that_the_shop_says_more_of_gets_the_cent() -> None:
    # 21 %: 2 x 0.3444 = 0.6888, lines 0.68, shop 0.69. 9 %: 2 x 0.1242 = 0.2484, lines 0.24, shop 0.25 before
    # rounding the sum: 0.9372 is 0.94 in all, and the lines say 0.92.
    taxes = [
        {"rate_id": 21, "rate_percent": 21, "tax_total": "0.69"},
        {"rate_id": 9, "rate_percent": 9, "tax_total": "0.25"},
    ]
    lines = [line(1, "1.64"), line(2, "1.64"), line(3, "1.38", 9), line(4, "1.38", 9)]
    found = order(*lines, total="6.98", tax_lines=taxes)
    by_rate = {
        rate: total(one.vat or Decimal(0) for one in found.lines if one.vat_rate == rate) for rate in (HIGH, LOW)
    }
    assert by_rate == {HIGH: Decimal("0.69"), LOW: Decimal("0.25")}
    assert found.total == found.stated_sum


def test_a_shop_that_rounds_per_line_is_left_alone() -> None:
    found = order(line(1, "0.99"), line(2, "0.99"), line(3, "0.99"), total="3.60")
    assert [each.vat for each in found.lines] == [Decimal("0.21")] * 3
    assert not found.remarks


def test_a_difference_that_rounding_does_not_explain_stays_for_a_person() -> None:
    found = order(line(1, "0.99"), line(2, "0.99"), line(3, "0.99"), total="3.57")
    assert found.stated_sum - found.total == Decimal("0.03")


@given(st.lists(st.tuples(st.decimals("0.01", "400", places=2), st.sampled_from([21, 9])), min_size=1, max_size=12))
def test_lines_add_up_however_a_shop_rounds_its_sum(parts: list[tuple[Decimal, int]]) -> None:
    lines = [line(number, str(net), percent) for number, (net, percent) in enumerate(parts, 1)]
    exact = {p: total(net * p / 100 for net, percent in parts if percent == p) for p in (21, 9)}
    whole = total(net for net, _ in parts) + cents(total(exact.values()))
    taxes = [{"rate_id": p, "rate_percent": p, "tax_total": str(cents(vat))} for p, vat in exact.items()]
    found = order(*lines, total=str(whole), tax_lines=taxes)
    assert found.total == found.stated_sum == whole
    assert all(abs((one.vat or Decimal(0)) - cents(net * p / 100)) <= CENT
               for one, (net, p) in zip(found.lines, parts, strict=True))  # fmt: skip


def test_nothing_is_moved_beyond_a_cent_per_part() -> None:
    parts = [Taxed(Decimal("1.20"), Decimal("0.21"), Decimal("0.2079"), HIGH)]
    assert moved_cents(parts, Decimal("1.18"), {}) == [Decimal(0)]


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ({"AAAA": 10, "BBBB": "2.50"}, "12.50"),
        ("12.50", "12.50"),
        (12.5, "12.5"),
        ({"AAAA": {"amount": "12.5"}}, "12.5"),
    ],
)
def test_what_a_plugin_keeps_of_a_gift_card_is_a_payment(value: object, amount: str) -> None:
    meta = [{"key": "_cards", "value": value}]
    found = order(line(1, "50.00"), total="48.00", meta_data=meta, keys=("_cards",))
    assert [(one.kind, one.amount, one.description) for one in found.payments] == [
        (PaymentKind.GIFT_CARD, Decimal(amount), "")
    ]
    assert found.total == Decimal("60.50") == found.stated_sum


def test_a_plugin_that_left_the_total_alone_is_told_as_a_payment_too() -> None:
    meta = [{"key": "_cards", "value": "12.50"}]
    found = order(line(1, "50.00"), total="60.50", meta_data=meta, keys=("_cards",))
    assert (found.total, found.payments[0].amount) == (Decimal("60.50"), Decimal("12.50"))


@pytest.mark.parametrize("value", ["none", None, [], True, "NaN", {"AAAA": "much"}, "-5"])
def test_data_that_is_no_amount_pays_nothing(value: object) -> None:
    found = order(line(1, "50.00"), total="60.50", meta_data=[{"key": "_cards", "value": value}], keys=("_cards",))
    assert (found.total, found.payments) == (Decimal("60.50"), ())


def test_a_key_that_the_settings_do_not_name_is_nothing_to_the_hub() -> None:
    found = order(line(1, "50.00"), total="48.00", meta_data=[{"key": "_cards", "value": "12.50"}])
    assert (found.total, found.payments) == (Decimal("48.00"), ())
