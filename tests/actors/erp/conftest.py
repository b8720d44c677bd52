"""The simulated Exact, and a division's stock lane before it, turn by turn."""

from __future__ import annotations

import pytest

from hub.store.engine import Database
from hub.store.tenants import Tenant
from tests.actors.erp.reader import Moody, Reader
from tests.adapters.exact.conftest import Shop as Exact
from tests.adapters.exact.conftest import options, shop
from tests.store.conftest import acme

__all__ = ["acme", "options", "shop"]


@pytest.fixture
async def reader(shop: Exact, database: Database, acme: Tenant) -> Reader:
    """A stock lane that has not read anything yet."""
    made = Reader(shop, database, Moody(shop.erp))
    await made.set_up()
    return made
