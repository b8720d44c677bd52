"""What a turn posted, read back from Exact by as few calls as may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.actors.erp.cases import StoredCase
from hub.actors.erp.scene import Scene
from hub.domain.sales_order import SalesOrder, SalesOrderDraft
from hub.outcome import Rejected, Throttled, Unavailable


@dataclass(frozen=True, slots=True)
class Posted:
    """An order that Exact has taken; ``reads`` numbers the last stock read that began before, ``began`` is in UTC."""

    one: StoredCase
    draft: SalesOrderDraft
    sales_order_id: str
    reads: int
    began: datetime


@dataclass(slots=True)
class ReadingBack:
    """Reads what was posted; one that Exact does not show yet is for a later look-up, not for a person."""

    scene: Scene
    posted: dict[str, Posted] = field(default_factory=dict)
    _found: Mapping[str, SalesOrder] = field(default_factory=dict)
    _wait: Throttled | Unavailable | None = None

    async def read(self) -> None:
        """Read all that was posted. Raises Unauthorized; whatever else goes wrong is told of each order."""
        if not self.posted:
            return
        try:
            self._found = await self.scene.erp.sales_orders([one.sales_order_id for one in self.posted.values()])
        except Rejected as refusal:
            self._wait = _unread(refusal.reason)
        except (Throttled, Unavailable) as wait:
            self._wait = wait

    def of(self, posted: Posted) -> SalesOrder:
        """Return a sales order as read. Raises Throttled or Unavailable where it was not read."""
        if self._wait is not None:
            raise self._wait
        found = self._found.get(posted.sales_order_id)
        if found is None:
            raise _unread("Exact does not show it")
        return found


def _unread(reason: str) -> Unavailable:
    return Unavailable(f"the sales order just made cannot be read back: {reason}", unknown=True)
