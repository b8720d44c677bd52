"""Commands on parked messages: try again, or put aside with a reason."""

from __future__ import annotations

from datetime import datetime

from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.runtime.mailbox import discard_parked as put_aside
from hub.actors.runtime.mailbox import retry_parked as put_back
from hub.domain.tenant import Principal
from hub.store.engine import Work


async def retry_parked(work: Work, who: Principal, now: datetime, parked_id: str) -> None:
    """Put a parked message back into its mailbox."""
    if not await put_back(work, who.tenant_id, parked_id):
        raise CommandRefused("NOT_FOUND", "There is no such parked message.", ("parkedId",))
    _record(work, who, now, parked_id, "retried", "A parked message is tried again")


async def discard_parked(work: Work, who: Principal, now: datetime, parked_id: str, reason: str) -> None:
    """Put a parked message aside for good; it stays readable."""
    if not reason.strip():
        raise CommandRefused("REASON_NEEDED", "Say why the message is put aside.", ("reason",))
    if not await put_aside(work, who.tenant_id, parked_id):
        raise CommandRefused("NOT_FOUND", "There is no such parked message.", ("parkedId",))
    _record(work, who, now, parked_id, "discarded", "A parked message was put aside", reason=reason)


def _record(
    work: Work, who: Principal, now: datetime, parked_id: str, resolution: str, message: str, **more: str
) -> None:
    record(work, who, now, f"parked.{resolution}", message, subject_type="parked", subject_id=parked_id,
           before={"resolution": None}, after={"resolution": resolution}, **more)  # fmt: skip
