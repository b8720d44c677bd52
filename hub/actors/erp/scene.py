"""What the lanes of one division share during a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.actors.desk import Desk, Teller
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Erp
from hub.adapters.vat_register import VatRegister
from hub.outcome import Rejected
from hub.store.engine import Work
from hub.store.orders import StoredOrder


@dataclass(frozen=True, slots=True)
class Scene:
    """One division of a tenant's ERP, with its adapter."""

    desk: Desk
    erp: Erp
    tenant: str
    division: int
    connection_id: str
    teller: Teller
    register: VatRegister

    @property
    def key(self) -> tuple[str, int]:
        return self.tenant, self.division

    def tell(self, work: Work, kind: str, message: str, *, level: str = "info", **fields: Any) -> None:
        """Write one sync event of this division."""
        self.teller.tell(work, kind, message, level=level, division=self.division, **fields)

    def tell_of(
        self, work: Work, order: StoredOrder, kind: str, message: str, level: str = "info", **fields: Any
    ) -> None:
        """Write one sync event about an order."""
        self.tell(work, kind, message, level=level, channel_id=order.channel_id, subject_type="order",
                  subject_id=order.order_id, **fields)  # fmt: skip

    def refused(self, turn: Turn, what: str, refusal: Rejected) -> None:
        """Tell that Exact refuses a chore; its next tick tries again."""

        async def write(work: Work) -> None:
            self.tell(work, "erp.refused", f"Exact refuses {what}: {refusal.reason}", level="error", code=refusal.code)

        turn.write(write)
