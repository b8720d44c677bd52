"""What the command line tells of the books; it needs no running hub, stops none, and needs no keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import SystemClock
from hub.domain.oss_return import OssReturn
from hub.domain.report import Asked, BookedSum
from hub.settings import Settings
from hub.store.engine import Database
from hub.store.migrations import check_schema
from hub.store.tenants import load_tenant
from hub.store.views.report import booked_sums, oss_figures

T = TypeVar("T")


class NoSuchTenant(Exception):
    """There is no tenant of this id."""


async def read_report(settings: Settings, tenant: str, asked: Asked) -> list[BookedSum]:
    """Return what a tenant booked in a period; raises ``NoSuchTenant``."""
    return await _read(settings, tenant, lambda reading: booked_sums(reading, tenant, asked))


async def read_oss(settings: Settings, tenant: str, quarter: str) -> OssReturn:
    """Return what a tenant has to declare in the one stop shop for a quarter; raises ``NoSuchTenant``."""
    return await _read(settings, tenant, lambda reading: oss_figures(reading, tenant, quarter))


async def _read(settings: Settings, tenant: str, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async with Database.open_to_read(settings.database_url, SystemClock()) as database:
        await check_schema(database)
        async with database.read() as reading:
            if await load_tenant(reading, tenant) is None:
                raise NoSuchTenant(f"there is no tenant {tenant}")
            return await read(reading)
