"""How a sales order in Exact is brought to what is wanted: never below what left, however often it is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.aligning import Alignment, Impossible, align
from hub.domain.sales_order import DraftLine, SalesOrder, SalesOrderDraft, SalesOrderLine

TEN = Decimal("10.000000")


def wanted(**quantities: int) -> SalesOrderDraft:
    """Return a draft with a line per item, our line ids being the items'."""
    lines = tuple(
        DraftLine(one, one, Decimal(count), TEN, "4", Decimal("0.21"), TEN * count, None, one)
        for one, count in quantities.items()
    )
    return SalesOrderDraft("W-1", "c", datetime(2026, 11, 26, tzinfo=UTC), "EUR", "Order", lines, (), Decimal(0))


def standing(**quantities: int | tuple[int, int]) -> SalesOrder:
    """Return a sales order; a pair is the quantity and how much of it left."""
    lines = tuple(
        SalesOrderLine(f"so-{one}", one, place, *_amounts(count), net_price=TEN, vat_code="4")
        for place, (one, count) in enumerate(quantities.items(), 1)
    )
    return SalesOrder("so", 7, "W-1", Decimal(0), Decimal(0), 12, lines)


def _amounts(count: int | tuple[int, int]) -> tuple[Decimal, Decimal, Decimal]:
    quantity, left = count if isinstance(count, tuple) else (count, 0)
    return Decimal(quantity), TEN * quantity, Decimal(left)


def known(found: SalesOrder) -> dict[str, str]:
    return {line.item_id: line.line_id for line in found.lines}


def carried_out(found: SalesOrder, plan: Alignment) -> SalesOrder:
    """Do as Exact would."""
    lines = {line.line_id: line for line in found.lines if line.line_id not in plan.changes.remove}
    for one, draft in plan.changes.put.items():
        lines[one] = replace(lines[one], quantity=draft.quantity, net_price=draft.net_price)
    for place, draft in enumerate(plan.changes.add, 100):
        lines[f"so-{draft.item_id}"] = SalesOrderLine(
            f"so-{draft.item_id}", draft.item_id, place, draft.quantity, Decimal(0), net_price=draft.net_price,
            vat_code=draft.vat_code,
        )  # fmt: skip
    return replace(found, lines=tuple(lines.values()))


quantities = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 9), min_size=1)


@given(quantities, quantities)
def test_a_sales_order_ends_as_wanted_and_a_second_try_changes_nothing(
    before: dict[str, int], after: dict[str, int]
) -> None:
    found = standing(**before)
    done = carried_out(found, align(found, wanted(**after), known(found)))
    assert {line.item_id: line.quantity for line in done.lines} == after
    again = align(done, wanted(**after), known(found))
    assert not again.changes
    assert again.lines == {one: f"so-{one}" for one in after}


@given(quantities, st.dictionaries(st.sampled_from("abcde"), st.integers(1, 9)), st.data())
def test_nothing_that_left_is_ever_taken_away(
    before: dict[str, int], after: dict[str, int], data: st.DataObject
) -> None:
    left = {one: data.draw(st.integers(0, count)) for one, count in before.items()}
    found = standing(**{one: (count, left[one]) for one, count in before.items()})
    try:
        plan = align(found, wanted(**after) if after else None, known(found))
    except Impossible:
        assert any(after.get(one, 0) < count for one, count in left.items())
        return
    assert not (plan.delete and any(left.values()))
    if not plan.complete and not plan.delete:
        done = {line.item_id: line for line in carried_out(found, plan).lines}
        assert all(not count or done[one].quantity >= count for one, count in left.items())


def test_nothing_wanted_deletes_what_nothing_left_of_and_completes_the_rest() -> None:
    assert align(standing(a=2), None, {"a": "so-a"}).delete
    assert align(standing(a=(2, 1)), None, {"a": "so-a"}).complete
    with pytest.raises(Impossible, match="becomes a return"):
        align(standing(a=(2, 2)), None, {"a": "so-a"})


def test_lines_that_people_added_in_exact_are_left_alone() -> None:
    found = standing(a=1, theirs=5)
    plan = align(found, wanted(a=2), {"a": "so-a"})
    assert (list(plan.changes.put), plan.changes.remove) == (["so-a"], ())


def test_a_unit_price_stays_where_it_gives_the_same_amount() -> None:
    found = replace(standing(a=3), lines=(replace(standing(a=3).lines[0], net_price=Decimal("3.333333")),))
    draft = wanted(a=2)
    draft = replace(draft, lines=(replace(draft.lines[0], net_price=Decimal("3.335000")),))
    assert align(found, draft, known(found)).changes.put["so-a"].net_price == Decimal("3.333333")
    dearer = replace(draft, lines=(replace(draft.lines[0], net_price=Decimal("4.000000")),))
    assert align(found, dearer, known(found)).changes.put["so-a"].net_price == Decimal("4.000000")


def test_a_closed_sales_order_is_not_changed() -> None:
    with pytest.raises(Impossible, match="closed"):
        align(replace(standing(a=1), status=21), wanted(a=2), {"a": "so-a"})
