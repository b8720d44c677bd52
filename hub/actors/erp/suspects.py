"""Goods of orders that Exact refused lately: more orders with them leave a part of the error budget to the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hub.actors.erp.scene import Scene
from hub.actors.runtime.turn import Turn
from hub.outcome import Throttled
from hub.store.engine import Work
from hub.store.events import last_told_of
from hub.store.orders import StoredOrder

REFUSED = "refused_goods"
"""Lane state, by product: when an order with it was refused last (epoch seconds), and that order's id and number."""
HELD_BACK = "order.held_back"
"""The kind of the log's line about an order that waits because of others."""
REMEMBERED = 86_400.0
"""Seconds: longer than suspects wait for their turn, or all would be above suspicion when it comes."""
KEPT = 2
"""So many refusals suspects leave to orders that nothing is known of."""
LATER = 300.0
"""Seconds after which a suspect looks again at the longest: its goods may be cleared meanwhile."""
WORTH_TELLING = 30.0
"""Seconds: shorter waits are for tries under way, and nothing that a person could do anything about."""


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
        suspect = self._suspect(turn, order)
        if suspect is None:
            yield
            return
        wait = self.scene.erp.until_refusable(KEPT + self._under_way)
        if wait > 0:
            if wait >= WORTH_TELLING:
                self._tell(turn, order, suspect, wait)
            raise Throttled(min(wait, LATER), "orders with the same goods were refused, and others may be too")
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def refused(self, turn: Turn, order: StoredOrder) -> None:
        """Suspect the goods of an order that Exact refused."""
        now = self._now()
        lately = {one: refusal for one, refusal in self._known(turn).items() if refusal[0] > now - REMEMBERED}
        turn.state[REFUSED] = lately | {one: [now, order.order_id, order.number] for one in order.booked_products}

    def taken(self, turn: Turn, order: StoredOrder) -> None:
        """Suspect the goods of an order no longer that Exact took."""
        for product_id in order.booked_products:
            self._known(turn).pop(product_id, None)

    def _suspect(self, turn: Turn, order: StoredOrder) -> str | None:
        """Return the product of an order that was refused last, None where none is suspect."""
        known, horizon = self._known(turn), self._now() - REMEMBERED
        found = [(known[one][0], one) for one in order.booked_products if one in known]
        at, product_id = max(found, default=(horizon, None))
        return product_id if at > horizon else None

    def _tell(self, turn: Turn, order: StoredOrder, product_id: str, wait: float) -> None:
        """Tell once of an order that it waits, for whom, and how long unless others are refused meanwhile."""
        _, refused_id, number = self._known(turn)[product_id]
        until = self.scene.desk.clock.now() + timedelta(seconds=wait)
        message = (
            f"Order {order.number} waits: Exact refused order {number}, which shares goods with it, and may refuse"
            f" it too. It is tried when Exact takes an order with them, else in its turn from {until:%H:%M} UTC on"
        )

        async def write(work: Work) -> None:
            if await last_told_of(work.connection, self.scene.tenant, order.order_id) != HELD_BACK:
                self.scene.tell_of(work, order, HELD_BACK, message, "warning", refused_order=refused_id,
                                   product=product_id, until=until.isoformat())  # fmt: skip

        turn.write(write)

    def _known(self, turn: Turn) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = turn.state.setdefault(REFUSED, {})
        return found

    def _now(self) -> float:
        return self.scene.desk.clock.now().timestamp()
