"""What several of the runtime's tests are given."""

from __future__ import annotations

import pytest

from hub.store.engine import Database
from tests.actors.runtime.reads import Reads


@pytest.fixture
def reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Note which lanes are read."""
    return Reads(database, monkeypatch)
