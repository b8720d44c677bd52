"""Reading what is available of inventory items at a location, and stocking an item there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hub.adapters.fields import Fields
from hub.adapters.limits import Lane
from hub.adapters.shopify.calls import ShopCalls, user_errors
from hub.adapters.shopify.documents.stock import ACTIVATE, LEVELS, LEVELS_AT_ONCE
from hub.adapters.shopify.mapping import available, quantity_of
from hub.adapters.shopify.reading import required
from hub.outcome import Rejected

UNKNOWN: Final = "unknown"
"""Told of an item that Shopify does not have."""


class Levels:
    """Levels of one shop."""

    def __init__(self, calls: ShopCalls) -> None:
        self._calls = calls

    async def read(self, location: str, items: Sequence[str]) -> dict[str, int | str | None]:
        """Return what is available by item; None where the location does not stock it. Repeatable."""
        found: dict[str, int | str | None] = {}
        for start in range(0, len(items), LEVELS_AT_ONCE):
            asked = list(items[start : start + LEVELS_AT_ONCE])
            data = await self._calls.ask(LEVELS, {"items": asked, "location": location}, lane=Lane.STOCK)
            nodes = data.values.get("nodes")
            told = nodes if isinstance(nodes, list) else []
            found |= dict.fromkeys(asked, UNKNOWN)
            found |= {each["id"]: available(Fields(each, "node")) for each in told if _is_item(each)}
        return found

    async def activate(self, item: str, location: str, key: str) -> int | None:
        """Stock an item at a location and return what is available of it there; earlier quantities come back."""
        asked = {"item": item, "location": location, "key": key}
        payload = required(await self._calls.ask(ACTIVATE, asked, lane=Lane.STOCK), "inventoryActivate")
        for error in user_errors(payload):
            raise Rejected(f"Shopify does not stock {item} at the location: {error.message}", code="not_stocked")
        return quantity_of(payload.maybe_child("inventoryLevel"))


def _is_item(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("id"), str)
