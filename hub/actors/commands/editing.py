"""Commands on orders that were edited after they went to Exact: let Exact follow, or say that a person settled it."""

from __future__ import annotations

from datetime import datetime

from hub.actors.commands.orders import find_order, record_order, state_of
from hub.actors.commands.refusal import CommandRefused
from hub.actors.desk import erp_address
from hub.actors.messages import ApplyEdit
from hub.actors.runtime import mailbox
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import HoldCause
from hub.domain.tenant import Principal
from hub.store.engine import Work
from hub.store.order_changes import note_settled
from hub.store.orders import change_order


async def apply_edit(work: Work, who: Principal, now: datetime, order_id: str) -> None:
    """Let the sales order in Exact follow the edit of an order, as far as nothing of it has left."""
    order = await find_order(work, who, order_id)
    if order.hold_cause is not HoldCause.ORDER_EDITED or order.division is None:
        raise CommandRefused("NOT_EDITED", "The order was not edited since it went to Exact.", ("orderId",))
    mailbox.post(work, erp_address(who.tenant_id, order.division), ApplyEdit(order_id))
    record_order(work, who, now, order, "order.edit_accepted", f"Exact is to follow the edit of order {order.number}",
                 lines=(order.hold_detail or {}).get("lines"))  # fmt: skip


async def settle_order(work: Work, who: Principal, now: datetime, order_id: str) -> None:
    """Say that a person has brought an order and Exact together by hand: it waits for nobody any more."""
    order = await find_order(work, who, order_id)
    if order.hold_cause is None or not ORDER.allows(order.status, OrderEvent.REMOVED):
        raise CommandRefused("NOTHING_TO_SETTLE", "The order does not wait for anybody in Exact.", ("orderId",))
    await note_settled(work, order)
    await change_order(work, who.tenant_id, order_id, hold_cause=None, hold_detail=None)
    record_order(work, who, now, order, "order.settled", f"Order {order.number} was settled by hand in Exact",
                 before=state_of(order), after={**state_of(order), "hold_cause": None})  # fmt: skip
