"""ERP connections of a tenant."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.engine import result_tuple
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import Hot, Work
from hub.store.events import SyncEvent, tell
from hub.store.sealed import ERP_CREDENTIALS
from hub.store.secrets import Vault
from hub.store.tables import erp_connection


class ConnectionStatus(StrEnum):
    """``CONNECTING`` waits for a consent · ``CONNECTED`` has a grant · ``LOST`` needs a person to connect again."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"


ONE = Hot(
    select(erp_connection).where(
        erp_connection.c.tenant_id == bindparam("tenant"), erp_connection.c.connection_id == bindparam("connection")
    )
)
ROW = result_tuple(erp_connection.c.keys())


@dataclass(frozen=True, slots=True, repr=False)
class ErpCredentials:
    """The tenant's app at Exact: its id, its secret, and the secret that signs webhooks."""

    client_id: str
    client_secret: str
    webhook_secret: str


@dataclass(frozen=True, slots=True)
class ErpConnection:
    """A tenant's connection to Exact Online as configured; its credentials stay sealed."""

    tenant_id: str
    connection_id: str
    name: str
    base_url: str
    status: ConnectionStatus
    reason: str | None
    credentials: bytes

    def opened(self, vault: Vault) -> ErpCredentials:
        """Return the credentials in the clear; raises ``KeyMissing`` or ``SealBroken``."""
        place = ERP_CREDENTIALS.place(self.tenant_id, self.connection_id)
        return ErpCredentials(**vault.open_json(self.credentials, place))


async def create_connection(
    work: Work, vault: Vault, tenant_id: str, name: str, base_url: str, credentials: ErpCredentials
) -> ErpConnection:
    """Make a connection that waits for its consent; its id is random and unique in the whole hub."""
    connection_id = secrets.token_hex(8)
    sealed = _sealed(vault, tenant_id, connection_id, credentials)
    made = ErpConnection(tenant_id, connection_id, name, base_url, ConnectionStatus.CONNECTING, None, sealed)
    await work.execute(
        insert(erp_connection).values(
            tenant_id=tenant_id,
            connection_id=connection_id,
            name=name,
            base_url=base_url,
            status=made.status.value,
            credentials=sealed,
            created_at=work.clock.now(),
        )
    )
    return made


async def change_credentials(
    work: Work, vault: Vault, tenant_id: str, connection_id: str, credentials: ErpCredentials
) -> None:
    """Replace the app's credentials of one connection of the tenant."""
    sealed = _sealed(vault, tenant_id, connection_id, credentials)
    await work.execute(_change(tenant_id, connection_id).values(credentials=sealed))


def _sealed(vault: Vault, tenant_id: str, connection_id: str, credentials: ErpCredentials) -> bytes:
    plain = {
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "webhook_secret": credentials.webhook_secret,
    }
    return vault.seal_json(plain, ERP_CREDENTIALS.place(tenant_id, connection_id))


async def load_connection(connection: AsyncConnection, tenant_id: str, connection_id: str) -> ErpConnection | None:
    """Return one connection of the tenant, None if there is none."""
    given = {"tenant": tenant_id, "connection": connection_id}
    rows = await ONE.run(connection, given)
    return _stored(ROW(rows[0])) if rows else None


async def find_connection(connection: AsyncConnection, connection_id: str) -> ErpConnection | None:
    """Return the connection of this id whoever owns it; only for a door that has no tenant yet."""
    statement = select(erp_connection).where(erp_connection.c.connection_id == connection_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _stored(row)


async def list_connections(connection: AsyncConnection, tenant_id: str) -> Sequence[ErpConnection]:
    """Return the tenant's connections by id."""
    statement = select(erp_connection).where(erp_connection.c.tenant_id == tenant_id)
    rows = (await connection.execute(statement.order_by(erp_connection.c.connection_id))).all()
    return [_stored(row) for row in rows]


def _stored(row: Row[Any]) -> ErpConnection:
    return ErpConnection(
        tenant_id=row.tenant_id,
        connection_id=row.connection_id,
        name=row.name,
        base_url=row.base_url,
        status=ConnectionStatus(row.status),
        reason=row.reason,
        credentials=row.credentials,
    )


async def mark_connected(work: Work, tenant_id: str, connection_id: str, actor: str = "hub") -> None:
    """Note that the consent was given and the grant is stored; told in the activity log."""
    await work.execute(_change(tenant_id, connection_id).values(status=ConnectionStatus.CONNECTED.value, reason=None))
    tell(work, _event(work, tenant_id, connection_id, "erp.connected", "Exact Online is connected", actor))


async def mark_lost(work: Work, tenant_id: str, connection_id: str, reason: str, actor: str = "hub") -> None:
    """Note that the grant no longer works and a person must connect again; told once, not at every try."""
    statement = _change(tenant_id, connection_id).where(erp_connection.c.status != ConnectionStatus.LOST.value)
    if (await work.execute(statement.values(status=ConnectionStatus.LOST.value, reason=reason))).rowcount:
        sentence = f"Exact Online no longer accepts the grant, connect again: {reason}"
        tell(work, _event(work, tenant_id, connection_id, "erp.lost", sentence, actor, "error"))


def _change(tenant_id: str, connection_id: str) -> Any:
    return update(erp_connection).where(
        erp_connection.c.tenant_id == tenant_id, erp_connection.c.connection_id == connection_id
    )


def _event(
    work: Work, tenant_id: str, connection_id: str, kind: str, message: str, actor: str, level: str = "info"
) -> SyncEvent:
    return SyncEvent(
        tenant_id=tenant_id,
        kind=kind,
        message=message,
        at=work.clock.now(),
        level=level,
        subject_type="erp_connection",
        subject_id=connection_id,
        actor=actor,
    )
