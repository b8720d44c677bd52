"""Goods of orders that Exact refused lately: more orders with them leave a part of the error budget to the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hub.actors.erp.scene import Scene
from hub.actors.runtime.turn import Turn
from hub.outcome import Throttled
from hub.store.orders import StoredOrder

REFUSED = "refused"
"""Lane state, by product: when an order with it was last refused (epoch seconds)."""
REMEMBERED = 86_400.0
"""Seconds: longer than suspects wait for their turn, or all would be above suspicion when it comes."""
KEPT = 2
"""So many refusals suspects leave to orders that nothing is known of."""
LATER = 300.0
"""Seconds after which a suspect looks again at the longest: its goods may be cleared meanwhile."""


class Suspects:
    """Holds orders back that will probably be refused like others with the same goods, so that they stop nobody else.

    A product is suspect until Exact takes an order with it, or none with it was refused for a day.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._under_way = 0

    @contextmanager
    def trial(self, turn: Turn, order: StoredOrder) -> Iterator[None]:
        """Hold the attempt to post an order for the first time. Raises Throttled where it would leave too little."""
        if not self._suspected(turn, order):
            yield
            return
        wait = self.scene.erp.until_refusable(KEPT + self._under_way)
        if wait > 0:
            raise Throttled(min(wait, LATER), "orders with the same goods were refused, and others may be too")
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def refused(self, turn: Turn, order: StoredOrder) -> None:
        """Suspect the goods of an order that Exact refused."""
        known, now = self._known(turn), self._now()
        for product_id in [one for one, at in known.items() if at <= now - REMEMBERED]:
            del known[product_id]
        known |= dict.fromkeys(order.booked_products, now)

    def taken(self, turn: Turn, order: StoredOrder) -> None:
        """Suspect the goods of an order no longer that Exact took."""
        known = self._known(turn)
        for product_id in order.booked_products:
            known.pop(product_id, None)

    def _suspected(self, turn: Turn, order: StoredOrder) -> bool:
        known, horizon = self._known(turn), self._now() - REMEMBERED
        return any(known.get(one, horizon) > horizon for one in order.booked_products)

    def _known(self, turn: Turn) -> dict[str, float]:
        found: dict[str, float] = turn.state.setdefault(REFUSED, {})
        return found

    def _now(self) -> float:
        return self.scene.desk.clock.now().timestamp()
