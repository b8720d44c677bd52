"""The hub's doors on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.clock import SystemClock
from hub.store.engine import Database
from hub.web.doors import Limits
from tests.web.stage import Opening, Stage


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def limits() -> Limits:
    return Limits(body=64_000)


@pytest.fixture
async def stage(sqlite_url: str, signing_key: rsa.RSAPrivateKey, limits: Limits) -> AsyncIterator[Stage]:
    async with Database.open(sqlite_url, SystemClock()) as database, Opening(database, signing_key, limits) as made:
        yield made


@pytest.fixture
async def stage_anywhere(database: Database, signing_key: rsa.RSAPrivateKey, limits: Limits) -> AsyncIterator[Stage]:
    """The stage once on each kind of database."""
    async with Opening(database, signing_key, limits) as made:
        yield made
