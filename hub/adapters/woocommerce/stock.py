"""Publishing stock in a shop: simple products together, variations parent by parent, in batches that adapt.

Items of a batch skip the shop's own checks ("abc" becomes 0), so they are checked here. Writes are absolute and
may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import anyio

from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Deferred, Refused, StockResult, StockUpdate, WriteResult
from hub.adapters.woocommerce.calls import API, SIDE_BY_SIDE, WooCalls, content, told
from hub.clock import Clock
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable

SMALLEST, LARGEST = 5, 100
"""Updates in a batch; the shop takes a hundred, and a hundred is the fewest calls."""
QUICK, SLOW = 4.0, 15.0
"""Seconds that a batch may take before the next one is no larger, or half as large; hosts cut at 30 to 60."""
PATIENCE = 20.0
"""Seconds after which one call sends no further batch."""
RETRY_AFTER = 5.0
TOO_MANY_FAILURES = 3


@dataclass(frozen=True, slots=True)
class _Part:
    """Updates that go out together: to one parent's variations, or to simple products (no parent)."""

    parent: str | None
    places: tuple[int, ...]

    @property
    def path(self) -> str:
        return f"{API}/products/{self.parent}/variations/batch" if self.parent else f"{API}/products/batch"


@dataclass(slots=True)
class _Batch:
    """One call's updates and what became of them; ``answers`` counts batches that the shop decided on."""

    updates: Sequence[StockUpdate]
    deadline: float
    results: dict[int, WriteResult] = field(default_factory=dict)
    failures: list[Outcome] = field(default_factory=list)
    answers: int = 0

    @property
    def hopeless(self) -> bool:
        worst = any(not isinstance(each, Unavailable) for each in self.failures)
        return worst or len(self.failures) >= TOO_MANY_FAILURES

    def defer(self, part: _Part, retry_after: float, reason: str) -> None:
        self.results |= {place: Deferred(retry_after, reason) for place in part.places}

    def fail(self, part: _Part, failure: Outcome, retry_after: float) -> None:
        self.failures.append(failure)
        self.defer(part, retry_after, str(failure))

    def take(self, part: _Part, items: Sequence[Fields]) -> None:
        """Note the shop's answers, which come in the order of the items."""
        self.answers += 1
        self.defer(part, RETRY_AFTER, "the shop did not answer for this item")
        self.results |= {place: _standing(item) for place, item in zip(part.places, items, strict=False)}


class StockWriter:
    """Writes quantities in the largest batches, until the shop is slow with them."""

    def __init__(self, calls: WooCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self.size = LARGEST

    async def publish(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities; a refused item leaves the others of its batch alone."""
        batch = _Batch(updates, self._clock.monotonic() + PATIENCE)
        batch.results |= {place: no for place, update in enumerate(updates) if (no := _refusal(update))}
        parts = iter(self._parts(batch))
        async with anyio.create_task_group() as group:
            for _ in range(SIDE_BY_SIDE):
                group.start_soon(self._work, batch, parts)
        if batch.failures and not batch.answers:
            raise batch.failures[0]
        return [batch.results[place] for place in range(len(updates))]

    def _parts(self, batch: _Batch) -> list[_Part]:
        """Return batches of the current size, the one with the most urgent update first."""
        groups: dict[str | None, list[int]] = {}
        for place, update in enumerate(batch.updates):
            if place not in batch.results:
                groups.setdefault(update.listing.references.get("parent_id"), []).append(place)
        parts = [
            _Part(parent, tuple(places[start : start + self.size]))
            for parent, places in groups.items()
            for start in range(0, len(places), self.size)
        ]
        return sorted(parts, key=lambda part: part.places[0])

    async def _work(self, batch: _Batch, parts: Iterator[_Part]) -> None:
        for part in parts:
            if batch.hopeless:
                batch.defer(part, RETRY_AFTER, str(batch.failures[-1]))
            elif self._clock.monotonic() > batch.deadline:
                batch.defer(part, 0.0, "the shop is slow; the rest comes next")
            else:
                await self._send(batch, part)

    async def _send(self, batch: _Batch, part: _Part) -> None:
        started = self._clock.monotonic()
        body = {"update": [_item(batch.updates[place]) for place in part.places]}
        try:
            response = await self._calls.send("stock.batch", "POST", part.path, body=body)
            batch.take(part, Fields.of(content(response), "batch").children("update"))
        except Rejected as rejected:
            self._refused(batch, part, rejected)
        except Throttled as throttled:
            batch.fail(part, throttled, throttled.retry_after)
        except (Unavailable, Unauthorized) as failure:
            self._shrink(len(part.places))
            batch.fail(part, failure, RETRY_AFTER)
        else:
            self._adapt(len(part.places), self._clock.monotonic() - started)

    def _refused(self, batch: _Batch, part: _Part, rejected: Rejected) -> None:
        """A batch that is too large goes again in halves; any other refusal is meant for all of its items."""
        batch.answers += 1
        if rejected.code == "woocommerce_rest_request_entity_too_large":
            self._shrink(len(part.places))
            batch.defer(part, 0.0, rejected.reason)
            return
        batch.results |= {place: Refused(rejected.code, rejected.reason) for place in part.places}

    def _adapt(self, sent: int, seconds: float) -> None:
        if seconds > SLOW:
            self._shrink(sent)
        elif seconds < QUICK and sent >= self.size:
            self.size = min(LARGEST, self.size * 2)

    def _shrink(self, sent: int) -> None:
        self.size = max(SMALLEST, min(self.size, sent) // 2)


def _refusal(update: StockUpdate) -> Refused | None:
    """Say what makes an update unfit; the shop would make some number of it and say nothing."""
    quantity: object = update.quantity
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        return Refused("invalid_quantity", f"{quantity!r} is no quantity")
    if not _target(update).isdigit() or not update.listing.references.get("parent_id", "1").isdigit():
        return Refused("invalid_listing", "the listing has no numeric product id")
    return None


def _target(update: StockUpdate) -> str:
    references = update.listing.references
    return references.get("variation_id") or references.get("product_id") or update.listing.external_id


def _item(update: StockUpdate) -> dict[str, object]:
    """Return the item of a batch; without ``manage_stock`` the shop drops the quantity silently."""
    return {"id": int(_target(update)), "manage_stock": True, "stock_quantity": update.quantity}


def _standing(item: Fields) -> WriteResult:
    error = item.maybe_child("error")
    if error is not None:
        return Refused(*told(error))
    if "stock_quantity" in item.values and item.maybe_amount("stock_quantity") is None:
        return Refused("stock_not_managed", "the shop does not keep stock for this product")
    return Accepted()
