"""Tenants and connections for a bench database, made with the hub's own statements."""

from __future__ import annotations

from functools import partial

from bench.deliveries import DIVISION, SECRET
from hub.domain.product import Division
from hub.store.connections import ErpCredentials, create_connection
from hub.store.divisions import save_divisions, set_enabled
from hub.store.engine import Database, Work
from hub.store.secrets import Vault
from hub.store.tenants import create_tenant

CREDENTIALS = ErpCredentials("bench-app", "bench-secret", SECRET)
BASE_URL = "http://127.0.0.1:9/exact"


async def connect_tenants(database: Database, vault: Vault, count: int, first: int = 0) -> list[str]:
    """Make tenants, numbered from ``first`` on, each with one connection to Exact and one division in use; return the
    connections' ids."""
    numbers = range(first, first + count)
    return [await database.write(partial(_tenant, vault=vault, number=number)) for number in numbers]


async def _tenant(work: Work, vault: Vault, number: int) -> str:
    tenant_id = f"tenant-{number}"
    await create_tenant(work, tenant_id, tenant_id)
    made = await create_connection(work, vault, tenant_id, "Exact", BASE_URL, CREDENTIALS)
    await save_divisions(work, tenant_id, made.connection_id, [Division(DIVISION, "Bench", "NL", "EUR")])
    await set_enabled(work, tenant_id, DIVISION, True)
    return made.connection_id
