"""What Exact holds of an order: tables worked out by hand, against the simulated Exact's own arithmetic."""

from __future__ import annotations

from collections import Counter

import pytest

from hub.domain.certificate import certify
from hub.domain.forwarding import Hold, draft_case
from hub.domain.money import total
from tests.unit.amounts.cases import Golden, golden, held_by_exact

CASES = golden()
BOOKED = [one for one in CASES if not one.held]
HELD = [one for one in CASES if one.held]


@pytest.mark.parametrize("one", BOOKED, ids=lambda one: f"{one.table}: {one.because}")
def test_exact_holds_what_was_worked_out_by_hand(one: Golden) -> None:
    drafted = draft_case(one.case)
    rows, vat, whole = held_by_exact(drafted.draft)
    assert tuple(rows) == one.posted
    assert vat == one.vat
    assert whole == one.booked == drafted.draft.total
    certificate = certify(one.case, drafted)
    assert certificate.equal
    assert total(entry.vat for entry in certificate.entries) == total(vat.values())


@pytest.mark.parametrize("one", HELD, ids=lambda one: f"{one.table}: {one.because}")
def test_an_order_that_cannot_be_exact_waits_and_says_what_differs(one: Golden) -> None:
    with pytest.raises(Hold) as caught:
        draft_case(one.case)
    cause, *differences = one.held.split()
    assert caught.value.cause.value == cause, caught.value.message
    differing = [row for row in caught.value.detail.get("differences", ()) if row["channel"] != row["exact"]]
    told = [row for row in differing if row["of"] != "total"] or differing
    assert [f"{row['name'].split()[0]}:{row['channel']}>{row['exact']}" for row in told] == differences


def test_the_tables_are_broad_and_name_each_case_once() -> None:
    assert len(CASES) >= 300
    twice = [name for name, count in Counter((one.table, one.because) for one in CASES).items() if count > 1]
    assert not twice
