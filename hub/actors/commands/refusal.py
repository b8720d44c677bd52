"""How a command says no, and how it says who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.domain.tenant import Principal
from hub.store.engine import Work
from hub.store.events import SyncEvent, tell


class CommandRefused(Exception):
    """The input cannot be taken; ``field`` is the path of what to correct, ``code`` a stable word."""

    def __init__(self, code: str, message: str, field: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


def record(work: Work, who: Principal, now: datetime, kind: str, message: str, **fields: Any) -> None:
    """Write a sync event in the name of a person.

    ``before`` and ``after`` tell a change of settings, in the same shape as far as both are there; never a secret
    or personal data. Other fields that are not an event's own say more of it.
    """
    names = {"channel_id", "division", "subject_type", "subject_id", "level"}
    detail = {name: value for name, value in fields.items() if name not in names}
    known = {name: value for name, value in fields.items() if name in names}
    tell(work, SyncEvent(who.tenant_id, kind, message, now, actor=f"user:{who.label}", detail=detail, **known))
