"""The publishable quantity follows its formula, whatever the numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.stock import Reading, RuleMode, StockRule, publishable

NOW = datetime(2026, 1, 1, tzinfo=UTC)

amounts = st.decimals(min_value=-1000, max_value=10_000, places=3)
readings = st.lists(st.builds(Reading, st.just(1), st.sampled_from(["A", "B"]), amounts, st.just(NOW)), max_size=4)
rules = st.builds(
    StockRule,
    st.just(RuleMode.FREE_STOCK),
    st.integers(0, 20),
    st.decimals(0, 100, places=1),
    st.integers(0, 999),
    st.just(0),
    st.integers(1, 12).map(Decimal),
)
claims = st.decimals(min_value=0, max_value=500, places=0)


def reading(free: str, warehouse: str = "A") -> Reading:
    return Reading(1, warehouse, Decimal(free), NOW)


@given(rules, readings, claims)
def test_a_published_quantity_is_never_above_what_is_free_and_unclaimed(
    rule: StockRule, found: list[Reading], claimed: Decimal
) -> None:
    quantity = publishable(rule, found, claimed).quantity
    assert quantity is not None
    left = sum((one.free_stock for one in found), Decimal(0)) - claimed
    assert 0 <= quantity <= rule.cap
    assert quantity == 0 or quantity * rule.units_per_offer <= left


@given(rules, readings, claims, claims)
def test_another_claim_never_raises_the_quantity(
    rule: StockRule, found: list[Reading], claimed: Decimal, more: Decimal
) -> None:
    before, after = publishable(rule, found, claimed), publishable(rule, found, claimed + more)
    assert (after.quantity or 0) <= (before.quantity or 0)


@given(rules, readings, claims)
def test_every_published_number_explains_itself(rule: StockRule, found: list[Reading], claimed: Decimal) -> None:
    terms = {term.name: term.value for term in publishable(rule, found, claimed).terms}
    offers, buffer = int(terms["offers"]), int(terms["buffer"])
    assert int(terms["quantity"]) == max(0, min(offers + buffer, int(terms["cap"])))


def test_buffer_and_units_per_offer_are_taken_off() -> None:
    rule = StockRule(buffer=2, units_per_offer=Decimal(6))
    assert publishable(rule, [reading("40"), reading("21", "B")], Decimal(5)).quantity == 7


def test_a_percentage_buffer_rounds_the_result_down() -> None:
    assert publishable(StockRule(buffer_percent=Decimal(10)), [reading("15")], Decimal(0)).quantity == 13


def test_only_chosen_warehouses_count() -> None:
    found = [reading("10"), reading("90", "B")]
    assert publishable(StockRule(), found, Decimal(0), warehouses=["A"]).quantity == 10


def test_a_fixed_rule_replaces_the_formula_and_hands_off_publishes_nothing() -> None:
    assert publishable(StockRule(RuleMode.FIXED, fixed=7), [reading("1")], Decimal(5)).quantity == 7
    assert publishable(StockRule(RuleMode.HANDS_OFF), [reading("1")], Decimal(0)).quantity is None


def test_nothing_is_sold_before_the_first_reading() -> None:
    assert publishable(StockRule(), [], Decimal(0)).quantity == 0
