"""Whatever the wire does, every order arrives once, stock converges and nothing is oversold by the hub."""

from __future__ import annotations

import pytest

from tests.flows.stage import stage


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_day_on_harsh_wires_ends_as_a_quiet_one_would(database_url: str, seed: int) -> None:
    async with stage(database_url, faults="harsh", seed=seed, goods=8) as acme:
        for _ in range(6):
            for channel in ("bol", "woocommerce"):
                await acme.control("sell", channel=channel, count=3)
            await acme.control("count-burst", count=4)
            await acme.control("deliver", count=4, tracking="auto")
        await acme.control("profile", name="none")
        ledger = await acme.until_ledger(
            lambda found: found["forwarded"] == found["sold"] and bool(found["stock_converged"])
        )
        assert (ledger["duplicates"], ledger["wrong_totals"], ledger["lost"]) == (0, 0, 0)
        assert ledger["oversold_by_hub"] == 0
