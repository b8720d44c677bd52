"""VAT of a line: the golden table was worked out by hand from the rules; the rest holds for every combination."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.tax import (
    DeemedScheme,
    Goods,
    Oss,
    Regime,
    Seller,
    Supply,
    TaxBuyer,
    Treatment,
    UnknownPolicy,
    VatAnswer,
    VatStatus,
    decide,
)
from hub.domain.tax.places import MEMBER_STATES, territories
from hub.domain.tax.rates import all_rates

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
TABLE = Path(__file__).parent / "golden" / "tax" / "decisions.csv"
DEFAULTS = {"from": "NL", "to": "NL", "goods": "standard", "day": "2026-06-15", "seller": "NL", "policy": "hold"}


def golden() -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return [
            row | {key: row[key] or value for key, value in DEFAULTS.items()}
            for row in csv.DictReader(file, delimiter=";")
        ]


def supply_of(row: dict[str, str]) -> Supply:
    answer = VatAnswer(row["number"], VatStatus(row["answer"]), NOW, "WAPI1") if row["answer"] else None
    return Supply(
        day=date.fromisoformat(row["day"]),
        ships_from=row["from"],
        ships_to=None if row["to"] == "-" else row["to"],
        to_postcode=row["postcode"] or None,
        buyer=TaxBuyer(row["buyer"] == "business", row["number"] or None, answer),
        goods=Goods(row["goods"]),
        home_rate=Decimal(row["own"]) if row["own"] else None,
        deemed=DeemedScheme(row["deemed"]) if row["deemed"] else None,
        sale=Decimal(row["sale"] or "100"),
        voucher=row["voucher"] == "yes",
    )


def seller_of(row: dict[str, str]) -> Seller:
    states = row["seller"].removesuffix(" stock").split("+")
    oss = Oss(row["oss"] == "yes", row["oss"] == "opted", Decimal(row["this"] or 0), Decimal(row["last"] or 0))
    return Seller(
        states[0], dict.fromkeys(states[1:]), oss, row["seller"].endswith(" stock"), UnknownPolicy(row["policy"])
    )


@pytest.mark.parametrize("row", golden(), ids=lambda row: row["because"])
def test_a_golden_case_is_decided_as_worked_out_by_hand(row: dict[str, str]) -> None:
    decided = decide(supply_of(row), seller_of(row))
    found = (decided.regime.value, decided.taxed_in or "", decided.rate)
    assert found == (row["regime"], row["taxed"], Decimal(row["rate"]) if row["rate"] else None), decided.reasons


def test_the_golden_table_is_broad_and_names_each_case_once() -> None:
    rows = golden()
    assert len(rows) >= 120
    assert len({row["because"] for row in rows}) == len(rows)
    assert {row["regime"] for row in rows} == {regime.value for regime in Regime}
    assert {row["taxed"] for row in rows} >= MEMBER_STATES


countries = st.sampled_from([*sorted(MEMBER_STATES), "XI", "GB", "CH", "US", "IC", "AX", "MC", "EL", "", "1"])
postcodes = st.none() | st.sampled_from(["1011AB", "35001", "27498", "22100", "BT1 5GS", "9500-001", "6691", "98000"])
numbers = st.none() | st.sampled_from(["DE136695976", "NL004495445B01", "FR83404833048", "GB980780684", "DE1", "x"])
euros = st.decimals(min_value=0, max_value=30_000, places=2)
answers = st.none() | st.builds(
    VatAnswer, st.just("any"), st.sampled_from(VatStatus), st.just(NOW), st.none() | st.just("W1"), st.none()
)
supplies = st.builds(
    Supply,
    day=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    ships_from=st.none() | countries,
    ships_to=st.none() | countries,
    to_postcode=postcodes,
    from_postcode=postcodes,
    buyer=st.builds(TaxBuyer, st.booleans(), numbers, answers),
    goods=st.sampled_from(Goods),
    home_rate=st.none() | st.sampled_from([Decimal("0.21"), Decimal("0.09"), Decimal(0), Decimal("0.33")]),
    deemed=st.none() | st.sampled_from(DeemedScheme),
    sale=euros,
)
sellers = st.builds(
    Seller,
    home=st.sampled_from(["NL", "DE", "FR", "XI"]),
    numbers=st.dictionaries(st.sampled_from(["DE", "FR", "PL"]), st.none(), max_size=2),
    oss=st.builds(Oss, st.booleans(), st.booleans(), euros, euros),
    stock_abroad=st.booleans(),
    unknown=st.sampled_from(UnknownPolicy),
)
RATES = {row.rate for row in all_rates()} | {Decimal(0)}


def is_whole(decided: Treatment) -> bool:
    settled = decided.taxed_in is not None and decided.rate in RATES
    return settled if decided.regime.decided else (decided.taxed_in, decided.rate) == (None, None)


@given(supplies, sellers)
def test_every_combination_has_a_treatment_that_explains_itself(supply: Supply, seller: Seller) -> None:
    decided = decide(supply, seller)
    assert is_whole(decided)
    assert decided.reasons
    assert all(reason.says and reason.rule and reason.source for reason in decided.reasons)
    assert decide(supply, seller) == decided


@given(supplies, sellers)
def test_no_vat_is_charged_only_under_a_rule_that_says_so(supply: Supply, seller: Seller) -> None:
    decided = decide(supply, seller)
    if decided.regime.zero:
        assert decided.rate == 0
    if decided.regime is Regime.REVERSE_CHARGE:
        answer = supply.buyer.answer
        assert answer is not None
        trusted = answer.status is VatStatus.UNKNOWN and seller.unknown is UnknownPolicy.ACCEPT
        assert answer.status is VatStatus.VALID or trusted


@given(supplies, sellers)
def test_the_marketplaces_word_is_never_overruled(supply: Supply, seller: Seller) -> None:
    decided = decide(replace(supply, deemed=DeemedScheme.UNION), seller)
    assert decided.regime in (Regime.DEEMED_SUPPLIER, Regime.NEEDS_PERSON)


@given(supplies, sellers)
def test_a_seller_in_the_one_stop_shop_never_rests_on_the_threshold(supply: Supply, seller: Seller) -> None:
    registered = replace(seller, oss=replace(seller.oss, registered=True))
    assert decide(supply, registered).regime is not Regime.BELOW_THRESHOLD


@given(supplies, sellers, euros)
def test_selling_more_never_brings_a_seller_below_the_threshold(supply: Supply, seller: Seller, more: Decimal) -> None:
    richer = replace(seller, oss=replace(seller.oss, this_year=seller.oss.this_year + more))
    if decide(supply, richer).regime is Regime.BELOW_THRESHOLD:
        assert decide(supply, seller).regime is Regime.BELOW_THRESHOLD


@given(supplies, sellers)
def test_a_vat_number_is_never_shown_whole_in_the_reasons(supply: Supply, seller: Seller) -> None:
    number = supply.buyer.vat_number
    if number is not None and len(number) > 8:
        assert all(number[2:] not in reason.says for reason in decide(supply, seller).reasons)


def test_the_certificate_of_a_reverse_charge_names_time_and_consultation() -> None:
    answer = VatAnswer("DE136695976", VatStatus.VALID, NOW, "WAPIAAAAYxyz")
    decided = decide(Supply(date(2026, 6, 15), "NL", "DE", buyer=TaxBuyer(True, "DE136695976", answer)), Seller("NL"))
    assert "2026-06-15 09:30 UTC" in decided.why
    assert "WAPIAAAAYxyz" in decided.why


def test_every_territory_outside_the_union_is_an_export_for_its_own_country_too() -> None:
    for territory in territories():
        if territory.treated_as is None and territory.code.isalpha() and len(territory.code) == 2:
            assert decide(Supply(date(2026, 1, 1), "NL", territory.code), Seller("NL")).regime is Regime.EXPORT
