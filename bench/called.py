"""When the calls that a webhook leads to arrived at the platform of the measurement."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import httpx2

from bench.calling import CALLS
from bench.failure import NotMeasured

LOOK_AGAIN = 0.05


async def last_calls(platform: httpx2.AsyncClient, keys: Sequence[str], patience: float) -> dict[str, float]:
    """Wait until each key's last call has come, and return when; raises NotMeasured after so many seconds."""
    arrived: dict[str, float] = {}
    with anyio.move_on_after(patience):
        while not all(key in arrived for key in keys):
            await anyio.sleep(LOOK_AGAIN)
            logged = (await platform.get("/log")).json()
            arrived |= {path.split("/")[1]: at for path, at in logged.items() if path.endswith(f"/{CALLS}")}
        return arrived
    missing = sum(key not in arrived for key in keys)
    raise NotMeasured(f"{missing} of {len(keys)} webhooks were not followed to their last call")
