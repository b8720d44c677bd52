"""Publishing stock in a shop: a thousand rows a call, each compared before it is set, late ones told as stale."""

from __future__ import annotations

from collections.abc import Sequence

from hub.adapters.fields import Fields
from hub.adapters.generic.calls import ShopCalls, content
from hub.adapters.generic.contract import LARGEST_WRITE
from hub.adapters.port import Accepted, Conflict, Deferred, Refused, StockResult, StockUpdate
from hub.clock import Clock
from hub.outcome import Outcome, Rejected, Throttled

RETRY_AFTER = 1.0
STOCKED_BY_PLATFORM = Refused("stocked_by_platform", "the shop keeps the stock of this listing itself")
UNTOLD = Deferred(RETRY_AFTER, "the shop did not answer for this listing")
STALE = Deferred(RETRY_AFTER, "the shop knows a later write; decide again")
MICROSECONDS = 1_000_000


class StockWriter:
    """Writes absolute quantities. Each write has a higher sequence than those before it, of other nodes too."""

    def __init__(self, calls: ShopCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._sequence = 0

    async def publish(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write the updates in their order; after a failure the rest comes back as ``Deferred``."""
        results: list[StockResult] = []
        for start in range(0, len(updates), LARGEST_WRITE):
            part = updates[start : start + LARGEST_WRITE]
            try:
                results += await self._write(part)
            except Rejected as refusal:
                results += [Refused(refusal.code, refusal.reason)] * len(part)
            except Outcome as failure:
                if not results:
                    raise
                return results + [_deferred(failure)] * (len(updates) - len(results))
        return results

    async def _write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        wanted = [each for each in updates if not each.listing.stocked_by_platform]
        told: dict[str, StockResult] = {}
        if wanted:
            body = {"sequence": self._next(), "quantities": [_row(each) for each in wanted]}
            response = await self._calls.send("stock.put", "PUT", "stock", body=body)
            rows = content(response, "stock").children("results")
            told = {row.text("listing_id"): self._result(row) for row in rows}
        return [
            STOCKED_BY_PLATFORM if each.listing.stocked_by_platform else told.get(each.listing.external_id, UNTOLD)
            for each in updates
        ]

    def _next(self) -> int:
        """Return the next sequence: microseconds since 1970, or one more than the highest known."""
        self._sequence = max(self._sequence + 1, int(self._clock.now().timestamp() * MICROSECONDS))
        return self._sequence

    def _result(self, row: Fields) -> StockResult:
        match row.maybe_text("outcome"):
            case "accepted":
                return Accepted()
            case "refused":
                return Refused(row.maybe_text("code") or "refused", row.maybe_text("reason") or "no reason given")
            case "conflict":
                return Conflict(row.count("found"))
            case "stale":
                self._sequence = max(self._sequence, row.count("sequence", 0))
                return STALE
            case _:
                return UNTOLD


def _row(update: StockUpdate) -> dict[str, object]:
    believed = update.listing.quantity
    row: dict[str, object] = {"listing_id": update.listing.external_id, "quantity": update.quantity}
    return row if believed is None else row | {"expected": believed}


def _deferred(failure: Outcome) -> Deferred:
    wait = failure.retry_after if isinstance(failure, Throttled) else RETRY_AFTER
    return Deferred(wait, str(failure))
