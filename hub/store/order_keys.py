"""Keys for the buyers that were stored, sealed with the hub's own key, before orders had keys."""

from __future__ import annotations

from sqlalchemy import Select, select, update

from hub.store.buyers import SAME_ORDER, make_key
from hub.store.engine import Database, Work
from hub.store.order_state import lock_order
from hub.store.sealed import BUYER
from hub.store.secrets import Vault
from hub.store.tables import buyer, order_key, tenant

BATCH = 200


async def give_all_keys(database: Database, vault: Vault) -> int:
    """Give every order with a buyer a key of its own and return how many had none. Repeatable."""
    async with database.read() as connection:
        tenants = list((await connection.execute(select(tenant.c.tenant_id))).scalars())
    given = 0
    for tenant_id in tenants:
        while done := await give_keys(database, vault, tenant_id):
            given += done
    return given


async def give_keys(database: Database, vault: Vault, tenant_id: str) -> int:
    """Give at most ``BATCH`` orders of a tenant a key of their own and return how many had none. Repeatable."""
    async with database.read() as connection:
        rows = (await connection.execute(_without_key(tenant_id).limit(BATCH))).all()
    if not rows:
        return 0

    async def give(work: Work) -> int:
        return sum([await _give_key(work, vault, tenant_id, row.order_id) for row in rows])

    return await database.write(give)


def _without_key(tenant_id: str) -> Select[tuple[str]]:
    return (
        select(buyer.c.order_id)
        .join_from(buyer, order_key, SAME_ORDER, isouter=True)
        .where(buyer.c.tenant_id == tenant_id, order_key.c.order_id.is_(None))
    )


async def _give_key(work: Work, vault: Vault, tenant_id: str, order_id: str) -> bool:
    await lock_order(work, tenant_id, order_id)
    if (await work.execute(_without_key(tenant_id).where(buyer.c.order_id == order_id))).first() is None:
        return False
    this, place = (buyer.c.tenant_id == tenant_id, buyer.c.order_id == order_id), BUYER.place(tenant_id, order_id)
    plain = vault.open(await work.scalar(select(buyer.c.sealed).where(*this)), place)
    own = await make_key(work, vault, tenant_id, order_id, work.clock.now())
    await work.execute(update(buyer).where(*this).values(sealed=own.seal(plain, place)))
    return True
