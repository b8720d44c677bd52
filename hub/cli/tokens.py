"""Make, list and revoke the bearer tokens of the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from hub.actors.commands import CommandRefused, end_token, found_tenant, make_token
from hub.cli.given import refuse, with_database
from hub.domain.tenant import Principal, Role
from hub.store.engine import Database, Work
from hub.store.tenants import load_tenant
from hub.store.tokens import FreshToken, list_tokens


def create(
    tenant: Annotated[str, typer.Option(help="The tenant's id; made when there is none of it yet.")],
    role: Annotated[Role, typer.Option(help="What the token may do.")] = Role.VIEWER,
    label: Annotated[str, typer.Option(help="What the activity log calls its bearer; no personal data.")] = "cli",
    name: Annotated[str | None, typer.Option(help="The tenant's name, where the tenant is made.")] = None,
    days: Annotated[float | None, typer.Option(min=0, help="Days until it ends; without it until revoked.")] = None,
) -> None:
    """Make a token and show it, once."""

    async def work_on(work: Work) -> FreshToken:
        who, now = Principal(tenant, Role.ADMIN, "command line"), work.clock.now()
        if await load_tenant(work.connection, tenant) is None:
            await found_tenant(work, who, now, name or tenant)
        return await make_token(work, who, now, role, label, None if days is None else timedelta(days=days))

    typer.echo(with_database(lambda database: database.write(work_on)).secret)


def show(tenant: Annotated[str, typer.Option(help="The tenant's id.")]) -> None:
    """List a tenant's tokens; the tokens themselves are not kept."""

    async def read(database: Database) -> None:
        async with database.read() as connection:
            for one in await list_tokens(connection, tenant):
                state = "works" if one.works_at(datetime.now(UTC)) else "ended"
                typer.echo(f"{one.token_id}  {one.role:<8}  {state}  {one.created_at:%Y-%m-%d}  {one.label}")

    with_database(read)


def revoke(
    token_id: Annotated[str, typer.Argument(help="The id that `token list` shows.")],
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
) -> None:
    """End a token at once."""

    async def work_on(work: Work) -> bool:
        try:
            await end_token(work, Principal(tenant, Role.ADMIN, "command line"), work.clock.now(), token_id)
        except CommandRefused:
            return False
        return True

    if not with_database(lambda database: database.write(work_on)):
        refuse(f"tenant {tenant} has no working token {token_id}")
    typer.echo(f"Token {token_id} is revoked.")
