"""An own shop is a channel like any other: orders in, stock out, tracking back, whatever goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.flows.stage import Stage, eventually, stage
from tests.flows.test_tracking import told

FIRST = [{"sku": "ART-00001", "quantity": 2}]


@pytest.fixture
async def portal(sqlite_url: str) -> AsyncIterator[Stage]:
    """A wholesaler who sells through a portal and on bol.com."""
    async with stage(sqlite_url, channels=("bol", "generic")) as made:
        yield made


async def test_an_order_is_booked_to_the_cent_and_its_parcel_comes_back(portal: Stage) -> None:
    external_id = await portal.sell("generic", lines=FIRST, shipping="4.95", discount="2.50", company=True)
    order = await portal.until_order(external_id, "forwarded")
    await portal.control("deliver", order_id=order.sales_order_id, tracking="auto", shipping_method="POSTNL")
    ledger = await portal.until_ledger(told)
    assert (ledger["forwarded"], ledger["duplicates"], ledger["wrong_totals"]) == (1, 0, 0)
    await portal.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_a_cancelled_order_gives_its_stock_back(portal: Stage) -> None:
    external_id = await portal.sell("generic", lines=FIRST, paid=False)
    await portal.until_order(external_id, "waiting")
    await portal.control("cancel", channel="generic", id=external_id)
    await portal.until_order(external_id, "cancelled")
    await portal.until_ledger(lambda found: bool(found["stock_converged"]))


async def test_a_number_that_a_buyer_moved_is_seen_as_drift_and_not_written_over(portal: Stage) -> None:
    """The order and the change of stock arrive at once; the hub looks for the order before it writes again."""
    await portal.control("fault", fault="broken", platform="generic", method="GET", path="/orders", times=1000)
    await portal.sell("generic", lines=FIRST)
    await portal.control("receive", sku="ART-00001", quantity=5)

    async def drifted() -> bool:
        return bool(await portal.events("stock.drift"))

    await eventually(drifted)
    portal.sandbox.world.faults.forced.clear()
    ledger = await portal.until_ledger(lambda found: bool(found["stock_converged"] and found["forwarded"] == 1))
    assert ledger["oversold_units"] == 0


async def test_a_busy_day_with_faults_ends_as_it_should(portal: Stage) -> None:
    await portal.control("profile", name="harsh")
    for _ in range(12):
        await portal.sell("generic")
        await portal.sell("bol")
    await portal.control("profile", name="none")
    ledger = await portal.until_ledger(
        lambda found: bool(found["forwarded"] == found["sold"] and found["stock_converged"])
    )
    assert (ledger["duplicates"], ledger["wrong_totals"], ledger["lost"]) == (0, 0, 0)
