"""The truth about a run, as the simulated platforms keep it, and the hand that moves them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import anyio
import httpx2

from bench.failure import NotMeasured

LOOK_AGAIN = 0.1


class NeverHappened(NotMeasured):
    """What a measurement waited for did not come."""


@dataclass(frozen=True, slots=True)
class World:
    """Speaks to the control side of the sandbox."""

    http: httpx2.AsyncClient

    async def act(self, action: str, **asked: Any) -> dict[str, Any]:
        """Do something in the simulated world."""
        answer = (await self.http.post(f"/_control/{action}", json=asked)).raise_for_status()
        return cast(dict[str, Any], answer.json())

    async def ledger(self) -> dict[str, Any]:
        """Return the ledger's verdict."""
        return cast(dict[str, Any], (await self.http.get("/_control/ledger")).raise_for_status().json())

    async def behind(self, *, anew: bool = False) -> dict[str, Any]:
        """Return listings behind per channel and calls per platform; ``anew`` after Exact's stock moved."""
        answer = (await self.http.get("/_bench/behind" + ("?anew" if anew else ""))).raise_for_status()
        return cast(dict[str, Any], answer.json())

    async def until_booked(self, count: int, seconds: float) -> None:
        """Wait until so many sales orders stand in Exact; asking costs the platforms next to nothing."""
        deadline, booked = time.monotonic() + seconds, 0
        while booked < count and time.monotonic() < deadline:
            await anyio.sleep(LOOK_AGAIN)
            booked = (await self.http.get("/_bench/booked")).raise_for_status().json()["booked"]
        if booked < count:
            raise NeverHappened(f"{count} orders were not booked within {seconds:.0f} s, only {booked}")

    async def until(self, happened: Callable[[dict[str, Any]], bool], seconds: float, what: str) -> dict[str, Any]:
        """Look at the ledger until something happened; raises ``NeverHappened`` with the last ledger's numbers."""
        deadline, found = time.monotonic() + seconds, await self.ledger()
        while not happened(found) and time.monotonic() < deadline:
            await anyio.sleep(LOOK_AGAIN)
            found = await self.ledger()
        if happened(found):
            return found
        told = {name: found.get(name) for name in ("sold", "forwarded", "lost", "stock_converged", "calls")}
        raise NeverHappened(f"{what} did not happen within {seconds:.0f} s: {told}")
