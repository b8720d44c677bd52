"""erpConnectionReconnect"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors.commands import CommandRefused
from hub.actors.commands.refusal import record
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.erp_connection_create import ErpCredentialsInput
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.erp import ErpConnection
from hub.store.connections import change_credentials, load_connection
from hub.store.engine import Work


@strawberry.input
class ErpConnectionReconnectInput:
    connection_id: relay.GlobalID
    credentials: ErpCredentialsInput | None = strawberry.field(
        default=None, description="New credentials of the app, if they changed."
    )


@strawberry.type
class ErpConnectionReconnectPayload:
    erp_connection: ErpConnection | None
    authorize_url: str | None = strawberry.field(description="Where a browser gives the consent, once, soon.")
    user_errors: list[UserError]


async def erp_connection_reconnect(info: Info, input: ErpConnectionReconnectInput) -> ErpConnectionReconnectPayload:
    """Ask for the consent again, after it was lost or the app's credentials changed."""
    key, needs = key_of("ErpConnection", input.connection_id, "connectionId"), info.context.needs

    async def reconnect(work: Work, who: Principal, now: datetime) -> None:
        if await load_connection(work.connection, who.tenant_id, key) is None:
            raise CommandRefused("NOT_FOUND", "There is no such connection.", ("connectionId",))
        if input.credentials is not None:
            await change_credentials(work, needs.vault, who.tenant_id, key, input.credentials.read())
        record(work, who, now, "erp.reconnect", "The consent is asked for again",
               subject_type="erp_connection", subject_id=key, before={"credentials": "set"},
               after={"credentials": "replaced" if input.credentials else "set"})  # fmt: skip

    answer = await carry_out(info, reconnect)
    return ErpConnectionReconnectPayload(
        erp_connection=await ErpConnection.find(info, key) if answer.done else None,
        authorize_url=await needs.authorize_url(info.context.who, "exact", key) if answer.done else None,
        user_errors=answer.user_errors,
    )
