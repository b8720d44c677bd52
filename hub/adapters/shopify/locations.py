"""Which location's stock the hub sets."""

from __future__ import annotations

from hub.adapters.fields import Fields
from hub.adapters.limits import Lane
from hub.adapters.shopify.calls import ShopCalls
from hub.adapters.shopify.documents.shop import LOCATIONS
from hub.adapters.shopify.gids import gid, number_of, tail
from hub.adapters.shopify.reading import required
from hub.outcome import Rejected


class Locations:
    """Finds the location once: the one entered with the credentials, else the shop's only active one."""

    def __init__(self, calls: ShopCalls, chosen: str) -> None:
        self._calls = calls
        self._chosen = tail(chosen.strip())
        self._found: str | None = None

    async def stocked(self) -> str:
        """Return the global id of the location; raises Rejected with what to enter where that is not clear."""
        if self._found is None:
            data = await self._calls.ask(LOCATIONS, lane=Lane.STOCK)
            listed = required(data, "locations").children("nodes")
            self._found = gid("Location", _pick([each for each in listed if each.flag("isActive")], self._chosen))
        return self._found

    def forget(self) -> None:
        """Look again next time: locations are moved and closed."""
        self._found = None


def _pick(active: list[Fields], chosen: str) -> str:
    numbers = [number_of(each) for each in active]
    if chosen in numbers:
        return chosen
    if not chosen and len(numbers) == 1:
        return numbers[0]
    raise Rejected(_what_to_enter(active, chosen), code="location")


def _what_to_enter(active: list[Fields], chosen: str) -> str:
    if not active:
        return "The shop has no active location whose stock could be set: activate one"
    known = ", ".join(f"{number_of(each)} ({each.maybe_text('name') or 'without a name'})" for each in active)
    problem = f"The shop has no active location {chosen}" if chosen else "The shop has several locations"
    return f"{problem}: enter one of these as location_id: {known}"
