"""One running node: store, actors, API and doors, opened in order and closed in the opposite one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from hub.actors.desk import Desk, Pace
from hub.actors.runtime.node_file import locked
from hub.adapters.exact.payloads import sales_order_body
from hub.clock import Clock
from hub.domain.platform import Platform
from hub.domain.tenant import Principal
from hub.graphql.announcer import Announcer
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.node.activation import DUTCH_TIME
from hub.node.actors import Actors
from hub.node.connecting import consent_flows
from hub.node.door_keys import Authenticate, authenticator
from hub.node.platforms import CONTRACTS, HOOK_READERS, Platforms
from hub.node.restoring import doubt_after_silence
from hub.settings import Settings
from hub.store.buyers import open_buyer
from hub.store.engine import Database
from hub.store.migrations import check_schema, migrate
from hub.store.rotation import check_keys
from hub.store.secrets import Vault, vault_of
from hub.store.tickets import Subject
from hub.telemetry import Scrape
from hub.web.app import make_app
from hub.web.doors import Doors, Limits
from hub.web.oauth import start_link


@dataclass(frozen=True, slots=True)
class Node:
    """What a command needs of a running node."""

    app: ASGIApp
    actors: Actors
    announcer: Announcer
    database: Database


@asynccontextmanager
async def open_node(settings: Settings, clock: Clock, scrape: Scrape | None = None) -> AsyncIterator[Node]:
    """Open a node; actors work from here on, until the block ends and running turns are drained.

    ``scrape`` is what the metrics page shows.

    Raises StoreBusy, StoreUnavailable, SchemaTooNew, SchemaTooOld, BadKeys or KeyMissing, each with a sentence.
    """
    vault = vault_of(settings.keys, settings.key_file)
    if settings.sqlite:
        await migrate(settings.database_url)
    async with AsyncExitStack() as stack:
        node_file = stack.enter_context(locked(Path(settings.node_file))) if settings.node_file else None
        database = await stack.enter_async_context(Database.open(settings.database_url, clock))
        await check_schema(database)
        await check_keys(database, vault)
        await doubt_after_silence(database)
        announcer = Announcer(database)
        await stack.enter_async_context(announcer.running())
        actors = Actors(Desk(database, clock, vault, settings.public_url, _pace(settings)), settings, node_file)
        await stack.enter_async_context(actors.running())
        authenticate = await stack.enter_async_context(authenticator(settings, database, clock))
        app = _app(settings, clock, database, vault, announcer, actors, authenticate, scrape)
        yield Node(app, actors, announcer, database)


def _pace(settings: Settings) -> Pace:
    return Pace(
        stock_sweep=settings.stock_sweep_seconds,
        delivery_sweep=settings.delivery_sweep_seconds,
        catalogue=settings.catalogue_seconds,
        hooks=settings.hook_check_seconds,
        listings=settings.listings_seconds,
        patrol=settings.patrol_seconds,
        read_lag=settings.read_lag_seconds,
        late_hint=settings.late_hint_seconds,
        stock_gather=settings.stock_gather_seconds,
        stock_gather_most=settings.stock_gather_most_seconds,
        follow=settings.follow_seconds,
        settle=settings.settle_seconds,
        queue=settings.queue_seconds,
        evidence=settings.evidence_seconds,
        erasure=settings.erasure_seconds,
    )


def _app(
    settings: Settings,
    clock: Clock,
    database: Database,
    vault: Vault,
    announcer: Announcer,
    actors: Actors,
    authenticate: Authenticate,
    scrape: Scrape | None,
) -> ASGIApp:
    async def authorize_url(who: Principal, platform: str, subject_id: str) -> str:
        return await start_link(database, settings.public_url, platform, Subject(who.tenant_id, subject_id))

    graphql = make_graphql_app(
        GraphQLDependencies(
            database=database,
            clock=clock,
            vault=vault,
            announcer=announcer,
            authenticate=authenticate,
            authorize_url=authorize_url,
            open_buyer=partial(open_buyer, vault),
            sales_order_body=partial(sales_order_body, zone=DUTCH_TIME),
            platform_urls=_platform_urls(settings),
            demo=settings.demo,
            body_limit=settings.body_limit,
        )
    )
    limits = Limits(body=settings.body_limit, rate=settings.webhook_rate, burst=settings.webhook_burst)
    consents = consent_flows(database, vault, clock, Platforms(database, vault, settings))
    return make_app(
        Doors(
            database=database,
            vault=vault,
            clock=clock,
            readers=HOOK_READERS,
            contracts=CONTRACTS,
            graphql=graphql,
            authenticate=authenticate,
            consents=consents,
            public_url=settings.public_url,
            limits=limits,
            leaving=lambda: actors.leaving,
            scrape=scrape,
            metrics_token=settings.metrics_token,
        )
    )


def _platform_urls(settings: Settings) -> dict[str, str]:
    return {"exact": settings.exact_url} | {one.value: getattr(settings, f"{one.value}_url") for one in Platform}
