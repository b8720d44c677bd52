"""The fewest calls: each platform's real adapter over its sandbox, for N changed stock values, in leaping time.

Calls are those that the sandbox counted, tokens apart. Seconds are the platform's, counted by its own limits: the
machine's slowness is none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import httpx2

from bench import bounds
from bench.away import away
from bench.bounds import Bound, Change
from bench.connecting import APP, CALLBACK, DIVISION, SECRETS, allowed
from bench.failure import NotMeasured
from bench.figure import Aim, figure
from bench.leaping import RUN, LeapingClock
from bench.place import Place
from bench.publishing import Publishing, all_listings, patiently
from bench.tally import OTHER, STOCK, TOKENS, Tally
from hub.adapters.connector import Account
from hub.adapters.exact.online import ExactOnline
from hub.adapters.oauth import MemoryGrants
from hub.adapters.port import Page, StockUpdate
from hub.node.platforms import CONNECTORS
from hub.sandbox.app import Options, Sandbox, make_app
from hub.sandbox.control_exact import count_burst
from hub.sandbox.roster import PLATFORMS

T = TypeVar("T")
SEED = 7
URL = "http://sandbox"
WITHIN = Aim(1.1, most=True, of_bound=True)


@dataclass(frozen=True, slots=True)
class Spent:
    """What N values took: calls, those for tokens apart, seconds until the platform had taken the last one and until
    all of them were to be seen, refused calls, and the least there could have been."""

    calls: int
    tokens: int
    taken: float
    seen: float
    refused: int
    bound: Bound


async def measure(place: Place) -> None:
    """Measure every platform that is simulated, for every number of changed values."""
    for connector in sorted(CONNECTORS):
        if connector.value not in PLATFORMS:
            place.skipped.append(f"skipped: calls of {connector.value}: it is not simulated")
    for name in ("exact", *(one.value for one in sorted(CONNECTORS) if one.value in PLATFORMS)):
        for number in place.effort.changes:
            _add(place, name, number, await away(spend, name, number))


def spend(name: str, number: int) -> Spent:
    """Measure one platform; runs a loop of its own, in time that leaps."""
    return anyio.run(_read_exact if name == "exact" else _publish, name, number, backend_options=RUN)


def _add(place: Place, name: str, number: int, spent: Spent) -> None:
    of, bound = f"{name}: {number:,} changed", spent.bound
    place.add(
        figure(f"{of}, calls", float(spent.calls), "calls", bounds=bound.calls, bound_is=bound.calls_are, aim=WITHIN),
        figure(
            f"{of}, until taken",
            max(bounds.AT_ONCE, spent.taken),
            "s",
            bounds=bound.seconds,
            bound_is=bound.seconds_are,
            aim=WITHIN,
        ),
        figure(f"{of}, until seen", spent.seen, "s"),
        figure(f"{of}, calls for tokens", float(spent.tokens), "calls"),
        figure(f"{of}, calls refused", float(spent.refused), "calls", aim=Aim(0, most=True)),
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """A sandbox in this loop, and the way to it."""

    sandbox: Sandbox
    tally: Tally
    transport: httpx2.AsyncBaseTransport

    def counted(self, name: str) -> Counter[str]:
        return Counter(self.tally.calls.get(name, {})) + Counter(
            refused=sum(self.sandbox.world.ledger.refusals.values())
        )


@asynccontextmanager
async def _scene(name: str, goods: int) -> AsyncIterator[Scene]:
    options = Options(SEED, goods=goods, base_url=URL, platforms={name: PLATFORMS[name]}, clock=LeapingClock)
    app = make_app(options)
    tally = Tally(app)
    async with app.router.lifespan_context(app):
        yield Scene(app.state.sandbox, tally, httpx2.ASGITransport(app=tally))


async def _publish(name: str, number: int) -> Spent:
    """Change the quantity of N listings that the adapter has read before."""
    if name not in SECRETS:
        raise NotMeasured(f"there are no credentials for {name}")
    clock, connector = LeapingClock(), next(one for one in CONNECTORS.values() if one.platform.value == name)
    account = Account(f"{URL}/{name}", SECRETS[name], MemoryGrants(), f"{URL}/{name}", f"{URL}/{name}")
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(_scene(name, 2 * number + 20))
        channel = await stack.enter_async_context(connector.open(account, clock, transport=scene.transport))
        listings = (await all_listings(channel))[:number]
        await anyio.sleep(3600)
        updates = [StockUpdate(one, _other(one.quantity, place)) for place, one in enumerate(listings)]
        changes = [Change(one.quantity, one.listing.references.get("parent_id")) for one in updates]
        bound = bounds.least(name, changes, channel.stock_batch)
        began, before = anyio.current_time(), scene.counted(name)
        publishing = Publishing(channel)
        await publishing.publish(updates)
        used = scene.counted(name) - before
        seen = max(one.at for one in scene.sandbox.world.ledger.shown if one.by == "hub")
        _check(scene, name, updates)
        return _spent(used, publishing.taken - began, clock.since(began, seen), bound)


def _other(shown: int | None, place: int) -> int:
    """Return another quantity than is shown: from 0 to 119, as a wholesaler's stock may be."""
    return (place * 7 + 3) % 120 + (shown == (place * 7 + 3) % 120)


def _check(scene: Scene, name: str, updates: list[StockUpdate]) -> None:
    channel: Any = scene.sandbox.world.platforms[name]
    wrong = sum(channel.shown(one.listing.sku) != one.quantity for one in updates)
    if wrong or len(updates) == 0:
        raise NotMeasured(f"{wrong} of {len(updates)} listings of {name} show something else")


def _spent(used: Counter[str], taken: float, seen: float, bound: Bound) -> Spent:
    return Spent(used[STOCK] + used[OTHER], used[TOKENS], taken, seen, used["refused"], bound)


async def _read_exact(name: str, number: int) -> Spent:
    """Let a stock count change N positions, and read them from a cursor at the end of what was there before."""
    clock, grants = LeapingClock(), MemoryGrants()
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(_scene(name, number))
        opened = ExactOnline.open(
            f"{URL}/{name}", APP.client_id, APP.client_secret, grants, clock, transport=scene.transport
        )
        online = await stack.enter_async_context(opened)
        code = await allowed(online.authorize_url("bench", CALLBACK), scene.transport)
        await grants.save(await online.exchange(code, CALLBACK))
        erp = online.erp(DIVISION)
        _, cursor = await _read_on(erp, None)
        await anyio.sleep(3600)
        await count_burst(scene.sandbox, {"count": number})
        began, before = anyio.current_time(), scene.counted(name)
        rows, _ = await _read_on(erp, cursor)
        if rows != number:
            raise NotMeasured(f"{rows} positions of {number} were read")
        took = anyio.current_time() - began
        return _spent(scene.counted(name) - before, took, took, bounds.exact(number))


async def _read_on(erp: Any, cursor: str | None) -> tuple[int, str | None]:
    rows, more = 0, True
    while more:
        page: Page[Any] = await patiently(erp.stock_since, cursor)
        rows, cursor, more = rows + len(page.rows), page.cursor, page.more
    return rows, cursor
