"""Publishing stock: compared with what the hub believes, written as one absolute list, and looked at again.

Vendure sets what is on hand, so what is allocated must be known, and orders and parcels may move it between reading
and writing. A sale in between allocates more: the buyer's units are off what may be ordered, as they should be. A
parcel or a cancellation in between leaves too much. Either way the levels that come back with the write differ from
what was wanted, which is told as a conflict: the hub then looks for the order and decides again. The same goes for a
number that somebody moved before; Vendure sends no webhooks, so this is often the first that is heard of a sale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Conflict, Deferred, Refused, StockResult, StockUpdate
from hub.adapters.vendure.calls import VendureCalls
from hub.adapters.vendure.documents import SET_STOCK, VARIANTS
from hub.adapters.vendure.levels import Levels
from hub.adapters.vendure.lists import LARGEST, Lists
from hub.outcome import Rejected

BATCH = LARGEST
UNANSWERED = Deferred(1.0, "Vendure did not answer for this variant")


@dataclass(slots=True)
class _Batch:
    """One call's updates and what became of them; ``inputs`` are the writes still to be sent, by place."""

    updates: Sequence[StockUpdate]
    results: dict[int, StockResult] = field(default_factory=dict)
    inputs: dict[int, dict[str, object]] = field(default_factory=dict)

    def decide(self, place: int, levels: Levels | None) -> None:
        update = self.updates[place]
        if levels is None:
            self.results[place] = Refused("variant_unknown", "Vendure has no such variant in this channel")
        elif levels.shown == update.quantity:
            self.results[place] = Accepted()
        elif _moved(update, levels):
            self.results[place] = Conflict(levels.shown or 0)
        else:
            self.inputs[place] = {"id": update.listing.external_id, **levels.holding(update.quantity)}

    def take(self, places: Sequence[int], after: Mapping[str, Levels]) -> None:
        """Note what stands after a write."""
        for place in places:
            update = self.updates[place]
            levels = after.get(update.listing.external_id)
            shown = levels.shown if levels else None
            if shown is None:
                self.results[place] = UNANSWERED
            else:
                self.results[place] = Accepted() if shown == update.quantity else Conflict(shown)


class StockWriter:
    """Writes quantities of one Vendure channel."""

    def __init__(self, calls: VendureCalls, lists: Lists) -> None:
        self._calls = calls
        self._lists = lists

    async def publish(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities; a refused variant leaves the others alone. Repeatable."""
        batch = _Batch(updates)
        levels = await self._levels(updates)
        for place, update in enumerate(updates):
            batch.decide(place, levels.get(update.listing.external_id))
        if batch.inputs:
            await self._write(batch, list(batch.inputs))
        return [batch.results[place] for place in range(len(updates))]

    async def _levels(self, updates: Sequence[StockUpdate]) -> dict[str, Levels]:
        ids = [update.listing.external_id for update in updates]
        options = {"filter": {"id": {"in": ids}}, "sort": {"id": "ASC"}}
        return _by_id([row async for row in self._lists.all(VARIANTS, "productVariants", options)])

    async def _write(self, batch: _Batch, places: Sequence[int]) -> None:
        """Send writes as one transaction; where the server refuses it, each alone."""
        try:
            data = await self._calls.ask(SET_STOCK, {"input": [batch.inputs[place] for place in places]})
        except Rejected as rejected:
            if len(places) == 1:
                batch.results[places[0]] = Refused(rejected.code, rejected.reason)
                return
            for place in places:
                await self._write(batch, [place])
            return
        batch.take(places, _by_id(data.children("updateProductVariants")))


def _by_id(variants: Sequence[Fields]) -> dict[str, Levels]:
    return {variant.text("id"): Levels.of(variant) for variant in variants}


def _moved(update: StockUpdate, levels: Levels) -> bool:
    """Say whether the shop shows something else than the hub believes, where both are known."""
    believed = update.listing.quantity
    return believed is not None and levels.shown is not None and levels.shown != believed
