"""An order of a business that said how it stands with VAT: treated by the rules, certified, or held with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.certificate import Certificate, certify
from hub.domain.channel import ChannelSettings
from hub.domain.customers import Debtor, MatchedBy
from hub.domain.forwarding import Books, Case, Hold, LineToForward, OrderToForward, draft_case, draft_sales_order
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.printed import as_page, as_text
from hub.domain.product import ErpItem, VatCode, VatPeriod
from hub.domain.tax import (
    DeemedScheme,
    Goods,
    Oss,
    Reason,
    Regime,
    Seller,
    TaxBuyer,
    UnknownPolicy,
    VatAnswer,
    VatStatus,
)
from hub.domain.taxing import TaxFacts, needs_evidence
from hub.domain.vat_mapping import VatRule
from hub.store.certificates import certificate_from_json, certificate_to_json

HIGH, LOW, GERMAN, GERMAN_LOW = Decimal("0.21"), Decimal("0.09"), Decimal("0.19"), Decimal("0.07")
NOON = datetime(2026, 6, 15, 10, tzinfo=UTC)
NUMBER = "DE136695976"


def code(name: str, percentage: Decimal, kind: str = "I", *periods: VatPeriod) -> VatCode:
    return VatCode(1, name, name, percentage, kind, "S", False, periods)


def item(name: str, vat_code: str | None) -> ErpItem:
    return ErpItem(1, f"guid-{name}", name, None, name, vat_code)


BOOKS = Books(
    {"p1": item("A", "VH"), "p2": item("B", "VL"), "p3": item("C", None)},
    {
        one.code: one
        for one in (
            code("VH", HIGH), code("VL", LOW), code("DH", GERMAN), code("DL", GERMAN_LOW, "E"),
            code("EU", Decimal(0), "E"), code("EX", Decimal(0), "B"), code("MP", Decimal(0), "N"),
        )
    },
)  # fmt: skip
SETTINGS = ChannelSettings(
    division=1,
    customer_id="debtor",
    vat_codes={HIGH: "VH", LOW: "VL"},
    reference_prefix="B-",
    vat_rules=(
        VatRule("DE", GERMAN, "DH"),
        VatRule("DE", GERMAN_LOW, "DL"),
        VatRule("NL", Decimal(0), "EU", Regime.REVERSE_CHARGE),
        VatRule("NL", Decimal(0), "EX", Regime.EXPORT),
        VatRule("NL", Decimal(0), "MP", Regime.DEEMED_SUPPLIER),
    ),
)
OSS = Seller("NL", oss=Oss(registered=True))


def line(gross: str, product: str = "p1", **more: Decimal | None) -> LineToForward:
    rate, vat = more.get("vat_rate"), more.get("vat")
    return LineToForward("1", "Thing", "SKU", product, Decimal(1), 1, 0, Decimal(gross), rate, vat)


def order(*lines: LineToForward, charges: tuple[Charge, ...] = ()) -> OrderToForward:
    numbered = tuple(replace(one, line_id=str(place)) for place, one in enumerate(lines))
    amount = total(one.gross for one in lines) + total(charge.gross for charge in charges)
    return OrderToForward("A1", "A1", NOON, "EUR", amount, numbered, charges)


def to(country: str, seller: Seller = OSS, buyer: TaxBuyer | None = None) -> TaxFacts:
    return TaxFacts(seller, "NL", country, buyer=buyer or TaxBuyer())


def business(status: VatStatus | None) -> TaxBuyer:
    answer = None if status is None else VatAnswer(NUMBER, status, NOON, "WAPI1", None)
    return TaxBuyer(True, NUMBER, answer)


def certified(
    wanted: OrderToForward, facts: TaxFacts | None, settings: ChannelSettings = SETTINGS, books: Books = BOOKS
) -> Certificate:
    case = Case(wanted, settings, books, facts)
    return certify(case, draft_case(case))


def booked(one: Certificate) -> list[tuple[str, str | None, Decimal, Decimal, Decimal]]:
    return [
        (entry.code, None if entry.regime is None else entry.regime.value, entry.rate, entry.net, entry.vat)
        for entry in one.entries
    ]


def held(wanted: OrderToForward, facts: TaxFacts, settings: ChannelSettings = SETTINGS, books: Books = BOOKS) -> Hold:
    with pytest.raises(Hold) as caught:
        draft_sales_order(wanted, settings, books, facts)
    return caught.value


shipping = Charge(ChargeKind.SHIPPING, "Post", Decimal("4.95"))


def test_a_domestic_order_is_booked_alike_with_and_without_a_standing() -> None:
    wanted = order(line("12.10"), line("10.90", "p2"), charges=(shipping,))
    assert draft_sales_order(wanted, SETTINGS, BOOKS, to("NL")) == draft_sales_order(wanted, SETTINGS, BOOKS)


def test_a_sale_in_the_one_stop_shop_is_booked_at_the_buyers_rate() -> None:
    one = certified(order(line("119.00"), line("107.00", "p2")), to("DE"))
    assert booked(one) == [
        ("DH", "oss", GERMAN, Decimal("100.00"), Decimal("19.00")),
        ("DL", "oss", GERMAN_LOW, Decimal("100.00"), Decimal("7.00")),
    ]
    assert one.equal
    assert one.distance_sale == Decimal("200.00")


def test_a_business_with_a_valid_number_is_charged_no_vat_and_the_proof_is_kept() -> None:
    one = certified(order(line("100.00")), to("DE", buyer=business(VatStatus.VALID)))
    assert booked(one) == [("EU", "reverse_charge", Decimal(0), Decimal("100.00"), Decimal(0))]
    assert one.evidence is not None
    assert (one.evidence.number, one.evidence.consultation) == ("DE******976", "WAPI1")
    assert one.distance_sale is None
    assert NUMBER not in str(certificate_to_json(one))


def test_an_unanswered_number_waits_in_a_state_of_its_own() -> None:
    asked = to("DE", buyer=business(VatStatus.UNKNOWN))
    assert held(order(line("100.00")), asked).cause is HoldCause.EVIDENCE_PENDING
    assert held(order(line("100.00")), to("DE", buyer=business(None))).cause is HoldCause.EVIDENCE_PENDING
    assert needs_evidence(order(line("100.00")), BOOKS, asked)
    trusting = replace(asked, seller=replace(OSS, unknown=UnknownPolicy.ACCEPT))
    assert not needs_evidence(order(line("100.00")), BOOKS, trusting)
    assert not needs_evidence(order(line("100.00")), BOOKS, to("NL", buyer=business(None)))


def test_what_the_rules_do_not_settle_needs_a_person_and_tells_every_step() -> None:
    problem = held(order(line("100.00")), to("DE", Seller("NL", oss=Oss(this_year=Decimal(20000)))))
    assert problem.cause is HoldCause.VAT_UNDECIDED
    assert [step["rule"] for step in problem.detail["reasons"]] == ["places", "one stop shop"]


def test_a_rate_that_the_channel_charged_otherwise_waits_with_the_difference() -> None:
    problem = held(order(line("121.00", vat_rate=HIGH, vat=Decimal("21.00"))), to("DE"))
    assert problem.cause is HoldCause.VAT_DIFFERS
    assert problem.message == "The channel charged 21 % on SKU, the rules say 19 % in DE."
    charged = order(line("119.00", vat_rate=GERMAN, vat=Decimal("19.00")))
    assert held(charged, to("DE", buyer=business(VatStatus.VALID))).cause is HoldCause.VAT_DIFFERS
    assert certified(charged, to("DE")).entries[0].vat == Decimal("19.00")


def test_a_treatment_without_a_code_names_what_to_map() -> None:
    problem = held(order(line("100.00")), to("BE"))
    assert problem.cause is HoldCause.NO_VAT_CODE
    assert problem.message == "No VAT code is mapped for 21 % in BE (oss)."
    assert held(order(line("100.00")), to("CH"), replace(SETTINGS, vat_rules=())).cause is HoldCause.NO_VAT_CODE


def test_a_code_that_carried_something_else_on_the_day_is_refused_when_used() -> None:
    changed = code("DH", GERMAN, "I", VatPeriod(Decimal("0.16"), NOON.date()))
    books = replace(BOOKS, vat_codes={**BOOKS.vat_codes, "DH": changed})
    assert held(order(line("100.00")), to("DE"), books=books).message == "VAT code DH is 16 % on 2026-06-15, not 19 %."
    dutch = replace(BOOKS, vat_codes={**BOOKS.vat_codes, "VH": code("VH", HIGH, "I", VatPeriod(LOW))})
    with pytest.raises(Hold):
        draft_sales_order(order(line("10", vat_rate=HIGH, vat=Decimal("1.74"))), SETTINGS, dutch)


def test_an_export_uses_a_code_without_vat() -> None:
    assert booked(certified(order(line("50.00")), to("CH"))) == [
        ("EX", "export", Decimal(0), Decimal("50.00"), Decimal(0))
    ]


def test_a_deemed_supplier_owes_the_price_without_the_vat_that_it_collects() -> None:
    sold = replace(line("119.00", vat_rate=GERMAN, vat=Decimal("19.00")), deemed=DeemedScheme.UNION)
    freight = Charge(ChargeKind.SHIPPING, "Post", Decimal("11.90"), GERMAN, Decimal("1.90"))
    one = certified(order(sold, charges=(freight,)), to("DE"))
    assert booked(one) == [
        ("MP", "deemed_supplier", Decimal(0), Decimal("100.00"), Decimal(0)),
        ("MP", "deemed_supplier", Decimal(0), Decimal("10.00"), Decimal(0)),
    ]
    assert one.equal
    assert one.channel_total == Decimal("110.00")


def test_shipping_is_shared_out_over_the_rates_where_the_channel_wants_it() -> None:
    wanted = order(line("60.00"), line("30.00", "p2"), charges=(shipping,))
    split = replace(SETTINGS, split_charges=True)
    for facts in (None, to("NL")):
        one = certified(wanted, facts, split)
        assert [(e.code, e.gross) for e in one.entries[2:]] == [("VH", Decimal("3.30")), ("VL", Decimal("1.65"))]
        whole = certified(wanted, facts)
        assert [(e.code, e.gross) for e in whole.entries[2:]] == [("VH", Decimal("4.95"))]


def test_what_the_items_of_a_code_are_decides_the_rate_abroad() -> None:
    medicines = replace(SETTINGS, goods={"VL": Goods.MEDICINES})
    assert certified(order(line("119.00", "p2")), to("DE"), medicines).entries[0].rate == GERMAN
    assert certified(order(line("107.00", "p2")), to("DE")).entries[0].rate == GERMAN_LOW


def test_the_channels_rate_says_what_an_item_without_code_is() -> None:
    assert certified(order(line("107.00", "p3", vat_rate=GERMAN_LOW, vat=Decimal("7.00"))), to("DE")).equal
    assert held(order(line("107.00", "p3")), to("DE")).cause is HoldCause.NO_VAT_CODE


def test_an_order_of_late_evening_belongs_to_the_day_of_the_books() -> None:
    late = replace(order(line("12.10")), placed_at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert certified(late, to("NL")).day.isoformat() == "2026-07-01"


prices = st.decimals(min_value="0.01", max_value="5000", places=2)
baskets = st.lists(st.tuples(prices, st.integers(1, 9), st.sampled_from(["p1", "p2"])), min_size=1, max_size=5)
extras = st.lists(st.decimals(min_value="0.01", max_value="40", places=2), max_size=2)
everybody = st.sampled_from(
    [None, to("NL"), to("DE"), to("CH"), to("DE", Seller("NL")), to("DE", buyer=business(VatStatus.VALID))]
)


@given(baskets, extras, everybody, st.booleans())
def test_every_certificate_adds_up_comes_back_and_prints(
    basket: list[tuple[Decimal, int, str]], amounts: list[Decimal], facts: TaxFacts | None, split: bool
) -> None:
    lines = [replace(line(str(gross), product), quantity=quantity) for gross, quantity, product in basket]
    charges = tuple(Charge(ChargeKind.SHIPPING, "Post", amount) for amount in amounts)
    one = certified(order(*lines, charges=charges), facts, replace(SETTINGS, split_charges=split))
    assert one.equal
    assert total(group.gross for group in one.sums) == one.total
    assert all(entry.reasons for entry in one.entries)
    assert all(abs(entry.rounding) < Decimal("0.005") for entry in one.entries)
    assert certificate_from_json(certificate_to_json(one)) == one
    assert f"{one.total:.2f}" in as_text("A1", one)
    assert "<script" not in as_page("<script>", one)


def test_a_certificate_reads_as_sentences() -> None:
    text = as_text("A1", certified(order(line("119.00"), charges=(shipping,)), to("DE")))
    assert "19 % in DE, oss: code DH" in text
    assert "net 100.00 + VAT 19.00 = 119.00 EUR (1 x 119)" in text
    assert "Distance sale to DE; the seller declares these in the OSS." in text
    assert "Equal to the cent." in text


def test_a_certificate_says_why_the_account_was_booked_on() -> None:
    case = Case(order(line("12.10")), SETTINGS, BOOKS, None, Debtor("a7", MatchedBy.VAT_NUMBER))
    one = certify(case, draft_case(case))
    assert (one.customer_id, one.customer_reason) == (
        "a7",
        Reason("vat number", "It is the one account that carries the buyer's VAT number.", "Exact"),
    )
    assert "a7: It is the one account that carries the buyer's VAT number." in as_text("A1", one)
    assert certificate_from_json(certificate_to_json(one)) == one
    older = certificate_to_json(one)
    del older["customer_reason"]
    assert certificate_from_json(older) == replace(one, customer_reason=None)


def test_what_was_kept_before_there_were_certificates_is_none() -> None:
    assert certificate_from_json(None) is None
    assert certificate_from_json({"rate": "0.21"}) is None
