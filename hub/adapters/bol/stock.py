"""Publishing stock on bol.com: one PATCH per offer, side by side, most urgent first, within the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio

from hub.adapters.bol.calls import BolCalls
from hub.adapters.bol.endpoints import OFFER_STOCK
from hub.adapters.port import Accepted, Deferred, Refused, StockResult, StockUpdate, WriteResult
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable

LARGEST = 999
"""v10 refused more and v11 states no maximum."""
PATIENCE = 2.0
"""Seconds that one call waits for room in the limit before it gives the rest back."""
RETRY_AFTER = 1.0
TOO_MANY_FAILURES = 3
SIDE_BY_SIDE = 8
STOCKED_BY_PLATFORM = Refused("stocked_by_platform", "bol.com keeps the stock of this offer itself")


@dataclass(slots=True)
class _Batch:
    """What became of the updates so far, by their place; ``answers`` counts what bol.com decided on."""

    results: dict[int, WriteResult] = field(default_factory=dict)
    failures: list[Outcome] = field(default_factory=list)
    answers: int = 0
    patience: float = PATIENCE

    @property
    def hopeless(self) -> bool:
        return len(self.failures) >= TOO_MANY_FAILURES or any(isinstance(each, Unauthorized) for each in self.failures)


class StockWriter:
    """Writes absolute figures with ``managedByRetailer``: they already contain the open orders."""

    def __init__(self, calls: BolCalls) -> None:
        self._calls = calls
        self._doors = anyio.CapacityLimiter(SIDE_BY_SIDE)

    async def publish(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write the updates in their order; what finds no room in the limit comes back as ``Deferred``."""
        batch = _Batch()
        rest: Deferred | None = None
        async with anyio.create_task_group() as group:
            for place, update in enumerate(updates):
                if update.listing.stocked_by_platform:
                    batch.results[place] = STOCKED_BY_PLATFORM
                    continue
                rest = rest or await self._room(batch)
                if rest is not None:
                    batch.results[place] = rest
                    continue
                await self._doors.acquire_on_behalf_of((id(batch), place))
                group.start_soon(self._write, batch, place, update)
        if batch.failures and not batch.answers:
            raise batch.failures[0]
        return [batch.results[place] for place in range(len(updates))]

    async def _room(self, batch: _Batch) -> Deferred | None:
        """Wait shortly for room; return what the remaining updates are told when there is none."""
        while not batch.hopeless:
            try:
                self._calls.admit(OFFER_STOCK)
            except Throttled as throttled:
                if throttled.retry_after > batch.patience:
                    return Deferred(throttled.retry_after, throttled.reason)
                batch.patience -= throttled.retry_after
                await anyio.sleep(throttled.retry_after)
            else:
                return None
        return Deferred(RETRY_AFTER, str(batch.failures[-1]))

    async def _write(self, batch: _Batch, place: int, update: StockUpdate) -> None:
        try:
            batch.results[place] = await self._patch(update)
            batch.answers += 1
        except Throttled as throttled:
            batch.failures.append(throttled)
            batch.results[place] = Deferred(throttled.retry_after, throttled.reason)
        except (Unavailable, Unauthorized) as failure:
            batch.failures.append(failure)
            batch.results[place] = Deferred(RETRY_AFTER, failure.reason)
        finally:
            self._doors.release_on_behalf_of((id(batch), place))

    async def _patch(self, update: StockUpdate) -> WriteResult:
        offer = update.listing.references.get("offer_id", update.listing.external_id)
        amount = max(0, min(update.quantity, LARGEST))
        body = {"stock": {"amount": amount, "managedByRetailer": True}}
        try:
            response = await self._calls.send(OFFER_STOCK, body=body, expect=(409,), admitted=True, entity=offer)
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)
        if response.status_code == 409:
            return Deferred(RETRY_AFTER, "bol.com is changing this offer at the moment")
        return Accepted()
