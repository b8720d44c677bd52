"""What a goods delivery holds of one order, and what its parcels are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.actors.erp.parcels import Content, broken_offers, contents_of, free_references, units_before, within
from hub.domain.delivery import Delivery, DeliveryLine, ShippedUnits
from hub.domain.pacing import patience
from hub.store.sales_lines import SalesLine

ORDER = "0123456789abcdef"
KNOWN = {
    "S1": SalesLine(ORDER, "L1", {"S1": Decimal(6)}),
    "S2": SalesLine(ORDER, "L2", {"S2": Decimal(1)}),
    "S9": SalesLine("another", "L9", {"S9": Decimal(1)}),
}


def delivery(number: int, *lines: tuple[str, int], tracking: str | None = "3S") -> Delivery:
    made = tuple(DeliveryLine(one, Decimal(quantity)) for one, quantity in lines)
    return Delivery(f"entry-{number}", number, datetime(2026, 11, 23, tzinfo=UTC), tracking, None, made)


def offers(one: Delivery, *others: Delivery) -> dict[str, int]:
    contents = contents_of(one, ORDER, KNOWN, {}, units_before(one, others))
    return {unit.line_id: unit.quantity for content in contents for unit in content.units}


def test_an_offer_leaves_with_the_delivery_that_completes_it() -> None:
    first, second = delivery(1, ("S1", 4)), delivery(2, ("S1", 2))
    assert offers(first, first, second) == {}
    assert offers(second, second, first) == {"L1": 1}


@given(st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_no_stock_unit_is_lost_or_told_twice_however_goods_are_split(parts: list[int]) -> None:
    made = [delivery(number, ("S1", part)) for number, part in enumerate(parts, 1)]
    assert sum(offers(one, *made).get("L1", 0) for one in made) == sum(parts) // 6


def test_units_of_one_offer_under_two_codes_of_a_delivery_are_one_offer() -> None:
    made = delivery(1, ("S1", 4), ("S1", 2))
    split = replace(made, lines=(made.lines[0], replace(made.lines[1], tracking="3SB")))
    contents = contents_of(split, ORDER, KNOWN, {}, {})
    assert [(one.tracking, one.units) for one in contents] == [("3SB", (ShippedUnits("L1", 1),))]


def test_what_was_told_of_a_delivery_is_not_told_again() -> None:
    made = delivery(1, ("S2", 3), ("S9", 5))
    assert contents_of(made, ORDER, KNOWN, {"L2": 3}, {}) == []
    (rest,) = contents_of(made, ORDER, KNOWN, {"L2": 1}, {})
    assert rest.units == (ShippedUnits("L2", 2),)


def test_only_parts_of_offers_need_the_other_deliveries() -> None:
    assert broken_offers([delivery(1, ("S1", 12), ("S2", 1), ("strange", 5))], KNOWN) == set()
    assert broken_offers([delivery(1, ("S1", 7))], KNOWN) == {"S1"}


def test_a_new_parcel_never_takes_the_reference_of_a_kept_one() -> None:
    made = delivery(42)
    assert free_references(made, ORDER, set(), 2) == ["42-01234567-1", "42-01234567-2"]
    assert free_references(made, ORDER, {"42-01234567-2"}, 2) == ["42-01234567-1", "42-01234567-3"]


@pytest.mark.parametrize(("waited", "pause"), [(0, 15), (15, 15), (30, 30), (60, 60), (10_000, 900)])
def test_each_wait_is_as_long_as_all_before_it(waited: float, pause: float) -> None:
    assert patience(waited) == pause


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.integers(0, 12),
)
def test_no_more_is_told_than_the_channel_waits_for_and_the_rest_is_named(parts: list[int], room: int) -> None:
    contents = [Content(ORDER, f"3S{place}", (ShippedUnits("L2", part),)) for place, part in enumerate(parts)]
    kept, excess = within(contents, {"L2": room})
    told = sum(unit.quantity for content in kept for unit in content.units)
    assert told == min(room, sum(parts))
    assert told + excess.get("L2", 0) == sum(parts)
