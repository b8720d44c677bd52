"""Answer a person who asks what is kept of them."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from hub.cli.given import refuse, with_database
from hub.domain.tenant import Principal, Role
from hub.settings import read_settings
from hub.store.engine import Database
from hub.store.secrets import vault_of
from hub.store.tenants import load_tenant


def export_buyer(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    email: Annotated[str, typer.Option(help="The person's e-mail address, as a channel gave it.")],
) -> None:
    """Write all that is kept of a person, one order a line as JSON; a SQLite hub must be stopped for it."""
    from hub.actors.commands import note_export
    from hub.store.right_of_access import kept_of_tenant, of_person

    settings = read_settings(os.environ)
    vault, matches = vault_of(settings.keys, settings.key_file), of_person(email)
    who = Principal(tenant, Role.ADMIN, "command line")

    async def export(database: Database) -> None:
        shown: list[str] = []
        async for one in kept_of_tenant(database, vault, tenant):
            if matches(one):
                shown.append(one.order_id)
                typer.echo(json.dumps(one.plain(), ensure_ascii=False))
        await database.write(lambda work: note_export(work, who, work.clock.now(), shown))

    if not with_database(lambda database: _exists(database, tenant)):
        refuse(f"there is no tenant {tenant}")
    with_database(export)


async def _exists(database: Database, tenant: str) -> bool:
    async with database.read() as connection:
        return await load_tenant(connection, tenant) is not None
