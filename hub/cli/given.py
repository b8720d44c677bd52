"""What a person gave on the command line: read, or refused in one sentence; and the database it is meant for."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import anyio
import typer

from hub.clock import SystemClock
from hub.settings import Settings, read_settings
from hub.store.engine import Database
from hub.store.migrations import check_schema, migrate
from hub.store.rotation import check_keys
from hub.store.secrets import vault_of

T = TypeVar("T")


def given(read: Callable[[str], T], text: str | None) -> T | None:
    """Read an option's text; one that cannot be read is refused in its own words."""
    try:
        return None if text is None else read(text)
    except (ValueError, OverflowError) as problem:
        refuse(str(problem))


def refuse(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(2)


def with_database(use: Callable[[Database], Awaitable[T]]) -> T:
    """Run something on the database, with its schema and keys checked; a SQLite file is migrated first."""
    return anyio.run(_use, read_settings(os.environ), use)


async def _use(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    vault = vault_of(settings.keys, settings.key_file)
    if settings.sqlite:
        await migrate(settings.database_url)
    async with Database.open(settings.database_url, SystemClock()) as database:
        await check_schema(database)
        await check_keys(database, vault)
        return await use(database)
