"""The last two hours of a busy day: few calls left, poisoned orders among the good ones, and a node that dies."""

from __future__ import annotations

import pytest

from bench.away import away
from bench.figure import percentile
from bench.governing.day import EVENING, FULL_DAY
from bench.governing.governed import PACE, governed
from bench.governing.naive import naive
from bench.governing.queue import waits_in_line
from bench.governor import REFUSED_FOR_GOOD, freshest


@pytest.mark.timeout(1200)
async def test_every_good_order_arrives_stock_stays_fresh_and_nothing_is_blocked() -> None:
    told = await away(governed, EVENING)
    assert (told.blocked, told.statuses.get(429, 0)) == ([], 0)
    assert (told.orders, told.posted) == (EVENING.orders - EVENING.poisoned,) * 2
    assert told.held == {REFUSED_FOR_GOOD: EVENING.poisoned}
    assert told.statuses[500] == EVENING.poisoned, "what Exact refuses for good is tried once"
    assert 0 < told.left < 200, "the day was a scarce one"
    assert told.unseen == 0
    assert percentile(told.ages, 0.99) <= 1.1 * freshest(EVENING)
    assert max(told.waits) <= 1.1 * max(waits_in_line(EVENING, PACE["lease_seconds"], blind=False))
    assert told.hub_says["day"]["remaining"] >= told.left
    assert told.hub_says["lane stock"]["per_hour"] > 0


@pytest.mark.timeout(1200)
async def test_a_client_that_nobody_governs_is_blocked_on_the_same_evening() -> None:
    told = await away(naive, EVENING)
    assert told.blocked
    assert told.posted < told.orders


def test_a_line_that_knows_nothing_of_goods_stands_for_an_hour_behind_poisoned_orders() -> None:
    lease = PACE["lease_seconds"]
    knowing, blind = (waits_in_line(FULL_DAY, lease, blind=blind) for blind in (False, True))
    assert len(knowing) == len(blind) == FULL_DAY.orders - FULL_DAY.poisoned
    assert 0 < max(knowing) <= lease < 3000 < percentile(blind, 0.99)
