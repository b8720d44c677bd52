"""The tables behind VAT: whole, dated, sourced; numbers and amounts beside them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.money import total
from hub.domain.tax.amounts import parts_of, share_out
from hub.domain.tax.oss import THRESHOLD, Oss
from hub.domain.tax.places import MEMBER_STATES, Place, Unplaced, place_of
from hub.domain.tax.rates import (
    KINDS,
    Category,
    Found,
    Goods,
    all_rates,
    category_of,
    rate_for,
    rates_on,
)
from hub.domain.tax.vat_number import PREFIXES, Form, read_vat_number

states = st.sampled_from(sorted(MEMBER_STATES))
days = st.dates(date(2017, 1, 1), date(2030, 12, 31))


@given(states, days)
def test_every_member_state_has_exactly_one_standard_rate_on_every_day(state: str, day: date) -> None:
    standard = [row for row in rates_on(state, day) if row.category is Category.STANDARD]
    assert len(standard) == 1
    assert Decimal("0.15") <= standard[0].rate <= Decimal("0.27")


@given(states, days, st.sampled_from(KINDS))
def test_no_kind_of_goods_has_two_rates_on_one_day(state: str, day: date, kind: Goods) -> None:
    assert len([row for row in rates_on(state, day) if kind in row.goods]) <= 1


@given(states, days)
def test_reduced_rates_lie_between_five_percent_and_the_standard_rate(state: str, day: date) -> None:
    rows = rates_on(state, day)
    standard = next(row.rate for row in rows if row.category is Category.STANDARD)
    for row in rows:
        if row.category is Category.REDUCED:
            assert Decimal("0.05") <= row.rate < standard
        if row.category is Category.SUPER_REDUCED:
            assert 0 < row.rate < Decimal("0.05")


def test_standard_rates_follow_each_other_without_a_gap() -> None:
    for state in MEMBER_STATES:
        rows = sorted((row for row in all_rates() if row.place == state and row.category is Category.STANDARD),
                      key=lambda row: row.since)  # fmt: skip
        assert rows[-1].until is None
        assert all(a.until is not None and a.until + timedelta(days=1) == b.since for a, b in pairwise(rows))


def test_every_row_names_its_source_its_day_and_how_sure_it_is() -> None:
    for row in all_rates():
        assert row.source
        assert row.looked_up >= date(2026, 1, 1)
        assert row.sure in ("high", "medium", "low")


def test_a_percentage_is_read_as_the_category_it_has_on_that_day() -> None:
    assert category_of("NL", Decimal("0.09"), date(2026, 1, 1)) is Goods.REDUCED
    assert category_of("NL", Decimal("0.09"), date(2018, 1, 1)) is None
    assert category_of("NL", Decimal("0.21"), date(2026, 1, 1)) is Goods.STANDARD
    assert category_of("FR", Decimal("0.021"), date(2026, 1, 1)) is Goods.SUPER_REDUCED
    assert category_of("NL", Decimal(0), date(2026, 1, 1)) is Goods.ZERO


def test_a_region_takes_from_its_state_what_it_does_not_set_itself() -> None:
    found = rate_for("AT-JM", Goods.BOOKS, date(2026, 1, 1))
    assert isinstance(found, Found)
    assert found.rate.rate == Decimal("0.10")


def test_an_address_in_a_special_postcode_is_known_however_it_is_typed() -> None:
    for typed in ("27498", "D-27498", "DE 27498", " 27498 "):
        place = place_of("de", typed)
        assert isinstance(place, Place)
        assert not place.inside
    assert isinstance(place_of(None), Unplaced)


def test_known_numbers_of_each_tested_state_are_good_and_a_changed_digit_is_not() -> None:
    known = [
        "ATU13585627",
        "BE0428759497",
        "DE136695976",
        "DK13585628",
        "FI20774740",
        "FR83404833048",
        "HR33392005961",
        "IT00743110157",
        "LU15027442",
        "NL004495445B01",
        "NL002455799B11",
        "PL8567346215",
        "PT501964843",
        "SE123456789701",
    ]
    for text in known:
        number = read_vat_number(text)
        assert (number.form, str(number)) == (Form.GOOD, text)
        last = 11 if text.startswith(("SE", "NL")) else len(text)
        mistyped = text[: last - 1] + str((int(text[last - 1]) + 1) % 10) + text[last:]
        assert read_vat_number(mistyped).form is Form.MISTYPED, mistyped


@given(st.text(max_size=20), st.none() | st.sampled_from([*sorted(MEMBER_STATES), "GB", "XI", ""]))
def test_any_text_is_read_as_some_number(text: str, country: str | None) -> None:
    number = read_vat_number(text, country)
    assert number.form is Form.FOREIGN or number.prefix in PREFIXES
    assert len(number.digits) <= 3 or number.digits not in number.masked


@given(st.decimals(min_value="0.01", max_value="100000", places=2), st.sampled_from([row.rate for row in all_rates()]))
def test_an_amount_and_its_vat_add_up_either_way(amount: Decimal, rate: Decimal) -> None:
    within, beside = parts_of(amount, rate, includes_vat=True), parts_of(amount, rate, includes_vat=False)
    assert within.gross == amount
    assert beside.net == amount
    assert abs(beside.vat - amount * rate) <= Decimal("0.005")
    assert abs(within.vat - within.net * rate) <= Decimal("0.01")


worths = st.dictionaries(st.integers(0, 6), st.decimals(min_value=0, max_value=5000, places=2), min_size=1)


@given(st.decimals(min_value="-500", max_value="500", places=2), worths)
def test_a_charge_is_shared_out_to_the_cent(amount: Decimal, worth: dict[int, Decimal]) -> None:
    shares = share_out(amount, worth)
    assert total(shares.values()) == amount
    whole = total(worth.values())
    for key, share in shares.items():
        if whole:
            assert abs(share - amount * worth[key] / whole) < Decimal("0.01")


def test_nothing_to_share_over_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to share"):
        share_out(Decimal(1), {})


@given(st.decimals(min_value=0, max_value=20_000, places=2), st.decimals(min_value=0, max_value=20_000, places=2))
def test_the_threshold_counts_both_years_and_the_sale_itself(year: Decimal, sale: Decimal) -> None:
    assert Oss(this_year=year).exceeded_with(sale) == (year + sale > THRESHOLD)
    assert Oss(last_year=year).exceeded_with(Decimal(0)) == (year > THRESHOLD)
