"""What every channel adapter must do with many things, and with access that ends among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.adapters.port import Accepted, Deferred, Pending, Refused, StockResult, StockUpdate
from hub.outcome import Unauthorized
from hub.sandbox.faults import Fault
from tests.adapters.channel_ground import Fixture
from tests.adapters.channel_stage import Stage, at_the_time, staged
from tests.adapters.transports import Meddling, unauthorized

MANY = 10_000
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
RESTOCKED = 1_000
FEW = 3
"""Too few to be sent by anything slow."""
PLENTY = 4_100
"""Goods for more than two batches of any platform, though it lists only half of them."""


def goods_for_many(fixture: Fixture) -> int:
    """Return how many goods make ten thousand listings; a platform that lists only some of them says so."""
    return int(getattr(fixture, "goods_for_many", MANY))


def orders_for_many(fixture: Fixture) -> int:
    """Return how many orders make many; fewer where the platform's own limit would make it an hour."""
    return int(getattr(fixture, "orders_for_many", MANY))


class SizeConformance:
    """Paging loses nothing; a batch may end half-way and be finished later."""

    fixture: Fixture

    async def test_ten_thousand_listings_are_read_each_once(self) -> None:
        async with staged(self.fixture, goods=goods_for_many(self.fixture), stocked=False) as stage:
            await stage.read_listings()
            assert len(stage.listings) >= MANY, "the fixture's goods_for_many is too low"
            assert sorted(str(each.sku) for each in stage.listings) == sorted(stage.platform.listed())

    async def test_thousands_of_orders_are_swept_from_the_first_to_the_last(self) -> None:
        async with at_the_time(self.fixture, NOON) as stage:
            placed = {await self._order(stage, number) for number in range(orders_for_many(self.fixture))}
            found, cursor = await stage.sweep(None)
            assert set(found) == placed
            last = await stage.sell(quantity=1)
            assert last in (await stage.sweep(cursor))[0]

    async def _order(self, stage: Stage, number: int) -> str:
        """Let a buyer order, a few seconds after the one before: half a day makes ten thousand."""
        stage.pass_time(4)
        if number % RESTOCKED == 0:
            await stage.publish_all(500)
        return await stage.sell(quantity=1, at=number % len(stage.listings))

    async def test_a_session_that_ends_after_a_write_is_renewed_without_a_word(self) -> None:
        meddling = Meddling(self.fixture.stock_path, lambda _: self.fixture.expire_access(stage.platform))
        async with staged(self.fixture, transport=meddling, stocked=False) as stage:
            await stage.read_listings()
            for quantity in (7, 8):
                await stage.publish_all(quantity)
                assert meddling.meddled
                assert {stage.shown(each) for each in stage.listings} == {quantity}

    async def test_a_grant_that_ends_within_a_batch_leaves_the_rest_for_later(self) -> None:
        def lock(transport: Meddling) -> None:
            transport.locked = True

        meddling = Meddling(self.fixture.stock_path, lock, getattr(self.fixture, "locked_out", unauthorized))
        async with staged(self.fixture, goods=PLENTY, transport=meddling, stocked=False) as stage:
            await stage.read_listings()
            updates = [StockUpdate(each, FEW) for each in stage.listings[: 2 * stage.channel.stock_batch + 1]]
            results = await _published(stage, updates)
            assert meddling.meddled
            assert {type(one) for one in results} <= {Accepted, Pending, Deferred}, "no row was refused"
            rest = [one for one, told in zip(updates, results, strict=True) if isinstance(told, Deferred)]
            assert rest
            with pytest.raises(Unauthorized):
                await stage.patiently(stage.channel.publish_stock, rest[:1])
            meddling.locked = False
            sent = [(one, told) for one, told in zip(updates, results, strict=True) if not isinstance(told, Deferred)]
            assert set(await stage.all_settled([told for _, told in sent])) <= {Accepted()}
            assert {stage.shown(one.listing) for one, _ in sent} <= {FEW}
            stage.listings = [one.listing for one in rest[:3]]
            await stage.publish_all(FEW)
            assert {stage.shown(one) for one in stage.listings} == {FEW}

    async def test_one_listing_nobody_knows_among_many_is_refused_alone(self) -> None:
        async with staged(self.fixture, goods=PLENTY, stocked=False) as stage:
            await stage.read_listings()
            updates = [StockUpdate(each, 17) for each in stage.listings[: stage.channel.stock_batch]]
            place = len(updates) // 2
            updates[place] = replace(updates[place], listing=self.fixture.unknown(updates[place].listing))
            results = await stage.publish(updates)
            assert isinstance(results.pop(place), Refused)
            assert set(results) == {Accepted()}
            expected = [17] * len(updates)
            expected[place] = 0
            assert [stage.shown(each) for each in stage.listings[: len(updates)]] == expected

    @pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.BROKEN, Fault.LOST_ANSWER])
    async def test_a_batch_that_meets_faults_midway_ends_as_it_should(self, fault: Fault) -> None:
        async with staged(self.fixture) as stage:
            stage.force(fault, self.fixture.stock_path, times=2)
            await stage.publish_all(31)
            assert {stage.shown(each) for each in stage.listings} == {31}


async def _published(stage: Stage, updates: list[StockUpdate]) -> list[StockResult]:
    """Publish once; where nothing at all was sent, everything is left for later."""
    try:
        return await stage.patiently(stage.channel.publish_stock, updates)
    except Unauthorized as refusal:
        return [Deferred(0.0, refusal.reason)] * len(updates)
