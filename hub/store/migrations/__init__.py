"""The schema's way forward: Alembic revisions, run by the program itself.

Every revision is an expansion: what an older hub reads and writes stays as it was, so that old and new nodes work side
by side while one after the other is exchanged. One that is not says so in its name: ``0012_0009`` is revision 12, and
no hub that knows less than revision 9 may work with it or with any later one (docs/adr/0022).
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path

import anyio
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql import text

from hub.store.engine import Conflict, Database, StoreUnavailable
from hub.store.engine.connect import migrating_engine
from hub.store.engine.postgres import SETTINGS
from hub.store.engine.sqlite_file import file_of, only_process

HERE = Path(__file__).parent
REVISION = re.compile(r"\d{4}(_\d{4})?")
TRIES, PAUSE = 30, 0.5
LOCK = 0x68756220
"""The advisory lock that lets one node at a time migrate a PostgreSQL database."""

MIGRATING = "handelhub migration"
"""Who a migration says it is: it may take minutes, and no node is to take it for a writer that froze."""


class SchemaTooNew(Exception):
    """The database was migrated by a newer hub, which left nothing that this one could work with."""


class SchemaTooOld(Exception):
    """The database is empty or was not migrated as far as this hub needs."""


async def migrate(url: str) -> str:
    """Bring the database to the newest known schema, from empty if need be, and return its revision. Repeatable.

    All or nothing; a schema that is ahead and usable is left alone.
    Raises ``SchemaTooNew``, ``StoreUnavailable``; on SQLite ``StoreBusy`` while another process has the file open.
    """
    where = make_url(url)
    sqlite = where.get_backend_name() == "sqlite"
    if sqlite:
        file_of(where).parent.mkdir(parents=True, exist_ok=True)
    engine = migrating_engine(where)
    try:
        with only_process(file_of(where)) if sqlite else nullcontext():
            return await _patiently(engine)
    finally:
        await engine.dispose()


async def _patiently(engine: AsyncEngine) -> str:
    """Try until nobody is in the way: a change of a table that waited for a lock would hold up all who come after."""
    for _ in range(TRIES):
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(_upgrade)
        except Conflict:
            await anyio.sleep(PAUSE)
    raise StoreUnavailable("the tables are in use all the time; migrate again in a quieter moment")


async def check_schema(database: Database) -> str:
    """Return the database's revision if this hub can work with it; else ``SchemaTooNew`` or ``SchemaTooOld``."""
    async with database.read() as connection:
        found = await connection.run_sync(revision_of)
    needed = newest()
    if found is None or number_of(found) < number_of(needed):
        known = f"schema {found}" if found else "no schema"
        raise SchemaTooOld(f"the database has {known}, this hub needs {needed}: run python main.py migrate")
    return found


def newest() -> str:
    """Return the newest revision that this hub knows."""
    return _scripts().get_current_head() or ""


def revision_of(connection: Connection) -> str | None:
    """Return the database's revision, None when it has none; raises ``SchemaTooNew`` for one we cannot work with."""
    found = next(iter(MigrationContext.configure(connection).get_current_heads()), None)
    if found is not None and not _usable(found):
        raise SchemaTooNew(f"the database has schema {found} of a newer Handelhub: start that version instead")
    return found


def number_of(revision: str) -> int:
    """Return a revision's place in their order."""
    return int(revision.partition("_")[0])


def oldest_for(revision: str) -> int:
    """Return the number that a hub must know at least to work with a revision's schema; zero: any hub can."""
    return int(revision.partition("_")[2] or 0)


def _usable(found: str) -> bool:
    ours = newest()
    if not REVISION.fullmatch(found):
        return False
    if number_of(found) <= number_of(ours):
        return found in {script.revision for script in _scripts().walk_revisions()}
    return oldest_for(found) <= number_of(ours)


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        _wait_for_others(connection)
    found = revision_of(connection)
    if found is not None and number_of(found) > number_of(newest()):
        return found
    command.upgrade(config(connection), "head")
    _must_refer_to_rows(connection)
    return newest()


def _must_refer_to_rows(connection: Connection) -> None:
    """SQLite does not look at references while tables are rebuilt: here they are looked at once more."""
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"after the migration {len(broken)} rows refer to rows that are not there")


def _wait_for_others(connection: Connection) -> None:
    """Let one node migrate at a time; the others wait for as long as it takes, not as for a row."""
    connection.execute(text(f"SET LOCAL application_name = '{MIGRATING}'"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text(f"SET LOCAL lock_timeout = '{SETTINGS['lock_timeout']}'"))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, with the connection to work on."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(HERE).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made
