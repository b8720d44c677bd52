"""How long the hub took, by its own log: per flow the milliseconds between hearing of a thing and having done it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from demo import documents
from demo.api import Api

FLOWS = {"stock.published": "stock", "order.forwarded": "order", "tracking.confirmed": "tracking"}


async def read_delays(api: Api) -> dict[str, dict[str, int]]:
    """Return p50 and p99 in milliseconds, and the count, per flow."""
    found: dict[str, list[int]] = {flow: [] for flow in FLOWS.values()}
    async for event in api.pages(documents.EVENTS, "syncEvents", first=100, kinds=list(FLOWS)):
        delay = _delay(event["detail"])
        if delay is not None:
            found[FLOWS[event["kind"]]].append(delay)
    return {flow: summary(values) for flow, values in found.items()}


async def count_events(api: Api, kind: str) -> int:
    """Return how often something of a kind stands in the hub's log."""
    return len([event async for event in api.pages(documents.EVENTS, "syncEvents", first=100, kinds=[kind])])


def _delay(detail: Any) -> int | None:
    value = detail.get("hub_delay_ms") if isinstance(detail, dict) else None
    return value if isinstance(value, int) else None


def summary(values: Sequence[int]) -> dict[str, int]:
    """Return the nearest-rank percentiles of some delays; nothing but the count where there are none."""
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}
    return {"count": len(ordered), "p50": _rank(ordered, 0.5), "p99": _rank(ordered, 0.99)}


def _rank(ordered: Sequence[int], part: float) -> int:
    return ordered[max(0, ceil(part * len(ordered)) - 1)]
