"""Identities of buyers as the store keeps them: digests under a key of the tenant's, from which nobody is read back."""

from __future__ import annotations

import hashlib
import hmac
import os

from sqlalchemy import select

from hub.store.engine import Work
from hub.store.sealed import IDENTITY_KEY
from hub.store.secrets import KEY_BYTES, Vault
from hub.store.tables import identity_key
from hub.store.upsert import upsert

NAME = "buyers"


async def digests(work: Work, vault: Vault, tenant_id: str, channel_id: str, identities: tuple[str, ...]) -> list[str]:
    """Return the digests of identities that a channel knows a buyer by, in their order; raises KeyMissing, SealBroken.

    The key is made where there is none yet. Repeatable: the same identity has the same digest, on its channel.
    """
    key = await _key(work, vault, tenant_id)
    texts = (f"{channel_id}\0{one}" for one in identities)
    return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for text in texts]


async def _key(work: Work, vault: Vault, tenant_id: str) -> bytes:
    place = IDENTITY_KEY.place(tenant_id, NAME)
    known = select(identity_key.c.sealed).where(identity_key.c.tenant_id == tenant_id, identity_key.c.name == NAME)
    sealed = (await work.execute(known)).scalar_one_or_none()
    if sealed is None:
        fresh = vault.seal(os.urandom(KEY_BYTES), place)
        row = {"tenant_id": tenant_id, "name": NAME, "sealed": fresh, "made_at": work.clock.now()}
        await upsert(work.connection, identity_key, [row], keep=("sealed", "made_at"))
        sealed = (await work.execute(known)).scalar_one()
    return vault.open(sealed, place)
