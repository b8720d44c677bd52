"""A change of settings is thought through on orders: what would be forwarded otherwise, and in what way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books, Case, LineToForward, OrderToForward
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.product import ErpItem, VatCode
from hub.domain.rehearsal import Difference, differences, outcome_of

HIGH = Decimal("0.21")
CODES = {
    "4": VatCode(1, "4", "High", HIGH, "I", "B"),
    "40": VatCode(1, "40", "High, webshop", HIGH, "I", "S"),
    "2": VatCode(1, "2", "High, without", HIGH, "E", "B"),
}
BOOKS = Books({"p": ErpItem(1, "item", "MUG", None, "Mug", "4")}, CODES)
SETTINGS = ChannelSettings(division=1, customer_id="account", vat_codes={HIGH: "4"}, reference_prefix="W")
LINE = LineToForward("1", "Mug", "MUG", "p", Decimal(1), 2, 0, Decimal("24.20"), HIGH, Decimal("4.20"))
SHIPPING = Charge(ChargeKind.SHIPPING, "Post", Decimal("4.95"), HIGH, Decimal("0.86"))
ORDER = OrderToForward(
    "77", "#77", datetime(2026, 11, 23, 12, tzinfo=UTC), "EUR", Decimal("29.15"), (LINE,), (SHIPPING,)
)


def compared(after: ChannelSettings, before: ChannelSettings = SETTINGS) -> tuple[Difference, ...]:
    return differences(outcome_of(Case(ORDER, before, BOOKS)), outcome_of(Case(ORDER, after, BOOKS)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"sweep_seconds": 5.0, "buyer_days": 1}, ()),
        ({"customer_id": "other"}, (Difference.CUSTOMER,)),
        ({"vat_codes": {HIGH: "40"}}, (Difference.VAT_CODE,)),
        ({"vat_codes": {HIGH: "2"}, "customer_id": "other"}, (Difference.CUSTOMER, Difference.VAT_CODE)),
        ({"customer_id": None}, (Difference.NOW_HELD,)),
        ({"vat_codes": {}}, (Difference.NOW_HELD,)),
        ({"reference_prefix": "X"}, (Difference.OTHER,)),
    ],
)
def test_the_way_in_which_an_order_would_differ_is_named(
    changes: dict[str, object], expected: tuple[Difference, ...]
) -> None:
    assert compared(replace(SETTINGS, **changes)) == expected  # type: ignore[arg-type]


def test_an_order_that_would_go_on_is_told_apart_from_one_that_waits_for_another_reason() -> None:
    unmapped = replace(SETTINGS, vat_codes={})
    assert compared(SETTINGS, unmapped) == (Difference.NOW_FORWARDED,)
    assert compared(replace(unmapped, customer_id=None), unmapped) == (Difference.OTHER_CAUSE,)
    assert compared(replace(unmapped, reference_prefix="X"), unmapped) == ()


def test_an_outcome_is_a_draft_with_its_certificate_or_a_hold_in_words() -> None:
    good = outcome_of(Case(ORDER, SETTINGS, BOOKS))
    assert (good.customer_id, good.vat_codes, good.total) == ("account", ("4", "4"), Decimal("29.15"))
    assert good.certificate is not None
    assert good.certificate.equal
    bad = outcome_of(Case(ORDER, replace(SETTINGS, vat_codes={}), BOOKS))
    assert (bad.draft, bad.cause, bad.total, bad.vat_codes) == (None, HoldCause.NO_VAT_CODE, None, ())
    assert "21" in (bad.message or "")


def test_more_units_in_an_offer_make_another_draft_of_the_same_total() -> None:
    packed = replace(ORDER, lines=(replace(LINE, units_per_offer=Decimal(2)),))
    before, after = outcome_of(Case(ORDER, SETTINGS, BOOKS)), outcome_of(Case(packed, SETTINGS, BOOKS))
    assert differences(before, after) == (Difference.OTHER,)
