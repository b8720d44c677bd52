"""The stage of a play: the simulated platforms, the nodes of the hub, and the file between them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hub.actors import commands
from hub.domain.channel import ChannelSettings, ChannelStatus, FulfilmentMode
from hub.domain.platform import Platform
from hub.domain.tenant import Principal, Role
from hub.node.node import Node
from hub.node.platforms import open_exact
from hub.sandbox.app import Options, Sandbox, make_app
from hub.sandbox.exact.office import MAIN_DIVISION, SECOND_DIVISION
from hub.sandbox.exact.platform import ExactPlatform
from hub.store.channels import StoredChannel
from hub.store.connections import ErpConnection, ErpCredentials, create_connection, load_connection, mark_connected
from hub.store.engine import Work
from hub.store.grants import StoredGrant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault, read_keys
from hub.store.tables import customer, vat_code
from hub.store.tenants import create_tenant
from simulation.clocks import WorldClock
from simulation.hub_node import KEYS, WORLD, HubNode, settings_for
from simulation.network import Network, Server
from simulation.script import Script
from simulation.shops import SHOPS, makers

CALLBACK = "http://hub.test/oauth/exact/callback"
LOOK_AGAIN = 2.0


@dataclass(repr=False)
class Tenant:
    """One wholesaler: its division, its channels, its consent at Exact."""

    name: str
    division: int
    channels: tuple[str, ...]
    connection_id: str = ""

    @property
    def who(self) -> Principal:
        return Principal(self.name, Role.ADMIN, "simulation")


@dataclass(repr=False)
class House:
    """Everything that there is in a play. ``outside`` is the context of whoever is no node."""

    script: Script
    network: Network
    sandbox: Sandbox
    clock: WorldClock
    nodes: list[HubNode]
    tenants: list[Tenant]
    file: str
    outside: Context
    vault: Vault
    lifespan: Any
    sold: dict[str, tuple[str, str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    chores: list[asyncio.Task[None]] = field(default_factory=list)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def exact(self) -> ExactPlatform:
        found = self.sandbox.world.platforms["exact"]
        assert isinstance(found, ExactPlatform)
        return found

    def tenant_of(self, channel: str) -> Tenant:
        """Return whose channel this is."""
        return next(tenant for tenant in self.tenants if channel in tenant.channels)

    def cancelled(self, channel: str, external_id: str) -> bool:
        """Say whether a sale was called off."""
        return self.sandbox.world.ledger.sales[channel, external_id].cancelled_at is not None

    def booked(self, external_id: str) -> bool:
        """Say whether a sale stands in Exact."""
        orders = self.sandbox.world.ledger.sales_orders.values()
        return any(order.your_ref.endswith(external_id) and order.deleted_at is None for order in orders)

    def shipped(self, channel: str, external_id: str) -> bool:
        """Say whether anything of a sale has left the warehouse."""
        ledger = self.sandbox.world.ledger
        refs = {order.order_id for order in ledger.sales_orders.values() if order.your_ref.endswith(external_id)}
        return any(note.order_id in refs for note in ledger.delivered)

    def alive(self) -> HubNode:
        """Return a node that answers; the first one where none does."""
        up = [node for node in self.nodes if not node.place.dead and not node.place.paused]
        return up[0] if up else self.nodes[0]

    async def command(self, tenant: Tenant, command: Callable[..., Awaitable[Any]], *given: Any) -> Any:
        """Do what a person of a tenant may ask of the hub."""
        return await self.alive().write(lambda work: command(work, tenant.who, work.clock.now(), *given))

    async def rows(self, statement: Any) -> list[Any]:
        """Read from the hub's database through a node."""

        async def read(node: Node) -> list[Any]:
            async with node.database.read() as connection:
                return list((await connection.execute(statement)).all())

        found: list[Any] = await self.alive().do(read)
        return found


async def build(script: Script, file: str, network: Network, clock: WorldClock) -> House:
    """Open the platforms and the hub, and set everything up as a wholesaler does, while nothing goes wrong."""
    outside = copy_context()
    names = tuple(dict.fromkeys((*script.channels, *([script.other_channel] if script.other_channel else []))))
    options = Options(
        seed=0, goods=script.goods, base_url=f"http://{WORLD}", platforms=makers(names),
        clock=lambda *_: clock,
    )  # fmt: skip
    app = make_app(options)
    sandbox: Sandbox = app.state.sandbox
    network.servers[WORLD] = [Server(app, outside)]
    lifespan = sandbox.lifespan(app)
    await lifespan.__aenter__()
    nodes = [
        HubNode(f"node-{number}", settings_for(f"node-{number}", file, script.pace), clock, network)
        for number in range(1, script.nodes + 1)
    ]
    tenants = [Tenant("acme", MAIN_DIVISION, script.channels)]
    if script.other_channel:
        tenants.append(Tenant("beta", SECOND_DIVISION, (script.other_channel,)))
    vault = Vault(read_keys(KEYS, _nowhere()))
    house = House(script, network, sandbox, clock, nodes, tenants, file, outside, vault, lifespan)
    for node in nodes:
        await node.start()
    for tenant in tenants:
        await _connect(house, tenant)
        for name in tenant.channels:
            await _add_channel(house, tenant, name)
    return house


async def consent(house: House, tenant: Tenant) -> None:
    """Let a person consent at Exact, and have the grant stored."""
    code = house.exact.grants.consent(CALLBACK)

    async def exchange(node: Node) -> Sequence[Any]:
        database = node.database
        async with database.read() as connection:
            stored = await load_connection(connection, tenant.name, tenant.connection_id)
        assert stored is not None
        async with open_exact(stored, database, house.vault, database.clock) as exact:
            grant = await exact.exchange(code, CALLBACK)
            await StoredGrant(database, house.vault, tenant.name, tenant.connection_id).save(grant)
            return await exact.divisions()

    divisions = await house.alive().do(exchange)
    await house.alive().write(lambda work: mark_connected(work, tenant.name, tenant.connection_id))
    await house.command(tenant, commands.connection_granted, tenant.connection_id, divisions)
    house.withdrawn.discard(tenant.name)


async def _connect(house: House, tenant: Tenant) -> None:
    credentials = ErpCredentials("sandbox-app", "sandbox-secret", "sandbox-hook-secret")

    async def begin(work: Work) -> ErpConnection:
        await create_tenant(work, tenant.name, tenant.name.title())
        return await create_connection(work, house.vault, tenant.name, "Exact", f"http://{WORLD}/exact", credentials)

    connection = await house.alive().write(begin)
    tenant.connection_id = connection.connection_id
    await consent(house, tenant)
    await house.command(tenant, commands.enable_division, tenant.connection_id, tenant.division)


async def _add_channel(house: House, tenant: Tenant, name: str) -> None:
    shop = SHOPS[name]
    accounts = await _until(lambda: _customers(house, tenant))
    secrets = {key: value.format(base=f"http://{WORLD}") for key, value in shop.secrets.items()}
    settings = ChannelSettings(
        division=tenant.division,
        customer_id=accounts[shop.customer],
        forwarding=True,
        stock=True,
        fulfilment=FulfilmentMode.ERP,
        vat_codes=await _codes(house, tenant),
        reference_prefix=shop.prefix,
        default_carrier=shop.carrier,
        sweep_seconds=house.script.pace.get("order_sweep", 3600.0),
    )
    sealed = house.vault.seal_json(secrets, CHANNEL_CREDENTIALS.place(tenant.name, name))
    channel = StoredChannel(
        tenant.name, name, Platform(name), name, f"http://{WORLD}/{name}", ChannelStatus.ACTIVE, settings, sealed, None
    )
    await house.command(tenant, commands.create_channel, channel)


async def _customers(house: House, tenant: Tenant) -> dict[str, str]:
    statement = select(customer.c.name, customer.c.account_id).where(customer.c.tenant_id == tenant.name)
    return {row.name: row.account_id for row in await house.rows(statement)}


async def _codes(house: House, tenant: Tenant) -> dict[Decimal, str]:
    """Return the plain codes including VAT, as a person would choose them from the list."""
    statement = select(vat_code.c.code, vat_code.c.percentage).where(
        vat_code.c.tenant_id == tenant.name, vat_code.c.kind == "I", vat_code.c.code.in_(["1", "4", "8"])
    )
    return {row.percentage: row.code for row in await house.rows(statement)}


async def _until(look: Callable[[], Awaitable[Any]]) -> Any:
    while not (found := await look()):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN)
    return found


def _nowhere() -> Any:
    from pathlib import Path

    return Path("/nonexistent")
