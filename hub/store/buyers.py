"""The personal data of buyers: sealed with a key of the order's own, which is sealed with the hub's.

Whoever destroys an order's key has destroyed its buyer, wherever copies of the sealed bytes may lie.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.address import Buyer, ConfirmedAddress, PostalAddress
from hub.store.engine import Work
from hub.store.erasure import BY_POLICY, bury, is_due
from hub.store.sealed import BUYER, ORDER_KEY
from hub.store.secrets import KEY_BYTES, Vault
from hub.store.tables import buyer, order_key
from hub.store.upsert import upsert

SAME_ORDER = and_(order_key.c.tenant_id == buyer.c.tenant_id, order_key.c.order_id == buyer.c.order_id)


def open_buyer(vault: Vault, tenant_id: str, order_id: str, sealed: bytes, sealed_key: bytes | None) -> Buyer:
    """Return what was sealed of a buyer; raises KeyMissing or SealBroken.

    ``sealed_key`` is the order's key as stored, None for a buyer that was stored before orders had keys.
    """
    own = vault if sealed_key is None else opened_key(vault, tenant_id, order_id, sealed_key)
    plain = own.open_json(sealed, BUYER.place(tenant_id, order_id))
    return buyer_of_json(plain)


def buyer_of_json(plain: Mapping[str, Any]) -> Buyer:
    """Read a buyer back from JSON; what older ones lack is as usual."""
    bill_to, confirmed = plain.get("bill_to"), plain.get("confirmed")
    places = {
        "ship_to": PostalAddress(**plain["ship_to"]),
        "bill_to": None if bill_to is None else PostalAddress(**bill_to),
        "confirmed": None if confirmed is None else ConfirmedAddress(**confirmed),
    }
    return Buyer(**{**plain, **places})


def opened_key(vault: Vault, tenant_id: str, order_id: str, sealed_key: bytes) -> Vault:
    """Return an order's own vault; raises KeyMissing or SealBroken."""
    return Vault([vault.open(sealed_key, ORDER_KEY.place(tenant_id, order_id))])


async def load_buyer(connection: AsyncConnection, vault: Vault, tenant_id: str, order_id: str) -> Buyer | None:
    """Return the buyer of an order, None once the personal data was destroyed; raises KeyMissing or SealBroken."""
    statement = (
        select(buyer.c.sealed, order_key.c.sealed.label("key"))
        .join_from(buyer, order_key, SAME_ORDER, isouter=True)
        .where(buyer.c.tenant_id == tenant_id, buyer.c.order_id == order_id)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else open_buyer(vault, tenant_id, order_id, row.sealed, row.key)


async def keep_buyer(
    work: Work, vault: Vault, tenant_id: str, order_id: str, given: Buyer, kept_since: datetime | None
) -> Buyer | None:
    """Store the buyer of an order that is locked and stored, the only place where personal data is kept. Repeatable.

    What a person confirmed of an address stays beside it until the channel gives another. Returns what is kept.
    Nothing is kept of an order that ended before ``kept_since``, nor ever again once a person asked for erasure.
    """
    now = work.clock.now()
    known = await _key_of(work, tenant_id, order_id)
    if known is not None and known.sealed is not None:
        own = opened_key(vault, tenant_id, order_id, known.sealed)
        given = await _still_confirmed(work, vault, tenant_id, order_id, given)
    elif known is not None and known.destroyed_by != BY_POLICY:
        return None
    elif kept_since is not None and await is_due(work.connection, tenant_id, order_id, kept_since):
        if known is None:
            await bury(work, tenant_id, order_id, BY_POLICY, now)
        return None
    else:
        own = await make_key(work, vault, tenant_id, order_id, now)
    sealed = own.seal_json(asdict(given), BUYER.place(tenant_id, order_id))
    row = {"tenant_id": tenant_id, "order_id": order_id, "sealed": sealed, "stored_at": now}
    await upsert(work.connection, buyer, [row])
    return given


async def _still_confirmed(work: Work, vault: Vault, tenant_id: str, order_id: str, given: Buyer) -> Buyer:
    if given.confirmed is not None:
        return given
    before = await load_buyer(work.connection, vault, tenant_id, order_id)
    same = before is not None and before.ship_to == given.ship_to
    return replace(given, confirmed=before.confirmed) if before is not None and same else given


async def confirm_address(work: Work, vault: Vault, tenant_id: str, order_id: str, confirmed: Buyer) -> None:
    """Store a buyer with what a person said of the address; the caller has locked the order and loaded the buyer."""
    known = await _key_of(work, tenant_id, order_id)
    own = vault if known is None or known.sealed is None else opened_key(vault, tenant_id, order_id, known.sealed)
    sealed = own.seal_json(asdict(confirmed), BUYER.place(tenant_id, order_id))
    row = {"tenant_id": tenant_id, "order_id": order_id, "sealed": sealed, "stored_at": work.clock.now()}
    await upsert(work.connection, buyer, [row])


async def make_key(work: Work, vault: Vault, tenant_id: str, order_id: str, now: datetime) -> Vault:
    """Give an order a fresh key and return its vault; the caller has locked the order and knows that it has none."""
    fresh = os.urandom(KEY_BYTES)
    row = {
        "tenant_id": tenant_id,
        "order_id": order_id,
        "sealed": vault.seal(fresh, ORDER_KEY.place(tenant_id, order_id)),
        "made_at": now,
        "destroyed_at": None,
        "destroyed_by": None,
    }
    await upsert(work.connection, order_key, [row])
    return Vault([fresh])


_KEY = select(order_key.c.sealed, order_key.c.destroyed_by).where(
    order_key.c.tenant_id == bindparam("tenant"), order_key.c.order_id == bindparam("one")
)


async def _key_of(work: Work, tenant_id: str, order_id: str) -> Row[tuple[bytes | None, str | None]] | None:
    return (await work.execute(_KEY, {"tenant": tenant_id, "one": order_id})).one_or_none()
