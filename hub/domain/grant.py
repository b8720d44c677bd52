"""OAuth token pairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """An OAuth token pair. ``version`` grows with every stored pair; times are UTC."""

    access_token: str
    refresh_token: str | None
    issued_at: datetime
    expires_in: float
    version: int = 0
