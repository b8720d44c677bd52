"""However a line is given back, its parts come to what it cost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.amounts.refunding import share_of
from hub.domain.money import CENT, total, vat_within

amounts = st.decimals(min_value="-500", max_value="5000", places=2)
parts = st.lists(st.integers(0, 7), min_size=1, max_size=8).filter(any)
rates = st.sampled_from([Decimal("0.21"), Decimal("0.09"), Decimal("0.255"), Decimal(0)])


@given(st.lists(st.tuples(amounts, parts, rates), min_size=1, max_size=5))
def test_refunds_of_every_sequence_come_to_the_order_per_rate(
    lines: list[tuple[Decimal, list[int], Decimal]],
) -> None:
    given_back: dict[Decimal, Decimal] = {}
    charged: dict[Decimal, Decimal] = {}
    for gross, sequence, rate in lines:
        vat, quantity = vat_within(gross, rate), sum(sequence)
        shares = [share_of(gross, vat, quantity, sum(sequence[:place]), now) for place, now in enumerate(sequence)]
        assert total(share for share, _ in shares) == gross
        charged[rate] = charged.get(rate, Decimal(0)) + vat
        given_back[rate] = given_back.get(rate, Decimal(0)) + total(part for _, part in shares if part is not None)
    assert given_back == charged


@given(amounts, parts)
def test_each_part_is_within_a_cent_of_its_share(gross: Decimal, sequence: list[int]) -> None:
    quantity = sum(sequence)
    for place, now in enumerate(sequence):
        share, _ = share_of(gross, None, quantity, sum(sequence[:place]), now)
        assert abs(share - gross * now / quantity) <= CENT


def test_the_last_part_takes_what_is_left() -> None:
    ten, vat = Decimal("10.00"), Decimal("1.74")
    shares = [share_of(ten, vat, 3, before, 1) for before in range(3)]
    assert shares == [
        (Decimal("3.33"), Decimal("0.58")),
        (Decimal("3.34"), Decimal("0.58")),
        (Decimal("3.33"), Decimal("0.58")),
    ]


def test_no_vat_stays_none_and_no_offers_are_worth_nothing() -> None:
    assert share_of(Decimal("9.99"), None, 4, 2, 0) == (Decimal("0.00"), None)


@pytest.mark.parametrize(("quantity", "before", "now"), [(0, 0, 0), (3, 2, 2), (3, -1, 1), (3, 1, -1)])
def test_what_is_no_part_of_the_line_is_refused(quantity: int, before: int, now: int) -> None:
    with pytest.raises(ValueError, match="no part"):
        share_of(Decimal(1), None, quantity, before, now)
