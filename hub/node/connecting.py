"""How a person's consent at Exact Online becomes a grant and its divisions."""

from __future__ import annotations

from collections.abc import Sequence

from hub.actors.commands import connection_granted
from hub.adapters.port import Grant
from hub.clock import Clock
from hub.domain.product import Division
from hub.domain.tenant import Principal, Role
from hub.node.platforms import open_exact
from hub.store.connections import ErpConnection
from hub.store.engine import Database, Work
from hub.store.secrets import Vault


class ExactConsent:
    """The consent flow of ``hub.web`` in front of the Exact adapter."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._parts = database, vault, clock

    async def consent_url(self, connection: ErpConnection, state: str, redirect_uri: str) -> str:
        """Return the address of Exact's consent page."""
        async with open_exact(connection, *self._parts) as exact:
            return exact.authorize_url(state, redirect_uri)

    async def exchange(self, connection: ErpConnection, code: str, redirect_uri: str) -> Grant:
        """Exchange the code of a consent, which works once."""
        async with open_exact(connection, *self._parts) as exact:
            return await exact.exchange(code, redirect_uri)

    async def divisions(self, connection: ErpConnection) -> Sequence[Division]:
        """List the companies that the stored grant reaches."""
        async with open_exact(connection, *self._parts) as exact:
            return await exact.divisions()

    async def granted(self, work: Work, connection: ErpConnection, divisions: Sequence[Division]) -> None:
        """Store the divisions and wake the actors that waited for the consent."""
        who = Principal(connection.tenant_id, Role.ADMIN, "consent")
        await connection_granted(work, who, work.clock.now(), connection.connection_id, divisions)
