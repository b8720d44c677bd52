"""Migrate, back up and restore the database, and seal its secrets anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import anyio
import typer

from hub.cli.given import with_database
from hub.settings import read_settings
from hub.store.migrations import migrate as migrate_to_newest
from hub.store.rotation import rotate_keys as seal_anew
from hub.store.secrets import vault_of


def migrate(
    draft: Annotated[
        str | None, typer.Option(help="Write a new revision from what the tables have and the migrations do not.")
    ] = None,
) -> None:
    """Bring the database to the newest schema, from empty if need be."""
    if draft:
        from hub.store.migrations.draft import draft as write_draft

        typer.echo(write_draft(draft))
        return
    typer.echo(f"The database has schema {anyio.run(migrate_to_newest, read_settings(os.environ).database_url)}.")


def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the SQLite database as it is now, also beside a running hub. The key file is to be kept elsewhere."""
    from hub.node.restoring import back_up_to

    back_up_to(read_settings(os.environ), file)
    typer.echo(f"{file} is whole. It opens with the keys of today only; keep them in another place.")


def restore(file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")]) -> None:
    """Put a backup in the place of the SQLite database; the hub must be stopped."""
    from hub.node.restoring import restore_from

    aside = anyio.run(restore_from, read_settings(os.environ), file)
    typer.echo("The database was put back." + (f" The one before is {aside}." if aside else ""))


def restored() -> None:
    """Say that PostgreSQL was put back from a backup, before any node starts: what was done since is looked up."""
    from hub.node.restoring import doubt

    settings = read_settings(os.environ)
    tenants = anyio.run(doubt, settings, settings.database_url)
    typer.echo(f"Noted for {tenants} tenants: nothing is sent again before it was looked for.")


def rotate_keys() -> None:
    """Seal every secret anew with the first key; then the other keys can be taken away."""
    settings = read_settings(os.environ)
    vault = vault_of(settings.keys, settings.key_file)
    changed = with_database(lambda database: seal_anew(database, vault))
    typer.echo(f"{changed} secrets were sealed anew; all are under key {vault.sealing} now.")
