"""Fixtures of the flows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.flows.stage import Stage, stage


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Stage]:
    """A connected wholesaler on SQLite."""
    async with stage(sqlite_url) as made:
        yield made
