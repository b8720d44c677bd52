"""Who asks: a principal acts for exactly one tenant in one role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """``VIEWER`` reads · ``OPERATOR`` also retries, maps, ships, pauses · ``ADMIN`` also connects and configures."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, needed: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Principal:
    """The bearer of a token; ``label`` names them in the activity log, without personal data."""

    tenant_id: str
    role: Role
    label: str
