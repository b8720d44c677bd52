"""Fixtures for everybody: a fresh database per test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.clock import SystemClock
from hub.store.engine import Database
from hub.store.tables import metadata
from tests.postgres import Server, binaries, running_server

TEMPLATE = "hub_template"

settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
"""The same examples everywhere, however slow the machine; ``--hypothesis-profile default`` draws fresh ones."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The hub runs on asyncio; anyio is here for task groups and scopes."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server for the whole session, or a skip where there is none."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server: none on PATH, in /usr/lib/postgresql or in the pgserver wheel")
    with running_server(programs) as server:
        server.run(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(create_tables(server.url(TEMPLATE)))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "hub.sqlite"
    asyncio.run(create_tables(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite file with all tables."""
    path = tmp_path / "hub.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with all tables."""
    name = f"hub_{uuid4().hex}"
    postgres_server.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield postgres_server.url(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with all tables, once on each kind."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, open database, once on each kind."""
    async with Database.open(database_url, SystemClock()) as opened:
        yield opened


async def create_tables(url: str) -> None:
    """Create every table of the hub, as a newest migration would."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
