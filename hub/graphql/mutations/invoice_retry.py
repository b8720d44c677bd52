"""invoiceRetry"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class InvoiceRetryInput:
    order_id: relay.GlobalID


@strawberry.type
class InvoiceRetryPayload:
    order: Order | None
    user_errors: list[UserError]


async def invoice_retry(info: Info, input: InvoiceRetryInput) -> InvoiceRetryPayload:
    """Ask Exact again for an invoice that it refused."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.retry_invoice, key)
    return InvoiceRetryPayload(
        order=await Order.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
