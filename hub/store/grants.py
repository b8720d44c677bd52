"""OAuth grants in the database: refreshed by one node at a time, stored before they are used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import Clock
from hub.domain.grant import Grant
from hub.store.engine import Database, Work
from hub.store.sealed import OAUTH_GRANT
from hub.store.secrets import Vault
from hub.store.tables import oauth_grant

LEASE = timedelta(seconds=20)
"""Longer than any token call may take, so that two nodes never refresh the same version."""
ASTRAY = timedelta(minutes=5)
"""More than the clocks of two nodes differ by."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def channel_grant(database: Database, vault: Vault, tenant_id: str, channel_id: str) -> StoredGrant:
    """Return the token pair of a channel's account; never that of an ERP connection of the same name."""
    return StoredGrant(database, vault, tenant_id, f"channel/{channel_id}")


_STORED = select(oauth_grant).where(
    oauth_grant.c.tenant_id == bindparam("tenant"),
    oauth_grant.c.grant_id == bindparam("grant"),
    oauth_grant.c.version > 0,
)


class StoredGrant:
    """The token pair of one grant of a tenant, shared by all nodes: an ``adapters.port.GrantStore``.

    ``grant_id`` is the ERP connection's id, or a channel's as ``channel_grant`` makes it.
    """

    def __init__(self, database: Database, vault: Vault, tenant_id: str, grant_id: str) -> None:
        self._database = database
        self._vault = vault
        self._tenant_id = tenant_id
        self._grant_id = grant_id
        self._watched: tuple[datetime, float] | None = None

    async def load(self) -> Grant | None:
        """Return the newest stored pair; None before the first one."""
        async with self._database.read() as connection:
            return await self._load(connection)

    async def reserve(self, version: int) -> bool:
        """Return True to one caller per version until its lease ends; version 0 is 'no pair yet'.

        Clocks of nodes differ, so the lease of another ends when it was seen here, unchanged, for its whole length; or
        when it is over by more than clocks differ.
        """
        return await self._database.write(lambda work: self._reserve(work, version))

    async def release(self, version: int) -> None:
        """End the lease of a try that brought nothing, so that the next one need not wait."""
        await self._database.write(lambda work: self._release(work, version))

    async def _release(self, work: Work, version: int) -> None:
        statement = update(oauth_grant).where(*self._here(), oauth_grant.c.version == version)
        await work.execute(statement.values(reserved_version=None, reserved_until=None))

    async def save(self, grant: Grant) -> Grant:
        """Store the pair durably and return it with its version; where another has taken the place of the one that
        this was made from, or was issued later than this consent, that one stands and is returned."""
        return await self._database.write(lambda work: self.save_within(work, grant))

    async def save_within(self, work: Work, grant: Grant) -> Grant:
        """Store the pair as part of a larger unit of work; otherwise as ``save``."""
        await self._make_room(work)
        values = {
            "sealed": self._sealed(grant),
            "issued_at": grant.issued_at,
            "expires_in": grant.expires_in,
            "version": oauth_grant.c.version + 1,
            "reserved_version": None,
            "reserved_until": None,
        }
        consented = oauth_grant.c.issued_at <= grant.issued_at
        next_to = oauth_grant.c.version == grant.version if grant.version else consented
        await work.execute(update(oauth_grant).where(*self._here(), next_to).values(values))
        stored = await self._load(work.connection)
        return stored or grant

    async def _reserve(self, work: Work, version: int) -> bool:
        await self._make_room(work)
        held = await work.scalar(
            select(oauth_grant.c.reserved_until).where(*self._here(), oauth_grant.c.reserved_version == version)
        )
        if held is not None and not self._outlived(held, work.clock):
            return False
        free = or_(
            oauth_grant.c.reserved_until.is_(None),
            oauth_grant.c.reserved_until == held,
            oauth_grant.c.reserved_version != version,
        )
        statement = update(oauth_grant).where(*self._here(), oauth_grant.c.version == version, free)
        until = work.clock.now() + LEASE
        return (await work.execute(statement.values(reserved_version=version, reserved_until=until))).rowcount == 1

    def _outlived(self, held: datetime, clock: Clock) -> bool:
        """Say whether whoever reserved until ``held``, by a clock of its own, has had its time."""
        if held + ASTRAY <= clock.now():
            return True
        if self._watched is None or self._watched[0] != held:
            self._watched = (held, clock.monotonic())
        return clock.monotonic() - self._watched[1] >= LEASE.total_seconds()

    async def _make_room(self, work: Work) -> None:
        """Have a row of version 0 to reserve and to update, so that the first pair is fetched once too."""
        constructor: Any = postgresql.insert if work.dialect == "postgresql" else sqlite.insert
        row = {
            "tenant_id": self._tenant_id,
            "grant_id": self._grant_id,
            "sealed": b"",
            "issued_at": NEVER,
            "expires_in": 0.0,
            "version": 0,
        }
        await work.execute(constructor(oauth_grant).on_conflict_do_nothing(), row)

    async def _load(self, connection: AsyncConnection) -> Grant | None:
        row = (await connection.execute(_STORED, {"tenant": self._tenant_id, "grant": self._grant_id})).one_or_none()
        return None if row is None else self._grant(row)

    def _here(self) -> tuple[Any, Any]:
        return oauth_grant.c.tenant_id == self._tenant_id, oauth_grant.c.grant_id == self._grant_id

    def _sealed(self, grant: Grant) -> bytes:
        pair = {"access_token": grant.access_token, "refresh_token": grant.refresh_token}
        return self._vault.seal_json(pair, OAUTH_GRANT.place(self._tenant_id, self._grant_id))

    def _grant(self, row: Row[Any]) -> Grant:
        pair = self._vault.open_json(row.sealed, OAUTH_GRANT.place(self._tenant_id, self._grant_id))
        return Grant(pair["access_token"], pair["refresh_token"], row.issued_at, row.expires_in, row.version)
