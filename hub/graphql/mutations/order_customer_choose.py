"""orderCustomerChoose"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.checks import text
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order
from hub.store.engine import Work


@strawberry.input
class OrderCustomerChooseInput:
    order_id: relay.GlobalID
    account_id: str = strawberry.field(description="Exact's id of the account, as in the division's customers.")
    remember: bool = strawberry.field(
        default=False,
        description="Book later orders of the same buyer on it, unless one account alone carries the buyer's number.",
    )


@strawberry.type
class OrderCustomerChoosePayload:
    order: Order | None
    user_errors: list[UserError]


async def order_customer_choose(info: Info, input: OrderCustomerChooseInput) -> OrderCustomerChoosePayload:
    """Choose the account that an order is booked on; an order that is held for it is tried again at once."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, _choose, key, input)
    order = await Order.find(info, key) if answer.done else None
    return OrderCustomerChoosePayload(order=order, user_errors=answer.user_errors)


async def _choose(work: Work, who: Principal, now: datetime, key: str, given: OrderCustomerChooseInput) -> None:
    account = text(given.account_id, "accountId", 64)
    await commands.choose_customer(work, who, now, key, account, given.remember)
