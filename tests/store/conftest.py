"""What the tests of the store share: a vault and a tenant."""

from __future__ import annotations

import os

import pytest

from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.tenants import Tenant, create_tenant


@pytest.fixture
def vault() -> Vault:
    return Vault([os.urandom(32)])


@pytest.fixture
async def acme(database: Database) -> Tenant:
    """A tenant in the fresh database."""
    return await database.write(lambda work: create_tenant(work, "acme", "Acme Wholesale"))
