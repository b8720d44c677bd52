"""A connected wholesaler on a stage: real store, real actors, real adapters, simulated platforms over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from sqlalchemy import select

from hub.actors import commands
from hub.actors.desk import Desk, Pace
from hub.adapters.exact.online import ExactOnline
from hub.clock import SystemClock
from hub.domain.channel import ChannelSettings, ChannelStatus, FulfilmentMode
from hub.domain.platform import Platform
from hub.domain.tenant import Principal, Role
from hub.node.actors import Actors
from hub.node.platforms import open_exact
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.generic.hooks import SECRET as SIGNING_SECRET
from hub.settings import read_settings
from hub.store.channels import StoredChannel, load_channel
from hub.store.connections import ErpCredentials, create_connection, mark_connected
from hub.store.engine import Database, Work
from hub.store.grants import StoredGrant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault
from hub.store.tables import customer, orders, sync_event, vat_code
from hub.store.tenants import create_tenant

T = TypeVar("T")
TENANT = "acme"
DIVISION = 123456
WHO = Principal(TENANT, Role.ADMIN, "test")
CALLBACK = "http://127.0.0.1/oauth/exact/callback"
PATIENCE = 100.0
PACE = Pace(
    stock_sweep=0.6,
    delivery_sweep=0.6,
    stock_gather=0.1,
    follow=0.1,
    settle=0.5,
    queue=0.2,
    evidence=0.3,
    invoice_sweep=0.5,
    return_sweep=0.4,
)
USUAL = ("bol", "woocommerce")


@dataclass(frozen=True)
class Shop:
    """How a channel of the wholesaler is set up."""

    prefix: str
    customer: str
    carrier: str
    sweep_seconds: float
    secrets: Mapping[str, str]


SHOPS = {
    "bol": Shop("B-", "bol.com", "TNT", 4.0, {"client_id": "bol-client", "client_secret": "bol-secret"}),
    "woocommerce": Shop(
        "W-", "Webshop consumenten", "PostNL", 0.4, {"consumer_key": "ck_sandbox", "consumer_secret": "cs_sandbox"}
    ),
    "generic": Shop(
        "G-", "Webshop consumenten", "PostNL", 0.4, {"token": "generic-token", "signing_secret": SIGNING_SECRET}
    ),
    "shopify": Shop(
        "S-",
        "Shopify klanten",
        "PostNL",
        0.4,
        {"client_id": "shopify-client", "client_secret": "shopify-secret", "location_id": "106318430514"},
    ),
    "amazon": Shop(
        "A-",
        "Amazon EU",
        "PostNL",
        4.0,
        {
            "client_id": "amzn-client",
            "client_secret": "amzn-secret",
            "refresh_token": "Atzr|sandbox",
            "seller_id": "A1SANDBOXSELLER",
            "queue_url": "{base}/amazon/sqs/123456789012/acme",
            "queue_key": "AKIASANDBOX",
            "queue_secret": "sqs-sandbox-secret",
        },
    ),
}


@dataclass
class Stage:
    """The wholesaler ``acme``: division 123456, channels named after their platforms."""

    sandbox: Sandbox
    database: Database
    desk: Desk
    http: httpx2.AsyncClient
    hub: AsyncExitStack
    actors: Callable[[Desk], AbstractAsyncContextManager[Any]]

    async def restart(self, **pace: float) -> None:
        """Stop the hub in the middle of what it does, and start it again, perhaps at another pace."""
        await self.hub.aclose()
        self.desk = replace(self.desk, pace=replace(self.desk.pace, **pace))
        await self.hub.enter_async_context(self.actors(self.desk))

    async def command(self, command: Callable[..., Awaitable[T]], *given: Any) -> T:
        """Do what a person may ask of the hub."""
        return await self.database.write(lambda work: command(work, WHO, work.clock.now(), *given))

    async def control(self, action: str, **asked: Any) -> dict[str, Any]:
        """Be buyers, warehouse or bad luck on the sandbox's control side."""
        answer = await self.http.post(f"/_control/{action}", json=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def ledger(self) -> dict[str, Any]:
        """Return the truth."""
        found: dict[str, Any] = (await self.http.get("/_control/ledger")).json()
        return found

    async def rows(self, statement: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(statement)).all())

    async def order(self, external_id: str) -> Any:
        """Return the stored order of a channel's own id, None before it came in."""
        found = await self.rows(select(orders).where(orders.c.external_id == external_id))
        return found[0] if found else None

    async def events(self, kind: str) -> list[Any]:
        """Return the log lines of one kind."""
        return await self.rows(select(sync_event).where(sync_event.c.kind == kind))

    async def sell(self, channel: str, **asked: Any) -> str:
        """Let one buyer order and return the channel's id of the order."""
        found: str = (await self.control("sell", channel=channel, count=1, **asked))["ids"][0]
        return found

    async def until_order(self, external_id: str, status: str) -> Any:
        """Wait until the hub made this of an order."""

        async def reached() -> Any:
            order = await self.order(external_id)
            return order if order is not None and order.status == status else None

        return await eventually(reached)

    async def until_ledger(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the truth is as it should be, and return it."""

        async def reached() -> Any:
            ledger = await self.ledger()
            return ledger if true(ledger) else None

        found: dict[str, Any] = await eventually(reached)
        return found

    async def configure(self, channel_id: str, **changes: Any) -> None:
        """Change a channel's settings as a person would."""
        async with self.database.read() as connection:
            stored = await load_channel(connection, TENANT, channel_id)
        assert stored is not None
        await self.command(commands.change_settings, channel_id, replace(stored.settings, **changes))


async def eventually(look: Callable[[], Awaitable[T | None]]) -> T:
    """Wait for the thing: look until there is something."""
    with anyio.fail_after(PATIENCE):
        while True:
            found = await look()
            if found:
                return found
            await anyio.sleep(0.02)


@asynccontextmanager
async def stage(
    url: str,
    *,
    faults: str = "none",
    seed: int = 7,
    goods: int = 10,
    speed: float = 60.0,
    channels: Sequence[str] = USUAL,
    pace: Pace = PACE,
    public_url: str | None = None,
) -> AsyncIterator[Stage]:
    """Connect everything and wait until the first stock stands on all channels."""
    async with running(Options(seed=seed, speed=speed, goods=goods)) as sandbox:
        base = sandbox.options.base_url
        clock = SystemClock()
        places = {"HUB_BOL_LOGIN_URL": "bol", "HUB_AMAZON_LOGIN_URL": "amazon", "HUB_VIES_URL": "vies"}
        settings = read_settings({name: f"{base}/{place}" for name, place in places.items()})
        async with (
            Database.open(url, clock) as database,
            httpx2.AsyncClient(base_url=base, trust_env=False, timeout=60) as http,
        ):
            desk = Desk(database, clock, Vault([b"k" * 32]), public_url, pace)
            hub = AsyncExitStack()
            made = Stage(sandbox, database, desk, http, hub, lambda desk: Actors(desk, settings).running())
            connection_id = await _connect(made, base)
            async with hub:
                await hub.enter_async_context(made.actors(desk))
                await made.command(commands.enable_division, connection_id, DIVISION)
                await _add_channels(made, base, channels)
                await made.until_ledger(lambda ledger: stands_everywhere(ledger, channels))
                await made.control("profile", name=faults)
                yield made


async def _connect(made: Stage, base: str) -> str:
    credentials = ErpCredentials("sandbox-app", "sandbox-secret", "sandbox-hook-secret")
    desk = made.desk

    async def begin(work: Work) -> Any:
        await create_tenant(work, TENANT, "Acme BV")
        return await create_connection(work, desk.vault, TENANT, "Exact", f"{base}/exact", credentials)

    connection = await desk.database.write(begin)
    async with open_exact(connection, desk.database, desk.vault, desk.clock) as exact:
        grant = await exact.exchange(await consent(exact), CALLBACK)
        await StoredGrant(desk.database, desk.vault, TENANT, connection.connection_id).save(grant)
        divisions = await exact.divisions()
    await desk.database.write(lambda work: mark_connected(work, TENANT, connection.connection_id))
    await made.command(commands.connection_granted, connection.connection_id, divisions)
    found: str = connection.connection_id
    return found


async def consent(online: ExactOnline) -> str:
    """Press Allow on the consent page and return the code of the redirect."""
    asked = urlsplit(online.authorize_url("state-1", CALLBACK))
    async with httpx2.AsyncClient(trust_env=False) as browser:
        form = {name: values[0] for name, values in parse_qs(asked.query).items()}
        answer = await browser.post(asked._replace(query="").geturl(), data=form)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def stands_everywhere(ledger: Mapping[str, Any], channels: Sequence[str]) -> bool:
    """Say whether the hub has published on every channel, and what is right."""
    spoken_to = all(ledger["calls"].get(name) for name in channels)
    return spoken_to and not any(ledger["channels"][name]["shown_mismatches"] for name in channels)


async def _add_channels(made: Stage, base: str, channels: Sequence[str]) -> None:
    for name in channels:
        shop = SHOPS[name]
        secrets = {key: value.format(base=base) for key, value in shop.secrets.items()}
        await made.control("expect", channel=name)
        await add_channel(
            made,
            name,
            f"{base}/{name}",
            secrets,
            shop.customer,
            reference_prefix=shop.prefix,
            default_carrier=shop.carrier,
            sweep_seconds=shop.sweep_seconds,
        )


async def add_channel(
    made: Stage, name: str, url: str, secrets: dict[str, str], customer_name: str, **changes: Any
) -> None:
    """Connect a channel that is named after its platform, with everything switched on."""
    accounts = await eventually(lambda: _customers(made))
    settings = ChannelSettings(
        division=DIVISION,
        customer_id=accounts[customer_name],
        forwarding=True,
        stock=True,
        fulfilment=FulfilmentMode.ERP,
        vat_codes=await _codes(made),
        **changes,
    )
    sealed = made.desk.vault.seal_json(secrets, CHANNEL_CREDENTIALS.place(TENANT, name))
    channel = StoredChannel(TENANT, name, Platform(name), name, url, ChannelStatus.ACTIVE, settings, sealed, None)
    await made.command(commands.create_channel, channel)


async def _customers(made: Stage) -> dict[str, str]:
    rows = await made.rows(select(customer.c.name, customer.c.account_id))
    return {row.name: row.account_id for row in rows}


async def _codes(made: Stage) -> dict[Decimal, str]:
    """Return the plain Dutch codes including VAT, as a person would choose them from the list."""
    rows = await made.rows(select(vat_code.c.code, vat_code.c.percentage).where(vat_code.c.kind == "I"))
    return {row.percentage: row.code for row in rows if row.code in ("4", "8") or row.percentage == Decimal("0.09")}
