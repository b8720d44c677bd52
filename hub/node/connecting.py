"""How a person's consent becomes a stored grant: at Exact Online with its divisions, on a channel with its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio

from hub.actors.commands import channel_granted, connection_granted
from hub.adapters.connector import Connector, Consent
from hub.clock import Clock
from hub.domain.platform import PROFILES, Platform
from hub.domain.product import Division
from hub.domain.tenant import Principal, Role
from hub.node.platforms import CONNECTORS, Platforms, open_exact
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.channels import StoredChannel, load_channel
from hub.store.connections import ErpConnection, load_connection, mark_connected
from hub.store.engine import Database, Work
from hub.store.grants import StoredGrant, channel_grant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault
from hub.store.tickets import Subject
from hub.web.doors import ConsentFlow

TRIES = 5
LONGEST_WAIT = 5.0


def consent_flows(database: Database, vault: Vault, clock: Clock, platforms: Platforms) -> dict[str, ConsentFlow]:
    """Return every consent that the hub can lead a person through, by the platform's name in addresses."""
    flows: dict[str, ConsentFlow] = {"exact": ExactConsent(database, vault, clock)}
    for platform, connector in CONNECTORS.items():
        if connector.consent is not None:
            flows[platform.value] = ChannelConsent(database, vault, clock, platforms, connector, connector.consent)
    return flows


@dataclass(frozen=True, slots=True)
class ExactConsent:
    """The consent flow of Exact Online; the grant is stored before it is used to list the divisions."""

    database: Database
    vault: Vault
    clock: Clock
    title: str = "Exact Online"
    mutation: str = "erpConnectionReconnect"

    async def address(self, subject: Subject, state: str, redirect_uri: str) -> str | None:
        """Return the address of Exact's consent page."""
        connection = await self._connection(subject)
        if connection is None:
            return None
        async with open_exact(connection, self.database, self.vault, self.clock) as exact:
            return exact.authorize_url(state, redirect_uri)

    def consented(self, answer: Mapping[str, str]) -> bool:
        """Say whether Exact sent a code."""
        return bool(answer.get("code"))

    async def connect(self, subject: Subject, answer: Mapping[str, str], redirect_uri: str) -> str:
        """Store the grant, list its divisions and wake the actors that waited for it."""
        connection = await self._connection(subject)
        if connection is None:
            raise Rejected("The connection is gone.")
        async with open_exact(connection, self.database, self.vault, self.clock) as exact:
            grant = await exact.exchange(answer["code"], redirect_uri)
            await StoredGrant(self.database, self.vault, subject.tenant_id, subject.subject_id).save(grant)
        divisions = await self._divisions(connection)
        await self.database.write(lambda work: self._finish(work, connection, divisions))
        return f"Exact Online is connected; it opened {len(divisions)} divisions."

    async def _connection(self, subject: Subject) -> ErpConnection | None:
        async with self.database.read() as connection:
            return await load_connection(connection, subject.tenant_id, subject.subject_id)

    async def _divisions(self, connection: ErpConnection) -> Sequence[Division]:
        """List the divisions, trying again where Exact is busy: the code is used up, so giving up costs a consent."""
        for _ in range(TRIES - 1):
            try:
                return await self.divisions(connection)
            except Throttled as busy:
                await anyio.sleep(min(busy.retry_after, LONGEST_WAIT))
            except Unavailable:
                await anyio.sleep(0.3)
        return await self.divisions(connection)

    async def divisions(self, connection: ErpConnection) -> Sequence[Division]:
        """List the companies that the stored grant reaches. Repeatable."""
        async with open_exact(connection, self.database, self.vault, self.clock) as exact:
            return await exact.divisions()

    async def _finish(self, work: Work, connection: ErpConnection, divisions: Sequence[Division]) -> None:
        await mark_connected(work, connection.tenant_id, connection.connection_id)
        who = Principal(connection.tenant_id, Role.ADMIN, "consent")
        await connection_granted(work, who, work.clock.now(), connection.connection_id, divisions)


@dataclass(frozen=True, slots=True)
class ChannelConsent:
    """The consent flow of a channel's platform."""

    database: Database
    vault: Vault
    clock: Clock
    platforms: Platforms
    connector: Connector
    consent: Consent
    mutation: str = "channelConnect"

    @property
    def title(self) -> str:
        """The platform as people call it."""
        return PROFILES[self.connector.platform].title

    async def address(self, subject: Subject, state: str, redirect_uri: str) -> str | None:
        """Return the platform's consent page for the channel's account."""
        stored = await self._channel(subject)
        return self.consent.address(self.platforms.account(stored), state, redirect_uri) if stored else None

    def consented(self, answer: Mapping[str, str]) -> bool:
        """Say whether the platform sent a code, by whatever name."""
        return any(value and name.endswith("code") for name, value in answer.items())

    async def connect(self, subject: Subject, answer: Mapping[str, str], redirect_uri: str) -> str:
        """Store the grant with what the platform told along with it, and wake the actor."""
        stored = await self._channel(subject)
        if stored is None:
            raise Rejected("The channel is gone.")
        brought = await self.consent.exchange(self.platforms.account(stored), self.clock, answer, redirect_uri)
        grant = channel_grant(self.database, self.vault, stored.tenant_id, stored.channel_id)

        async def keep(work: Work) -> None:
            await grant.save_within(work, brought.grant)
            sealed = self._with(stored, brought.credentials) if brought.credentials else None
            who = Principal(stored.tenant_id, Role.ADMIN, "consent")
            await channel_granted(work, who, work.clock.now(), stored.channel_id, sealed)

        await self.database.write(keep)
        return f"{stored.name} is connected."

    def _with(self, stored: StoredChannel, more: Mapping[str, str]) -> bytes:
        place = CHANNEL_CREDENTIALS.place(stored.tenant_id, stored.channel_id)
        return self.vault.seal_json(self.vault.open_json(stored.credentials, place) | dict(more), place)

    async def _channel(self, subject: Subject) -> StoredChannel | None:
        async with self.database.read() as connection:
            found = await load_channel(connection, subject.tenant_id, subject.subject_id)
        return found if found is not None and found.platform is Platform(self.connector.platform) else None
