"""What the lanes of one division share during a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.actors.desk import Desk, Teller
from hub.adapters.port import Erp
from hub.store.engine import Work


@dataclass(frozen=True, slots=True)
class Scene:
    """One division of a tenant's ERP, with its adapter."""

    desk: Desk
    erp: Erp
    tenant: str
    division: int
    connection_id: str
    teller: Teller

    @property
    def key(self) -> tuple[str, int]:
        return self.tenant, self.division

    def tell(self, work: Work, kind: str, message: str, *, level: str = "info", **fields: Any) -> None:
        """Write one sync event of this division."""
        self.teller.tell(work, kind, message, level=level, division=self.division, **fields)
