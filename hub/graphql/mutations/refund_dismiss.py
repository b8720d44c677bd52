"""refundDismiss"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.aftersales import Refund


@strawberry.input
class RefundDismissInput:
    refund_id: relay.GlobalID


@strawberry.type
class RefundDismissPayload:
    refund: Refund | None
    user_errors: list[UserError]


async def refund_dismiss(info: Info, input: RefundDismissInput) -> RefundDismissPayload:
    """Leave a refund out of the books for good, because they hold it already or need not."""
    key = key_of("Refund", input.refund_id, "refundId")
    answer = await carry_out(info, commands.dismiss_refund, key)
    return RefundDismissPayload(
        refund=await Refund.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
