"""returnBook"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.aftersales import GoodsReturn


@strawberry.input
class ReturnBookInput:
    return_id: relay.GlobalID


@strawberry.type
class ReturnBookPayload:
    goods_return: GoodsReturn | None
    user_errors: list[UserError]


async def return_book(info: Info, input: ReturnBookInput) -> ReturnBookPayload:
    """Plan the return of inspected goods in Exact, which credits them and takes them into stock."""
    key = key_of("GoodsReturn", input.return_id, "returnId")
    answer = await carry_out(info, commands.book_return, key)
    return ReturnBookPayload(
        goods_return=await GoodsReturn.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
