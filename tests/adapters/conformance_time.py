"""What every channel adapter must do with time: clocks that are off, nights whose hours are missing or doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.adapters.channel_ground import Fixture
from tests.adapters.channel_stage import Stage, at_the_time

BEFORE_MIDNIGHT = datetime(2026, 11, 20, 22, 50, tzinfo=UTC)
"""Ten minutes before a Dutch day ends."""
NIGHTS = {
    "hour missing": datetime(2026, 3, 29, 0, 5, tzinfo=UTC),
    "hour doubled": datetime(2026, 10, 24, 23, 35, tzinfo=UTC),
}
"""25 and 55 minutes before Dutch clocks are put on at 01:00 UTC, and back at 01:00 UTC."""
STEPS = (20, 25, 9, 1, 1, 30, 29, 5, 40)
"""Minutes between the orders of a night; they stand on both sides of every hour that is odd."""


class TimeConformance:
    """Every order is found, whatever the clocks say."""

    fixture: Fixture

    @pytest.mark.parametrize("skew", [-600, 600])
    async def test_a_clock_that_is_minutes_off_hides_no_order(self, skew: float) -> None:
        async with at_the_time(self.fixture, BEFORE_MIDNIGHT, skew=skew) as stage:
            await self._keep_sweeping(stage, 5400, 30, 300, 3500, 90000)

    @pytest.mark.parametrize("skew", [-600, 600])
    async def test_a_clock_that_is_set_right_hides_no_order(self, skew: float) -> None:
        async with at_the_time(self.fixture, BEFORE_MIDNIGHT, skew=skew) as stage:
            _, cursor = await stage.sweep(None)
            placed = await stage.sell(quantity=1)
            stage.clock.skew = 0.0
            stage.pass_time(300)
            found, _ = await stage.sweep(cursor)
            assert placed in found

    async def test_an_order_that_shows_late_is_found_once_it_shows(self) -> None:
        async with at_the_time(self.fixture, BEFORE_MIDNIGHT) as stage:
            _, cursor = await stage.sweep(None)
            placed, seen = [], set()
            for pause in (0.3, 0.7, 1.0, 1.0):
                placed.append(await stage.sell(quantity=1))
                stage.pass_time(pause * stage.lag)
                rows, cursor = await stage.showing(cursor)
                seen |= {ref.external_id for ref in rows}
            found, _ = await stage.sweep(cursor)
            assert set(placed) <= seen | set(found)

    async def _keep_sweeping(self, stage: Stage, *pauses: float) -> None:
        """Sweep after each pause; an order came right after the sweep before, another one in the middle."""
        _, cursor = await stage.sweep(None)
        for pause in pauses:
            placed = [await stage.sell(quantity=1)]
            stage.pass_time(pause / 2)
            placed.append(await stage.sell(quantity=1))
            stage.pass_time(pause / 2)
            found, cursor = await stage.sweep(cursor)
            assert set(placed) <= set(found), pause

    @pytest.mark.parametrize("night", NIGHTS)
    async def test_orders_of_an_odd_night_are_found_by_one_sweep_once_and_in_order(self, night: str) -> None:
        async with at_the_time(self.fixture, NIGHTS[night]) as stage:
            _, cursor = await stage.sweep(None)
            placed = [await self._order_after(stage, minutes) for minutes in STEPS]
            rows, _ = await stage.swept(cursor)
            assert [ref.external_id for ref in rows if ref.external_id in placed] == placed
            for order_id in placed:
                await self._check_times(stage, order_id)

    @pytest.mark.parametrize("night", NIGHTS)
    async def test_orders_of_an_odd_night_are_each_found_by_the_next_sweep(self, night: str) -> None:
        async with at_the_time(self.fixture, NIGHTS[night]) as stage:
            _, cursor = await stage.sweep(None)
            for minutes in STEPS:
                placed = await self._order_after(stage, minutes)
                found, cursor = await stage.sweep(cursor)
                assert placed in found

    async def _order_after(self, stage: Stage, minutes: float) -> str:
        stage.pass_time(minutes * 60)
        return await stage.sell(quantity=1)

    async def _check_times(self, stage: Stage, order_id: str) -> None:
        order = await stage.patiently(stage.channel.order, order_id)
        sale = stage.sandbox.world.ledger.sales[(stage.fixture.name, order_id)]
        assert order is not None
        assert abs(order.placed_at - sale.at) < timedelta(seconds=2)
        assert abs(order.changed_at - sale.at) < timedelta(seconds=2)
