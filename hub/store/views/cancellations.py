"""Cancellations as the API lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.domain.life.cancellation import CancellationState
from hub.store.tables import cancellation
from hub.store.views.page import Order

NEWEST_ASKED_FIRST = Order((cancellation.c.asked_at, cancellation.c.cancellation_id), (datetime, str), descending=True)


def list_cancellations(tenant_id: str, channel_id: str | None, states: Sequence[CancellationState]) -> Select[Any]:
    """Select the tenant's cancellations."""
    statement = select(cancellation).where(cancellation.c.tenant_id == tenant_id)
    if channel_id is not None:
        statement = statement.where(cancellation.c.channel_id == channel_id)
    return statement.where(cancellation.c.state.in_([state.value for state in states])) if states else statement
