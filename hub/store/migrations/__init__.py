"""The schema's way forward: Alembic revisions, run by the program itself."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.sql import text

from hub.store.engine import Database
from hub.store.engine.connect import writing_engine
from hub.store.engine.sqlite import file_of, only_process

HERE = Path(__file__).parent
LOCK = 0x68756220
"""The advisory lock that lets one node at a time migrate a PostgreSQL database."""

PATIENCE = ("lock_timeout = 0", "application_name = 'handelhub migration'")
"""A migration may take minutes: others wait for it, and no node takes it for a writer that froze."""


class SchemaTooNew(Exception):
    """The database was migrated by a newer hub than this one."""


class SchemaTooOld(Exception):
    """The database is empty or was not migrated as far as this hub needs."""


async def migrate(url: str) -> str:
    """Bring the database to the newest known schema, from empty if need be, and return its revision. Repeatable.

    All or nothing. Raises ``SchemaTooNew``; on SQLite ``StoreBusy`` while another process has the file open.
    """
    where = make_url(url)
    sqlite = where.get_backend_name() == "sqlite"
    if sqlite:
        file_of(where).parent.mkdir(parents=True, exist_ok=True)
    engine = writing_engine(where)
    try:
        with only_process(file_of(where)) if sqlite else nullcontext():
            async with engine.begin() as connection:
                return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def check_schema(database: Database) -> str:
    """Return the database's revision if it is the one this hub needs; else ``SchemaTooNew`` or ``SchemaTooOld``."""
    async with database.read() as connection:
        found = await connection.run_sync(revision_of)
    needed = newest()
    if found != needed:
        known = f"schema {found}" if found else "no schema"
        raise SchemaTooOld(f"the database has {known}, this hub needs {needed}: run python main.py migrate")
    return needed


def newest() -> str:
    """Return the newest revision that this hub knows."""
    return _scripts().get_current_head() or ""


def revision_of(connection: Connection) -> str | None:
    """Return the database's revision, None when it has none; raises ``SchemaTooNew`` for one unknown to this hub."""
    heads = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in _scripts().walk_revisions()}
    for head in heads:
        if head not in known:
            raise SchemaTooNew(f"the database has schema {head} of a newer Handelhub: start that version instead")
    return heads[0] if heads else None


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        for setting in PATIENCE:
            connection.execute(text(f"SET LOCAL {setting}"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    revision_of(connection)
    command.upgrade(config(connection), "head")
    return newest()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, with the connection to work on."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(HERE).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made
