"""Why a channel shows another number than Exact says follows from facts, whatever the numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.drift import (
    HEALABLE,
    OWN_LAPSES,
    DriftCause,
    DriftPolicy,
    Healing,
    Sight,
    cause_of,
    is_partial,
    is_settled,
    money_at_risk,
    sensible,
    units_at_risk,
)
from hub.domain.money import Money

OFFERS = st.integers(0, 999)
MAYBE = st.none() | OFFERS
SIGHTS = st.builds(
    Sight,
    says=MAYBE,
    believed=MAYBE,
    shown=MAYBE,
    hands_off=st.booleans(),
    listed=st.booleans(),
    mapped=st.booleans(),
    elsewhere=st.booleans(),
    refused=st.booleans(),
    busy=st.booleans(),
    announced=st.booleans(),
    fresh=st.booleans(),
    sold=st.integers(0, 5),
    searched=st.booleans(),
)
RIGHT = Sight(says=7, believed=7, shown=7)
Cause = DriftCause


@given(SIGHTS)
def test_hands_off_listings_are_never_found_to_drift(one: Sight) -> None:
    assert cause_of(replace(one, hands_off=True)) is None


@given(SIGHTS, OFFERS)
def test_a_mapped_listing_drifts_if_and_only_if_it_shows_something_else(one: Sight, says: int) -> None:
    seen = replace(one, says=says, hands_off=False, listed=True, mapped=True)
    assert (cause_of(seen) is None) == (seen.shown in (None, says))


@given(SIGHTS)
def test_what_is_not_mapped_matters_only_while_it_can_be_bought(one: Sight) -> None:
    seen = replace(one, hands_off=False, listed=True, mapped=False)
    assert cause_of(seen) is (Cause.MAPPING if seen.shown else None)


@given(SIGHTS)
def test_a_listing_that_is_gone_is_gone_whatever_else_holds(one: Sight) -> None:
    assert cause_of(replace(one, hands_off=False, listed=False)) is Cause.LISTING_GONE


@given(SIGHTS, OFFERS, OFFERS)
def test_what_the_hub_itself_does_is_never_blamed_on_others(one: Sight, says: int, shown: int) -> None:
    seen = replace(one, says=says, shown=shown, hands_off=False, listed=True, mapped=True)
    if cause_of(seen) in (Cause.CHANGED_BY_HAND, Cause.UNKNOWN_SALE):
        assert (seen.refused, seen.busy, seen.elsewhere) == (False, False, False)
        assert seen.believed not in (None, shown)


@given(SIGHTS)
def test_looking_for_orders_settles_every_cause(one: Sight) -> None:
    assert is_settled(replace(one, searched=True))
    if not is_settled(one):
        assert cause_of(one) is Cause.UNKNOWN_SALE


@given(OFFERS, st.integers(1, 20), st.integers(0, 20))
def test_only_a_sale_of_exactly_what_is_missing_explains_it(left: int, missing: int, sold: int) -> None:
    seen = Sight(says=left + missing, believed=left + missing, shown=left, sold=sold, searched=True)
    assert cause_of(seen) is (Cause.UNKNOWN_SALE if sold == missing else Cause.CHANGED_BY_HAND)


def test_each_cause_by_the_facts_that_make_it() -> None:
    """One case per cause, so that none can hide behind another."""
    told = replace(RIGHT, says=5)
    assert cause_of(RIGHT) is None
    assert cause_of(told) is Cause.LATE_NEWS
    assert cause_of(replace(told, busy=True)) is Cause.WRITE_UNDER_WAY
    assert cause_of(replace(told, busy=True, announced=False)) is Cause.LATE_NEWS
    assert cause_of(replace(told, busy=True, announced=False, believed=None)) is Cause.WRITE_UNDER_WAY
    assert cause_of(replace(told, refused=True)) is Cause.REFUSED_WRITE
    assert cause_of(replace(told, elsewhere=True)) is Cause.MAPPING
    assert cause_of(replace(RIGHT, shown=9)) is Cause.CHANGED_BY_HAND
    assert cause_of(replace(RIGHT, shown=9, fresh=True)) is Cause.STALE_READ
    assert cause_of(replace(RIGHT, shown=6)) is Cause.UNKNOWN_SALE
    assert cause_of(replace(RIGHT, shown=6, searched=True)) is Cause.CHANGED_BY_HAND
    assert cause_of(replace(RIGHT, listed=False)) is Cause.LISTING_GONE


@given(st.sampled_from(DriftCause), st.sampled_from(Healing), st.lists(st.sampled_from(DriftCause)))
def test_a_policy_heals_what_it_names_and_never_what_needs_a_person(
    cause: DriftCause, healing: Healing, causes: list[DriftCause]
) -> None:
    policy = DriftPolicy(healing, tuple(causes))
    heals = healing is Healing.ALL or (healing is Healing.CHOSEN and cause in causes)
    assert policy.heals(cause) == (heals and cause in HEALABLE)


def test_without_a_word_the_hub_heals_its_own_lapses_and_leaves_peoples_numbers_alone() -> None:
    assert {cause for cause in DriftCause if DriftPolicy().heals(cause)} == set(OWN_LAPSES)
    assert not DriftPolicy().heals(Cause.CHANGED_BY_HAND)


@given(MAYBE, MAYBE, st.decimals(Decimal("0.01"), Decimal(9999), places=2))
def test_money_at_risk_is_units_times_price_whichever_way(says: int | None, shown: int | None, price: Decimal) -> None:
    units = units_at_risk(says, shown)
    assert units == (shown or 0) - (says or 0)
    assert money_at_risk(units, Money(price, "EUR")) == Money(abs(units) * price, "EUR")
    assert money_at_risk(units, None) is None


def test_a_price_that_is_none_is_not_reckoned_with() -> None:
    assert sensible(Money(Decimal("9.999"), "EUR")) == Money(Decimal("10.00"), "EUR")
    for odd in (Money(Decimal("NaN"), "EUR"), Money(Decimal(10**9), "EUR"), Money(Decimal(-1), "EUR"), None):
        assert sensible(odd) is None
    assert sensible(Money(Decimal(1), "EURO")) is None
    assert money_at_risk(999, Money(Decimal(10**8), "EUR")) is None


def test_a_read_that_misses_much_is_a_read_of_a_part() -> None:
    assert is_partial(10_001, 100_000)
    assert not is_partial(63, 100_000)
    assert not is_partial(3, 5)
