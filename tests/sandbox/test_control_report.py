"""The verdict: what counts as lost, doubled, oversold, wrongly told; drawn from notes alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest

from hub.sandbox.ledger import Confirmed, Delivered, Free, Ledger, Sale, SalesOrder, Shown, Units
from hub.sandbox.matching import Matches, belongs
from hub.sandbox.overselling import Oversold, find_oversold
from hub.sandbox.parcels import Tracking, compare_parcels

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Notes:
    """Writes a ledger, by seconds after noon."""

    def __init__(self) -> None:
        self.ledger = Ledger()

    def free(self, at: float, quantity: int) -> None:
        self.ledger.free.append(Free("A", Decimal(quantity), self.moment(at)))

    def shows(self, at: float, quantity: int, channel: str = "bol", by: Literal["hub", "sale"] = "hub") -> None:
        self.ledger.shown.append(Shown(channel, "A", quantity, self.moment(at), by))

    def sells(self, at: float, quantity: int, number: str = "A1", channel: str = "bol") -> Sale:
        moment = self.moment(at)
        sale = Sale(channel, number, [Units("A", quantity)], Decimal(10), moment, moment)
        self.ledger.sales[(channel, number)] = sale
        return sale

    def forwards(self, at: float, number: str = "A1", order: str = "o1") -> SalesOrder:
        made = SalesOrder(order, 1, f"BOL-{number}", [Units("A", 1)], Decimal(10), Decimal(8), self.moment(at))
        self.ledger.sales_orders[order] = made
        return made

    def away(self, who: str, start: float, end: float | None) -> None:
        self.ledger.outages.append((who, self.moment(start), None if end is None else self.moment(end)))

    def oversold(self) -> list[Oversold]:
        return find_oversold(self.ledger, Matches(self.ledger), self.moment(1000))

    @staticmethod
    def moment(at: float) -> datetime:
        return NOON + timedelta(seconds=at)


@pytest.mark.parametrize(
    ("reference", "number", "fits"),
    [
        ("BOL-A0001", "A0001", True),
        ("A0001", "A0001", True),
        ("WOO-127", "127", True),
        ("WOO-127", "27", False),
        ("W7", "7", True),
        ("INKOOP-1234X", "4", False),
        ("WOO-12", "", False),
    ],
)
def test_a_reference_belongs_to_the_order_it_ends_in(reference: str, number: str, fits: bool) -> None:
    assert belongs(reference, number) is fits


def test_two_live_sales_orders_for_one_sale_are_both_found_and_a_deleted_one_is_not() -> None:
    notes = Notes()
    sale = notes.sells(0, 1)
    notes.forwards(1, order="o1")
    notes.forwards(2, order="o2")
    assert len(Matches(notes.ledger).live(sale)) == 2
    notes.ledger.sales_orders["o2"].deleted_at = notes.moment(3)
    assert len(Matches(notes.ledger).live(sale)) == 1


def test_a_sale_within_what_is_there_is_not_oversold() -> None:
    notes = Notes()
    notes.free(0, 5)
    notes.shows(1, 5)
    notes.sells(60, 5)
    assert notes.oversold() == []


def test_stock_that_fell_long_ago_and_was_still_shown_is_the_hubs_fault() -> None:
    notes = Notes()
    notes.free(0, 5)
    notes.shows(1, 5)
    notes.free(20, 2)
    notes.sells(50, 4)
    [found] = notes.oversold()
    assert (found.units, found.shown_for) == (2, timedelta(seconds=30))


def test_a_sale_elsewhere_takes_what_is_there_before_exact_knows() -> None:
    notes = Notes()
    notes.free(0, 1)
    notes.shows(1, 1)
    notes.shows(1, 1, "woocommerce")
    notes.sells(10, 1, "77", "woocommerce")
    notes.sells(13, 1, "A1")
    [found] = notes.oversold()
    assert (found.channel, found.shown_for) == ("bol", timedelta(seconds=3))


def test_a_forwarded_sale_is_not_counted_twice() -> None:
    notes = Notes()
    notes.free(0, 3)
    notes.shows(1, 3)
    notes.sells(10, 1)
    notes.free(11, 2)
    notes.forwards(11)
    notes.shows(11, 2)
    notes.sells(30, 2, "A2")
    assert notes.oversold() == []


def test_a_cancelled_sale_takes_nothing_any_more() -> None:
    notes = Notes()
    notes.free(0, 1)
    notes.shows(1, 1)
    notes.sells(10, 1).cancelled_at = notes.moment(20)
    notes.sells(30, 1, "A2")
    assert notes.oversold() == []


def test_a_number_that_was_right_in_between_starts_its_time_anew() -> None:
    notes = Notes()
    notes.free(0, 5)
    notes.shows(1, 5)
    notes.free(10, 2)
    notes.shows(15, 2)
    notes.free(20, 0)
    notes.sells(24, 1)
    [found] = notes.oversold()
    assert found.shown_for == timedelta(seconds=4)


def test_time_in_which_exact_or_the_hub_was_away_does_not_count_and_not_twice() -> None:
    notes = Notes()
    notes.free(0, 5)
    notes.shows(1, 5)
    notes.free(10, 0)
    notes.away("exact", 12, 40)
    notes.away("hub", 30, 50)
    notes.away("bol", 0, 100)
    notes.sells(55, 1)
    [found] = notes.oversold()
    assert found.shown_for == timedelta(seconds=2 + 5)


def test_what_a_channel_never_showed_too_high_is_nobodys_fault() -> None:
    notes = Notes()
    notes.free(0, 1)
    notes.sells(10, 2)
    [found] = notes.oversold()
    assert (found.units, found.shown_for) == (1, timedelta(0))


def parcels(delivered: list[tuple[str, int]], confirmed: list[tuple[str, int]], channel: str = "bol") -> Tracking:
    notes = Notes()
    notes.sells(0, 5, "A1", channel)
    notes.forwards(1)
    for tracking, quantity in delivered:
        notes.ledger.delivered.append(Delivered("o1", (Units("A", quantity),), tracking or None, NOON, tracking))
    for tracking, quantity in confirmed:
        units = (Units("A", quantity),) if quantity else ()
        notes.ledger.confirmed.append(Confirmed(channel, "A1", units, tracking, "TNT", NOON))
    return compare_parcels(notes.ledger, Matches(notes.ledger))


def test_each_parcel_is_confirmed_once_with_its_contents() -> None:
    result = parcels([("T1", 2), ("T2", 3)], [("T1", 2), ("T2", 3)])
    assert (result.delivered, result.confirmed) == (2, 2)
    assert result.missing == result.wrong == result.doubled == []


def test_one_parcel_may_be_confirmed_item_by_item() -> None:
    result = parcels([("T1", 2)], [("T1", 1), ("T1", 1)])
    assert (result.confirmed, result.doubled) == (1, [])


def test_parcels_are_missing_doubled_or_wrong() -> None:
    assert parcels([("T1", 2)], []).missing == ["bol/A1/T1"]
    assert parcels([("T1", 2)], [("T1", 2), ("T1", 2)]).doubled == ["bol/A1/T1"]
    assert parcels([("T1", 2)], [("T1", 1)]).wrong == ["bol/A1/T1"]
    strange = parcels([("T1", 2)], [("T1", 2), ("T9", 1)])
    assert strange.wrong == ["bol/A1/T9"]


def test_a_delivery_without_tracking_is_not_expected_to_be_confirmed_yet() -> None:
    result = parcels([("", 2)], [])
    assert (result.delivered, result.untracked, result.missing) == (0, 1, [])


def test_a_shop_that_does_not_know_contents_is_judged_by_codes_alone() -> None:
    result = parcels([("T1", 2), ("T2", 3)], [("T1", 5), ("T2", 0)], "woocommerce")
    assert (result.confirmed, result.wrong, result.doubled) == (2, [], [])
    assert parcels([("T1", 2)], [("T1", 2), ("T1", 0)], "woocommerce").doubled == ["woocommerce/A1/T1"]
