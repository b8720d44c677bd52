"""erpConnectionCreate"""

from __future__ import annotations

from datetime import datetime

import strawberry

from hub.actors.commands.refusal import record
from hub.domain.tenant import Principal
from hub.graphql.context import Info
from hub.graphql.mutations.checks import address, text
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.erp import ErpConnection
from hub.store.connections import ErpCredentials, create_connection
from hub.store.engine import Work


@strawberry.input(description="The tenant's own app at Exact Online.")
class ErpCredentialsInput:
    client_id: str
    client_secret: str
    webhook_secret: str

    def read(self) -> ErpCredentials:
        """Return the credentials; refuses empty ones."""
        return ErpCredentials(
            client_id=text(self.client_id, "credentials"),
            client_secret=text(self.client_secret, "credentials", 2000),
            webhook_secret=text(self.webhook_secret, "credentials", 2000),
        )


@strawberry.input
class ErpConnectionCreateInput:
    name: str
    base_url: str | None = strawberry.field(default=None, description="Exact's host of the customer's country.")
    credentials: ErpCredentialsInput


@strawberry.type
class ErpConnectionCreatePayload:
    erp_connection: ErpConnection | None
    authorize_url: str | None = strawberry.field(description="Where a browser gives the consent, once, soon.")
    user_errors: list[UserError]


async def erp_connection_create(info: Info, input: ErpConnectionCreateInput) -> ErpConnectionCreatePayload:
    """Prepare a connection to Exact Online; open the address in a browser to give the consent."""
    needs = info.context.needs

    async def create(work: Work, who: Principal, now: datetime) -> str:
        name, url = text(input.name, "name"), address(input.base_url, needs.platform_urls.get("exact"), "baseUrl")
        made = await create_connection(work, needs.vault, who.tenant_id, name, url, input.credentials.read())
        record(work, who, now, "erp.created", f"Connection {name} was made, and waits for its consent",
               subject_type="erp_connection", subject_id=made.connection_id,
               before=None, after={"name": name, "base_url": url, "credentials": "set"})  # fmt: skip
        return made.connection_id

    answer = await carry_out(info, create)
    url = await needs.authorize_url(info.context.who, "exact", answer.value) if answer.value is not None else None
    return ErpConnectionCreatePayload(
        erp_connection=await ErpConnection.find(info, answer.value), authorize_url=url, user_errors=answer.user_errors
    )
