"""What several of the runtime's tests are given."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.clock import SystemClock
from hub.store.engine import Database
from tests.actors.runtime.reads import Reads


@pytest.fixture
def reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Note which lanes are read."""
    return Reads(database, monkeypatch)


@pytest.fixture
async def several(postgres_url: str) -> AsyncIterator[Database]:
    """A database that several nodes may share."""
    async with Database.open(postgres_url, SystemClock()) as database:
        yield database
