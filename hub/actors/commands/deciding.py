"""What commands on what follows a sale have in common."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from hub.actors.commands.refusal import CommandRefused, record
from hub.domain.life.machine import Machine, NotPossible
from hub.domain.tenant import Principal
from hub.store.engine import Work
from hub.store.orders import StoredOrder

S = TypeVar("S", bound=StrEnum)


def decided(machine: Machine[S], before: S, event: str, field: str) -> S:
    """Return the state that a person's decision leads to, or refuse it in the machine's words."""
    try:
        return machine.after(before, event)
    except NotPossible as refusal:
        raise CommandRefused("NOT_POSSIBLE", str(refusal), (field,)) from refusal


def record_of_order(
    work: Work, who: Principal, now: datetime, order: StoredOrder, kind: str, message: str, **detail: Any
) -> None:
    """Write a sync event about an order in the name of a person."""
    record(work, who, now, kind, message, channel_id=order.channel_id, subject_type="order",
           subject_id=order.order_id, **detail)  # fmt: skip
