"""Setting what is available, compared with what the hub believes, in as few requests as possible.

A mutation takes 250 rows and is refused whole for one bad row: named rows are dropped and the rest is sent again
under a new key. A row that something else has moved is read: it may show what is wanted already, else it is a
conflict. Quantities are absolute, so everything here may be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.adapters.limits import Lane
from hub.adapters.port import Accepted, Conflict, Refused, StockResult, StockUpdate
from hub.adapters.shopify.calls import ShopCalls, UserError, user_errors
from hub.adapters.shopify.documents.stock import LARGEST_INPUT, SET_QUANTITIES, SIDE_BY_SIDE
from hub.adapters.shopify.keys import Keys
from hub.adapters.shopify.levels import UNKNOWN, Levels
from hub.adapters.shopify.locations import Locations
from hub.adapters.shopify.reading import required
from hub.adapters.shopify.stock_batch import Batch, Row
from hub.outcome import Outcome, Rejected, Throttled

AT_ONCE = LARGEST_INPUT * SIDE_BY_SIDE
ROUNDS = 4
"""How often what was refused is sorted out and the rest sent again; then it comes back to the caller."""
RETRY_AFTER = 2.0
STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
SPENT_KEY = frozenset({"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"})
SAME_KEY = "IDEMPOTENCY_CONCURRENT_REQUEST"
NOT_STOCKED = frozenset({"ITEM_NOT_STOCKED_AT_LOCATION", "INVALID_LOCATION"})
"""The first code is gone from 2026-10; a location that does not stock the item may be told by the other."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """One mutation's rows and what Shopify had against them; nothing means that they stand."""

    rows: Sequence[Row]
    errors: Sequence[UserError]


class StockWriter:
    """Writes quantities at one location."""

    def __init__(self, calls: ShopCalls, locations: Locations) -> None:
        self._calls = calls
        self._locations = locations
        self._keys = Keys()
        self._levels = Levels(calls)

    async def publish(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities; raises only where nothing was sent."""
        batch = Batch(updates)
        rows = batch.rows()
        if rows:
            location = await self._locations.stocked()
            await self._write(batch, location, await self._known(batch, location, rows))
        return batch.in_order()

    async def _known(self, batch: Batch, location: str, rows: list[Row]) -> list[Row]:
        """Return the rows to write, with what stands there now where the hub does not know it."""
        blind = [row for row in rows if row.believed is None]
        found = await self._levels.read(location, [row.item for row in blind])
        ready = {row.place: row for row in rows if row.believed is not None}
        for row in blind:
            ready |= {again.place: again for again in self._judge(batch, row, found[row.item])}
        return [ready[place] for place in sorted(ready)]

    async def _write(self, batch: Batch, location: str, rows: list[Row]) -> None:
        for _ in range(ROUNDS):
            rows, left = [], rows
            for start in range(0, len(left), AT_ONCE):
                try:
                    rows += await self._round(batch, location, left[start : start + AT_ONCE])
                except Outcome as late:
                    if not batch.answered:
                        raise
                    wait = late.retry_after if isinstance(late, Throttled) else RETRY_AFTER
                    return batch.defer_rest(wait, str(late))
            if not rows:
                return None
        return batch.defer_rest(RETRY_AFTER, "Shopify kept refusing the batch; the rest comes next")

    async def _round(self, batch: Batch, location: str, rows: Sequence[Row]) -> list[Row]:
        """Send up to a thousand rows in one request and return those to be sent again."""
        again: list[Row] = []
        for answer in await self._send(batch, location, rows):
            if not answer.errors:
                batch.results |= {row.place: Accepted() for row in answer.rows}
            else:
                again += await self._sort_out(batch, location, answer)
        return again

    async def _send(self, batch: Batch, location: str, rows: Sequence[Row]) -> list[_Answer]:
        parts = [rows[start : start + LARGEST_INPUT] for start in range(0, len(rows), LARGEST_INPUT)]
        attempt = self._keys.attempt()
        variables: dict[str, object] = {}
        for place, part in enumerate(parts):
            variables[f"input{place}"] = {
                "name": "available",
                "reason": "correction",
                "quantities": [row.input(location) for row in part],
            }
            variables[f"key{place}"] = Keys.of(attempt, location, part)
        data = await self._calls.ask(SET_QUANTITIES[len(parts) - 1], variables, lane=Lane.STOCK)
        batch.answered = True
        return [_Answer(part, user_errors(required(data, f"set{place}"))) for place, part in enumerate(parts)]

    async def _sort_out(self, batch: Batch, location: str, answer: _Answer) -> list[Row]:
        """Decide about the rows of a refused mutation: the named ones by their error, all others go again."""
        if any(error.code == "INVALID_LOCATION" for error in answer.errors):
            self._locations.forget()
        named = {error.row: error for error in answer.errors if error.row is not None}
        general = next((error for error in answer.errors if error.row is None), None)
        if general is not None and not named:
            return await self._all_refused(batch, location, answer.rows, general)
        again = [row for place, row in enumerate(answer.rows) if place not in named]
        doubtful = [(answer.rows[place], error) for place, error in named.items() if place < len(answer.rows)]
        return again + await self._doubtful(batch, location, doubtful)

    async def _all_refused(self, batch: Batch, location: str, rows: Sequence[Row], error: UserError) -> list[Row]:
        """A refusal that names no row is about the key, or about rows that must be found by reading them."""
        if error.code in SPENT_KEY:
            return list(rows)
        if error.code == SAME_KEY:
            batch.defer(rows, RETRY_AFTER, "Shopify is working on the same rows already")
            return []
        if error.code in STALE | NOT_STOCKED:
            return await self._doubtful(batch, location, [(row, error) for row in rows])
        for row in rows:
            batch.tell(row, _refused(error))
        return []

    async def _doubtful(self, batch: Batch, location: str, rows: Sequence[tuple[Row, UserError]]) -> list[Row]:
        """Refuse what is refused for good; read what moved, and stock what the location does not have yet."""
        again: list[Row] = []
        to_read = [row.item for row, error in rows if error.code in STALE | NOT_STOCKED]
        found = await self._levels.read(location, to_read)
        for row, error in rows:
            if row.item not in found:
                batch.tell(row, _refused(error))
            elif error.code in NOT_STOCKED and found[row.item] is None:
                again += await self._stocked(batch, location, row)
            else:
                again += self._judge(batch, row, found[row.item])
        return again

    def _judge(self, batch: Batch, row: Row, level: int | str | None) -> list[Row]:
        """Say what a level that was read means for a row, or return the row to be written over it."""
        if level == UNKNOWN:
            batch.tell(row, Refused("invalid_inventory_item", "Shopify no longer has this inventory item"))
        elif level == row.quantity:
            batch.tell(row, Accepted())
        elif isinstance(level, int) and row.believed not in (None, level):
            batch.tell(row, Conflict(level))
        else:
            return [replace(row, believed=level if isinstance(level, int) else None)]
        return []

    async def _stocked(self, batch: Batch, location: str, row: Row) -> list[Row]:
        try:
            level = await self._levels.activate(row.item, location, Keys.of(self._keys.attempt(), location, [row]))
        except Rejected as rejected:
            batch.tell(row, Refused(rejected.code, rejected.reason))
            return []
        return [replace(row, believed=level)]


def _refused(error: UserError) -> Refused:
    return Refused(error.code.lower() or "refused", error.message)
