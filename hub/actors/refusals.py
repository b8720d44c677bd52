"""Refusals about one order, without the order's buyer: what a platform says is stored, shown and logged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.desk import Desk
from hub.domain.concealing import concealed
from hub.outcome import Rejected, Unavailable
from hub.store.buyers import load_buyer


async def said_of(connection: AsyncConnection, desk: Desk, tenant_id: str, order_id: str, text: str) -> str:
    """Return what a platform said about an order without its buyer, as far as the hub knows the buyer."""
    buyer = await load_buyer(connection, desk.vault, tenant_id, order_id)
    return text if buyer is None else concealed(text, buyer)


@asynccontextmanager
async def discreetly(desk: Desk, tenant_id: str, order_id: str) -> AsyncIterator[None]:
    """Let a platform's refusal or failure leave the block without the order's buyer in it."""
    try:
        yield
    except (Rejected, Unavailable) as told:
        async with desk.database.read() as connection:
            reason = await said_of(connection, desk, tenant_id, order_id, told.reason)
        if isinstance(told, Rejected):
            raise Rejected(reason, code=told.code) from None
        raise Unavailable(reason, unknown=told.unknown) from None
