"""Sweeping a shop by seconds, without losing an order between two pages or two sweeps."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hub.adapters.port import OrderRef
from hub.adapters.sweep import Sweep
from hub.adapters.woocommerce.sweep import PAGE, full, query

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Shop:
    """Orders by id with their second of change, listed as WooCommerce lists them."""

    def __init__(self, orders: dict[str, datetime]) -> None:
        self.orders = orders

    def answer(self, asked: dict[str, str]) -> list[OrderRef]:
        since = datetime.fromisoformat(asked["modified_after"]).replace(tzinfo=UTC)
        rows = sorted((at, order_id) for order_id, at in self.orders.items() if at > since)
        start = int(asked.get("offset", 0))
        return [OrderRef(order_id, at) for at, order_id in rows[start : start + int(asked["per_page"])]]

    def sweep(self, cursor: str, between: Callable[[], None] = lambda: None) -> tuple[dict[str, datetime], str]:
        """Sweep to the end; return the newest change seen of each order and the new cursor."""
        seen: dict[str, datetime] = {}
        for _ in range(1000):
            place = Sweep.resume(cursor)
            refs = self.answer(query(place))
            seen |= {ref.external_id: ref.changed_at for ref in refs}
            cursor = place.after(refs, more=full(refs)).cursor()
            if not full(refs):
                return seen, cursor
            between()
        raise AssertionError("the sweep does not end")


def test_the_question_names_its_time_zone_and_its_order() -> None:
    asked = query(Sweep(START))
    assert asked["modified_after"] == "2026-11-23T11:59:55"
    assert (asked["dates_are_gmt"], asked["orderby"], asked["order"], asked["per_page"]) == (
        "true",
        "modified",
        "asc",
        "100",
    )


def test_an_order_changed_in_the_same_second_after_the_sweep_is_found_by_the_next() -> None:
    shop = Shop({"1": START})
    _, cursor = shop.sweep((START - timedelta(hours=1)).isoformat())
    shop.orders["2"] = START
    assert "2" in shop.sweep(cursor)[0]


def test_a_sweep_without_news_leaves_its_cursor_where_it_was() -> None:
    assert Shop({}).sweep(START.isoformat()) == ({}, START.isoformat())


@pytest.mark.parametrize("count", [PAGE, 3 * PAGE + 7])
def test_more_than_a_page_changed_in_one_second_is_read_whole(count: int) -> None:
    shop = Shop({str(number): START for number in range(count)})
    assert len(shop.sweep((START - timedelta(hours=1)).isoformat())[0]) == count


@pytest.mark.parametrize("seed", range(5))
def test_no_change_is_lost_while_orders_change_during_the_sweep(seed: int) -> None:
    chance = random.Random(seed)
    shop = Shop({str(number): START + timedelta(seconds=chance.randrange(90)) for number in range(450)})
    now = START + timedelta(seconds=100)

    def between() -> None:
        for order_id in chance.sample(sorted(shop.orders), 5):
            shop.orders[order_id] = now
        shop.orders[f"new{len(shop.orders)}"] = now

    seen, cursor = shop.sweep((START - timedelta(hours=1)).isoformat(), between)
    later, _ = shop.sweep(cursor)
    assert (seen | later) == shop.orders


def test_orders_that_leave_a_crowded_second_pull_no_other_over_the_edge() -> None:
    shop = Shop({f"{number:03}": START for number in range(4 * PAGE)})
    stays = set(shop.orders)

    def between() -> None:
        gone = min(stays)
        stays.discard(gone)
        shop.orders[gone] = START + timedelta(hours=1)

    assert stays - {"000"} <= set(shop.sweep((START - timedelta(hours=1)).isoformat(), between)[0])
