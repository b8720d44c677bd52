"""Commands on people's behalf: erase a buyer who asks for it, and note who was shown what is kept of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.actors.commands.orders import find_order
from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import privacy_address
from hub.actors.messages import EraseBuyers
from hub.actors.runtime import mailbox
from hub.domain.tenant import Principal
from hub.store.customers import forget_identity
from hub.store.engine import Work
from hub.store.erasure import BY_REQUEST, bury, is_kept


async def erase_buyer(work: Work, who: Principal, now: datetime, order_id: str) -> None:
    """Destroy the key of an order's buyer for good: no later news of the order brings the personal data back."""
    order = await find_order(work, who, order_id)
    if not await is_kept(work.connection, who.tenant_id, order_id):
        raise CommandRefused("NOTHING_KEPT", "No personal data of this order is kept.", ("orderId",))
    await forget_identity(work, who.tenant_id, order_id)
    await bury(work, who.tenant_id, order_id, BY_REQUEST, now)
    mailbox.post(work, privacy_address(who.tenant_id, order.channel_id), EraseBuyers(tick=False))
    record(work, who, now, "buyers.erased", f"The buyer of order {order.number} was erased on request",
           channel_id=order.channel_id, subject_type="order", subject_id=order_id, count=1)  # fmt: skip


async def note_export(work: Work, who: Principal, now: datetime, order_ids: Sequence[str]) -> None:
    """Write down that personal data was shown, and of which orders; never whose."""
    record(work, who, now, "buyers.exported", f"The personal data of {len(order_ids)} orders was exported",
           orders=list(order_ids))  # fmt: skip
