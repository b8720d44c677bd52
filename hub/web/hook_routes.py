"""Who a webhook is for: its tenant, its secret, and the mail that its hints become."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.channel.hints import mail_of, usable
from hub.actors.desk import channel_address, erp_address
from hub.actors.messages import DeliveryChanged, ItemChanged, ReadCatalogue
from hub.actors.runtime.address import Address
from hub.actors.runtime.message import Message
from hub.adapters.port import Hint
from hub.store.channels import load_channel
from hub.store.connections import find_connection
from hub.store.sealed import CHANNEL_HOOK_SECRET
from hub.store.secrets import Vault
from hub.store.tables import division

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
Letter = tuple[Address, Message]


class Door(NamedTuple):
    """Which webhook address was called: an ERP connection's, or with a tenant a channel's."""

    platform: str
    name: str
    tenant_id: str | None = None


def door_of(path: str) -> Door | None:
    """Return the door at ``/webhooks/exact/{connection_id}`` or ``/webhooks/{platform}/{tenant}/{channel}``."""
    if not path.startswith("/webhooks/"):
        return None
    match path.split("/")[2:]:
        case ["exact", connection_id] if connection_id:
            return Door("exact", connection_id)
        case [platform, tenant_id, channel_id] if platform and tenant_id and channel_id:
            return Door(platform, channel_id, tenant_id)
        case _:
            return None


class Route(Protocol):
    """Where the hints of one webhook address go."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def secret(self) -> str: ...

    def letters(self, hint: Hint, accepted_at: datetime) -> list[Letter]:
        """Return the mail that a hint becomes; none where nobody cares."""
        ...

    def knows(self, hint: Hint) -> bool:
        """Say whether the hint is about something of this tenant that the hub looks after."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class ExactRoute:
    """Webhooks of one ERP connection, with the actors of its divisions that are synchronised."""

    tenant_id: str
    secret: str
    divisions: Mapping[int, Address]

    def knows(self, hint: Hint) -> bool:
        """Say whether the division is one of the connection's that are synchronised."""
        return hint.division in self.divisions

    def letters(self, hint: Hint, accepted_at: datetime) -> list[Letter]:
        """Return the division's mail: a changed item, a changed delivery, or changed master data."""
        address = None if hint.division is None else self.divisions.get(hint.division)
        if address is None:
            return []
        match hint.topic:
            case "StockPositions":
                return [(address, ItemChanged(usable(hint.key), hint.event_at, accepted_at))]
            case "GoodsDeliveries":
                return [(address, DeliveryChanged(usable(hint.key)))]
            case "Items":
                return [(address, ReadCatalogue(tick=False))]
            case _:
                return []


@dataclass(frozen=True, slots=True, repr=False)
class ChannelRoute:
    """Webhooks of one channel."""

    tenant_id: str
    channel_id: str
    secret: str

    def knows(self, hint: Hint) -> bool:
        """Say yes: what a channel tells is about itself."""
        return True

    def letters(self, hint: Hint, accepted_at: datetime) -> list[Letter]:
        """Return the channel's mail: an order to fetch, or asynchronous writes to ask about."""
        address = channel_address(self.tenant_id, self.channel_id)
        return [(address, message) for message in mail_of(hint)]


async def find_route(connection: AsyncConnection, vault: Vault, door: Door) -> Route | None:
    """Return where the door leads, None where there is nothing behind it."""
    if not NAME.fullmatch(door.name):
        return None
    if door.tenant_id is None:
        return await _exact(connection, vault, door.name)
    if not NAME.fullmatch(door.tenant_id):
        return None
    return await _channel(connection, vault, door.platform, door.tenant_id, door.name)


async def _exact(connection: AsyncConnection, vault: Vault, connection_id: str) -> Route | None:
    found = await find_connection(connection, connection_id)
    if found is None:
        return None
    statement = select(division.c.code).where(
        division.c.tenant_id == found.tenant_id,
        division.c.connection_id == found.connection_id,
        division.c.enabled.is_(True),
    )
    codes = (await connection.execute(statement)).scalars()
    divisions = {code: erp_address(found.tenant_id, code) for code in codes}
    return ExactRoute(found.tenant_id, found.opened(vault).webhook_secret or nobodys_secret(), divisions)


async def _channel(
    connection: AsyncConnection, vault: Vault, platform: str, tenant_id: str, channel_id: str
) -> Route | None:
    found = await load_channel(connection, tenant_id, channel_id)
    if found is None or found.platform != platform:
        return None
    secret = nobodys_secret()
    if found.hook_secret is not None:
        secret = vault.open(found.hook_secret, CHANNEL_HOOK_SECRET.place(tenant_id, channel_id)).decode()
    return ChannelRoute(tenant_id, channel_id, secret or nobodys_secret())


def nobodys_secret() -> str:
    """Return a secret that nobody can have signed with, where none was agreed yet: an empty one would be guessed."""
    return secrets.token_hex(32)
