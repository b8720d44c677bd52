"""Setting up a tenant with a division and its channels, with the hub's own commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from sqlalchemy import bindparam, select, update

from hub.actors import commands
from hub.domain.channel import ChannelSettings, ChannelStatus, FulfilmentMode
from hub.domain.drift import DriftPolicy
from hub.domain.platform import Platform
from hub.domain.stock import Reading, StockRule, publishable
from hub.domain.tenant import Principal, Role
from hub.node.platforms import open_exact
from hub.sandbox.amazon.lwa import REFRESH_TOKEN, SELLER_ID
from hub.store.channels import StoredChannel, change_channel, load_channel
from hub.store.connections import ErpConnection, ErpCredentials, create_connection, mark_connected
from hub.store.engine import Database, Work
from hub.store.grants import StoredGrant
from hub.store.listings import channel_listings
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault
from hub.store.stock import readings_of
from hub.store.tables import customer, listing, sync_event, vat_code
from hub.store.tenants import create_tenant

T = TypeVar("T")
TENANT, DIVISION = "acme", 123456
WHO = Principal(TENANT, Role.ADMIN, "bench")
APP = ErpCredentials("sandbox-app", "sandbox-secret", "sandbox-hook-secret")
CALLBACK = "http://127.0.0.1/oauth/exact/callback"
SECRETS = {
    "bol": {"client_id": "bol-client", "client_secret": "bol-secret"},
    "woocommerce": {"consumer_key": "ck_sandbox", "consumer_secret": "cs_sandbox"},
    "amazon": {
        "client_id": "amzn-client",
        "client_secret": "amzn-secret",
        "refresh_token": REFRESH_TOKEN,
        "seller_id": SELLER_ID,
    },
    "generic": {"token": "generic-token", "signing_secret": "whsec_dGhlIGdlbmVyaWMgc2hvcCBhbmQgdGhlIGh1YiAwMzI="},
    "shopify": {"client_id": "shopify-client", "client_secret": "shopify-secret", "location_id": "106318430514"},
}
CUSTOMERS = {"bol": "bol.com", "amazon": "Amazon EU"}
CARRIERS = {"bol": "TNT"}
WEBSHOP, POST = "Webshop consumenten", "PostNL"
PATIENCE, LONG_PATIENCE, LOOK_AGAIN = 600.0, 1800.0, 3.0
AT_ONCE = 10_000
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Connecting:
    """Connects one tenant to the platforms at an address."""

    database: Database
    vault: Vault
    world: str
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    sweep_seconds: float = 300.0

    async def connect(self, channels: Sequence[str], *, stocked: bool = False) -> None:
        """Return once the division and the channels are set up; their stock and orders begin to flow then.

        With ``stocked`` the channels show what is right already, as on any day but the first.
        """
        connection = await self._consented()
        await self._command(commands.enable_division, connection.connection_id, DIVISION)
        customers, codes = await self._books()
        for name in channels:
            await self._add(name, customers[CUSTOMERS.get(name, WEBSHOP)], codes, stock=not stocked)
        for name in channels if stocked else ():
            await self._take_over(name)

    async def _consented(self) -> ErpConnection:
        async def begin(work: Work) -> ErpConnection:
            await create_tenant(work, TENANT, "Acme Groothandel")
            return await create_connection(work, self.vault, TENANT, "Exact", f"{self.world}/exact", APP)

        made = await self.database.write(begin)
        async with open_exact(made, self.database, self.vault, self.database.clock) as exact:
            grant = await exact.exchange(await allowed(exact.authorize_url("bench", CALLBACK)), CALLBACK)
            await StoredGrant(self.database, self.vault, TENANT, made.connection_id).save(grant)
            divisions = await exact.divisions()
        await self.database.write(lambda work: mark_connected(work, TENANT, made.connection_id))
        await self._command(commands.connection_granted, made.connection_id, divisions)
        return made

    async def _command(self, command: Callable[..., Awaitable[T]], *given: Any) -> T:
        return await self.database.write(lambda work: command(work, WHO, work.clock.now(), *given))

    async def _books(self) -> tuple[dict[str, str], dict[Decimal, str]]:
        """Wait for the division's customers and VAT codes; of the codes the plain Dutch ones including VAT."""
        with anyio.fail_after(PATIENCE):
            while True:
                async with self.database.read() as connection:
                    customers = (await connection.execute(select(customer.c.name, customer.c.account_id))).all()
                    included = select(vat_code.c.percentage, vat_code.c.code).where(vat_code.c.kind == "I")
                    codes = (await connection.execute(included)).all()
                if customers and codes:
                    plain = {row.percentage: row.code for row in codes if row.code in ("4", "8") or _low(row)}
                    return {row.name: row.account_id for row in customers}, plain
                await anyio.sleep(0.1)

    async def _add(self, name: str, account: str, codes: dict[Decimal, str], *, stock: bool) -> None:
        settings = ChannelSettings(
            division=DIVISION,
            customer_id=account,
            forwarding=True,
            stock=stock,
            fulfilment=FulfilmentMode.ERP,
            vat_codes=codes,
            reference_prefix=name[0].upper() + "-",
            default_carrier=CARRIERS.get(name, POST),
            sweep_seconds=self.sweep_seconds,
            drift=self.drift,
        )
        sealed = self.vault.seal_json(SECRETS[name], CHANNEL_CREDENTIALS.place(TENANT, name))
        where, active = f"{self.world}/{name}", ChannelStatus.ACTIVE
        channel = StoredChannel(TENANT, name, Platform(name), name, where, active, settings, sealed, None)
        await self._command(commands.create_channel, channel)

    async def _take_over(self, name: str) -> None:
        """Note what a channel shows once all of its listings and their stock were read, and let the hub keep it."""
        with anyio.fail_after(LONG_PATIENCE):
            while True:
                shown = await self._shown(name)
                if shown:
                    break
                await anyio.sleep(LOOK_AGAIN)

        here = (listing.c.tenant_id == TENANT, listing.c.listing_id == bindparam("one"))
        number = bindparam("units", type_=listing.c.quantity.type)
        known = update(listing).where(*here).values(quantity=number, believed=number)
        for start in range(0, len(shown), AT_ONCE):
            await self.database.write(partial(_execute, known, shown[start : start + AT_ONCE]))

        async def switch_on(work: Work) -> None:
            stored = await load_channel(work.connection, TENANT, name)
            assert stored is not None
            await change_channel(work, TENANT, name, settings=replace(stored.settings, stock=True))

        await self.database.write(switch_on)

    async def _shown(self, name: str) -> list[dict[str, Any]]:
        """Return the quantity of each listing, nothing until all are known."""
        read = select(sync_event.c.seq).where(sync_event.c.kind == "listings.read", sync_event.c.channel_id == name)
        async with self.database.read() as connection:
            if (await connection.execute(read)).first() is None:
                return []
            own = [one for one in await channel_listings(connection, TENANT, name) if not one.by_platform]
            products = sorted({one.product_id or "" for one in own})
            readings: dict[str, list[Reading]] = {}
            for start in range(0, len(products), AT_ONCE):
                readings |= await readings_of(connection, TENANT, products[start : start + AT_ONCE])
        if not all(one.product_id in readings for one in own):
            return []
        return [
            {"one": one.listing_id, "units": publishable(StockRule(), readings[one.product_id or ""], NOTHING).quantity}
            for one in own
        ]


async def _execute(statement: Any, rows: list[dict[str, Any]], work: Work) -> None:
    await work.execute(statement, rows)


def _low(row: Any) -> bool:
    return bool(row.percentage == Decimal("0.09"))


async def allowed(url: str, transport: httpx2.AsyncBaseTransport | None = None) -> str:
    """Press Allow on the consent page and return the code of the redirect."""
    asked = urlsplit(url)
    async with httpx2.AsyncClient(trust_env=False, transport=transport) as browser:
        form = {name: values[0] for name, values in parse_qs(asked.query).items()}
        answer = await browser.post(asked._replace(query="").geturl(), data=form)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
