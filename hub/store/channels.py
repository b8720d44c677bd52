"""Statements about channels and their settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.engine import result_tuple
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.channel import ChannelSettings, ChannelStatus
from hub.domain.platform import Platform
from hub.store.engine import Hot, Work
from hub.store.settings_codec import settings_from_json, settings_to_json
from hub.store.tables import channel

ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredChannel:
    """A channel as configured; credentials stay sealed."""

    tenant_id: str
    channel_id: str
    platform: Platform
    name: str
    base_url: str
    status: ChannelStatus
    settings: ChannelSettings
    credentials: bytes
    hook_secret: bytes | None
    created_at: datetime | None = None

    @property
    def begins(self) -> datetime:
        """The moment from which on the channel's orders are the hub's business (UTC)."""
        connected_at = self.created_at or ALWAYS + timedelta(days=366)
        return self.settings.importing.begins(self.platform, connected_at)


_ONE = select(channel).where(channel.c.tenant_id == bindparam("tenant"), channel.c.channel_id == bindparam("channel"))
_LOCKED = _ONE.with_for_update(key_share=True)
_READ = Hot(_ONE)
_ROW = result_tuple(channel.c.keys())


async def load_channel(connection: AsyncConnection, tenant_id: str, channel_id: str) -> StoredChannel | None:
    """Return one channel of the tenant, None if there is none."""
    given = {"tenant": tenant_id, "channel": channel_id}
    rows = await _READ.run(connection, given)
    return _stored(_ROW(rows[0])) if rows else None


async def lock_channel(work: Work, tenant_id: str, channel_id: str) -> StoredChannel | None:
    """Return one channel of the tenant, whose settings then stay as they are until the work commits."""
    row = (await work.execute(_LOCKED, {"tenant": tenant_id, "channel": channel_id})).one_or_none()
    return None if row is None else _stored(row)


async def load_channels(
    connection: AsyncConnection, tenant_id: str, channel_ids: Collection[str]
) -> dict[str, StoredChannel]:
    """Return channels of the tenant by id, as far as there are any."""
    which = channel.c.tenant_id == tenant_id, channel.c.channel_id.in_(channel_ids)
    found = map(_stored, (await connection.execute(select(channel).where(*which))).all())
    return {one.channel_id: one for one in found}


_ALL = select(channel).where(channel.c.tenant_id == bindparam("tenant")).order_by(channel.c.channel_id)


async def list_channels(connection: AsyncConnection, tenant_id: str) -> list[StoredChannel]:
    """Return all channels of the tenant, by id."""
    return [_stored(row) for row in (await connection.execute(_ALL, {"tenant": tenant_id})).all()]


async def insert_channel(work: Work, stored: StoredChannel, created_at: datetime) -> None:
    """Create a channel; the caller has checked that its id is free."""
    row = {
        "tenant_id": stored.tenant_id,
        "channel_id": stored.channel_id,
        "platform": stored.platform.value,
        "name": stored.name,
        "base_url": stored.base_url,
        "status": stored.status.value,
        "settings": settings_to_json(stored.settings),
        "credentials": stored.credentials,
        "hook_secret": stored.hook_secret,
        "created_at": created_at,
    }
    await work.execute(insert(channel).values(row))


_CHANGE = update(channel).where(
    channel.c.tenant_id == bindparam("of_tenant"), channel.c.channel_id == bindparam("of_channel")
)


async def change_channel(work: Work, tenant_id: str, channel_id: str, **values: Any) -> None:
    """Set columns of one channel of the tenant; ``settings`` may be a ChannelSettings."""
    if isinstance(values.get("settings"), ChannelSettings):
        values["settings"] = settings_to_json(values["settings"])
    await work.execute(_CHANGE, {"of_tenant": tenant_id, "of_channel": channel_id, **values})


async def count_found(work: Work, tenant_id: str, channel_id: str, *, swept_only: int = 0, too_old: int = 0) -> None:
    """Add to the orders that only the sweep found, and to looks at orders from before the channel's beginning."""
    counted = {"swept_only": channel.c.swept_only + swept_only, "too_old": channel.c.too_old + too_old}
    statement = update(channel).where(channel.c.tenant_id == tenant_id, channel.c.channel_id == channel_id)
    await work.execute(statement.values(counted))


def _stored(row: Row[Any]) -> StoredChannel:
    return StoredChannel(
        tenant_id=row.tenant_id,
        channel_id=row.channel_id,
        platform=Platform(row.platform),
        name=row.name,
        base_url=row.base_url,
        status=ChannelStatus(row.status),
        settings=settings_from_json(row.settings, Platform(row.platform)),
        credentials=row.credentials,
        hook_secret=row.hook_secret,
        created_at=row.created_at,
    )
