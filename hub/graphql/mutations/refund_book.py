"""refundBook"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.aftersales import Refund


@strawberry.input
class RefundBookInput:
    refund_id: relay.GlobalID


@strawberry.type
class RefundBookPayload:
    refund: Refund | None
    user_errors: list[UserError]


async def refund_book(info: Info, input: RefundBookInput) -> RefundBookPayload:
    """Book a refund that waits, as a credit note in Exact; a person who books it anyway is heard."""
    key = key_of("Refund", input.refund_id, "refundId")
    answer = await carry_out(info, commands.book_refund, key)
    return RefundBookPayload(
        refund=await Refund.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
