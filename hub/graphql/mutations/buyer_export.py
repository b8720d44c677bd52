"""buyerExport"""

from __future__ import annotations

import strawberry
from strawberry import relay
from strawberry.scalars import JSON

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.errors import BadInput
from hub.graphql.mutations.payload import UserError, carry_out
from hub.store.right_of_access import Kept, kept_of_order, kept_of_tenant, of_person

MOST_OPENED = 20_000
"""Buyers that one request opens at most; the command line has no such bound."""

LONGEST_ADDRESS = 320


@strawberry.input(description="One of the two.")
class BuyerExportInput:
    order_id: relay.GlobalID | None = None
    email: str | None = None


@strawberry.type
class BuyerExportPayload:
    orders: list[JSON] = strawberry.field(description="Each order with all that is kept of its buyer.")
    complete: bool = strawberry.field(
        description="False where there are too many buyers to open: use the command line, export-buyer."
    )
    user_errors: list[UserError]


async def buyer_export(info: Info, input: BuyerExportInput) -> BuyerExportPayload:
    """Return all personal data that is kept of an order's buyer, or of an e-mail address; the log notes who asked."""
    found, complete = await _found(info, input)
    answer = await carry_out(info, commands.note_export, [one.order_id for one in found])
    return BuyerExportPayload(
        orders=[JSON(one.plain()) for one in found], complete=complete, user_errors=answer.user_errors
    )


async def _found(info: Info, asked: BuyerExportInput) -> tuple[list[Kept], bool]:
    match asked.order_id, (asked.email or "").strip():
        case relay.GlobalID() as order_id, "":
            return await _of_order(info, order_id)
        case None, email if 0 < len(email) <= LONGEST_ADDRESS:
            return await _of_email(info, email)
    raise BadInput("Give either orderId or email.", argument="input")


async def _of_order(info: Info, order_id: relay.GlobalID) -> tuple[list[Kept], bool]:
    needs, key = info.context.needs, key_of("Order", order_id, "orderId")
    found = await kept_of_order(needs.database, needs.vault, info.context.tenant_id, key)
    return ([] if found is None else [found]), True


async def _of_email(info: Info, email: str) -> tuple[list[Kept], bool]:
    matches = of_person(email)
    found: list[Kept] = []
    opened = 0
    async for one in kept_of_tenant(info.context.needs.database, info.context.needs.vault, info.context.tenant_id):
        opened += 1
        if opened > MOST_OPENED:
            return found, False
        if matches(one):
            found.append(one)
    return found, True
