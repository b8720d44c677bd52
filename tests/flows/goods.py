"""What the flows of products have in common: goods, what Exact holds of them, and what channels show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hub.actors.desk import erp_address
from hub.actors.messages import ReadCatalogue
from hub.actors.runtime.mailbox import post
from hub.sandbox.control_exact import division_of
from hub.sandbox.exact.division import Division
from hub.store.engine import Work
from hub.store.tables import (
    claim,
    division,
    listing,
    product,
)
from tests.flows.stage import DIVISION, TENANT, Stage, eventually

MUG, TEA, SET = "ART-00001", "ART-00002", "ART-00003"
CHANNELS = ("bol", "woocommerce")


def books(acme: Stage, code: int = DIVISION) -> Division:
    return division_of(acme.sandbox, {"division": code})


async def product_id(acme: Stage, sku: str) -> str:
    found: str = (await acme.rows(select(product.c.product_id).where(product.c.code == sku)))[0].product_id
    return found


async def listed(acme: Stage, channel: str, sku: str) -> Any:
    rows = await acme.rows(select(listing).where(listing.c.channel_id == channel, listing.c.sku == sku))
    return rows[0]


async def until_shown(acme: Stage, channel: str, sku: str, quantity: int) -> Any:
    async def reached() -> Any:
        row = await listed(acme, channel, sku)
        return row if row.quantity == quantity else None

    return await eventually(reached)


async def open_claims(acme: Stage) -> dict[str, Decimal]:
    rows = await acme.rows(
        select(product.c.code, claim.c.quantity)
        .join(claim, claim.c.product_id == product.c.product_id)
        .where(claim.c.released_at.is_(None))
    )
    return {row.code: row.quantity for row in rows}


async def until_read_again(acme: Stage) -> None:
    """Wait until a stock read has been stored to its end that began from now on."""
    begun = (await acme.rows(select(division.c.reads_begun).where(division.c.code == DIVISION)))[0].reads_begun

    async def reached() -> bool:
        rows = await acme.rows(select(division.c.reads_done).where(division.c.code == DIVISION))
        return bool(rows[0].reads_done > begun)

    await eventually(reached)


async def change_item(acme: Stage, sku: str, code: int = DIVISION, **values: Any) -> None:
    """Change an item in Exact, and let the hub read its catalogue."""
    row = books(acme, code).table("logistics/Items").rows[books(acme, code).guid("item", sku)]
    row |= values
    books(acme, code).touch("logistics/Items", row)

    async def ask(work: Work) -> None:
        post(work, erp_address(TENANT, code), ReadCatalogue(tick=False))

    await acme.database.write(ask)


async def shown(acme: Stage, channel: str) -> list[int | None]:
    rows = await acme.rows(select(listing.c.quantity).where(listing.c.channel_id == channel))
    return [row.quantity for row in rows]


async def settled(acme: Stage) -> list[int | None] | None:
    """Return what bol shows once it is known of every listing."""
    found = await shown(acme, "bol")
    return None if None in found else found
