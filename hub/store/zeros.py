"""Statements about zeros that are held back for a person, and about how much of a shop shows stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import Work
from hub.store.tables import listing


@dataclass(frozen=True, slots=True)
class Shown:
    """Listings of a channel: those that show stock or may, and those that came to show none of late or are to."""

    with_stock: int
    emptied: int


async def count_shown(connection: AsyncConnection, tenant_id: str, channel_id: str, since: datetime) -> Shown:
    """Count what a channel shows; ``since`` (UTC) is how late a zero counts as of late.

    A listing that waits to show none counts as emptied, not as one with stock.
    """
    one = listing.c
    own = (one.tenant_id == tenant_id, one.channel_id == channel_id, one.by_platform.is_(False))
    mapped = one.status != "unmapped"
    last = func.coalesce(one.quantity, one.sent)
    emptied = one.zero_due.is_not(None) | ((last == 0) & (one.quantity_at >= since))
    stocked = one.zero_due.is_(None) & (last.is_(None) | (last > 0))

    async def count(which: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(listing).where(*own, mapped, which)
        found: int = (await connection.execute(statement)).scalar_one()
        return found

    return Shown(await count(stocked), await count(emptied))


async def hold_zeros(work: Work, tenant_id: str, ids: Iterable[str], due: datetime) -> None:
    """Note until when (UTC) listings wait before they show nothing."""
    await _set(work, tenant_id, ids, due)


async def let_go(work: Work, tenant_id: str, ids: Iterable[str]) -> None:
    """Note that listings wait for nothing any more."""
    await _set(work, tenant_id, ids, None)


async def held_zeros(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[str]:
    """Return the ids of a channel's listings whose zero waits for a person."""
    statement = select(listing.c.listing_id).where(
        listing.c.tenant_id == tenant_id, listing.c.channel_id == channel_id, listing.c.zero_due.is_not(None)
    )
    return list((await connection.execute(statement)).scalars())


async def _set(work: Work, tenant_id: str, ids: Iterable[str], due: datetime | None) -> None:
    own = (listing.c.tenant_id == tenant_id, listing.c.listing_id.in_(list(ids)))
    await work.execute(update(listing).where(*own).values(zero_due=due))
