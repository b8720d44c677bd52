"""The drift patrol through a whole node: known differences among many listings, found, named and healed.

The platforms' time is compressed; seconds are told as they would be at real speed. Orders are not swept meanwhile
unless the patrol asks for it, so that nothing else finds what it should.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx2
from sqlalchemy import func, select

from bench.children import child
from bench.drifting import CHANNEL, WRITTEN, Injected, choose, lose_news, meddle, relent, write_and_bend
from bench.figure import Aim, Figure, figure, percentile
from bench.ledger import NeverHappened, World
from bench.place import Place
from bench.tally import OTHER, STOCK
from hub.clock import SystemClock
from hub.domain.drift import HEALABLE, DriftCause
from hub.sandbox.catalogue import make_catalogue
from hub.store.engine import Database
from hub.store.tables import listing, stock_difference, sync_event

SEED = 7
PAGE = 1000
NOMINAL = {
    "HUB_PATROL_SECONDS": 5.0,
    "HUB_STOCK_SWEEP_SECONDS": 300.0,
    "HUB_READ_LAG_SECONDS": 3600.0,
    "HUB_LATE_HINT_SECONDS": 1.0,
}
"""The hub's usual paces, compressed with the platforms' time; the shop's lists may be an hour old.

Webhooks are lost for good here, so none is waited for: the first sales are found seconds after they were made.
"""
ROUND_AGAIN = "10"
"""Real seconds after which another round may begin; one that lasts longer is not disturbed."""
PATIENCE = 1800.0
LOOK_AGAIN = 2.0
RIGHT = Aim(0.99)


@dataclass(frozen=True, slots=True)
class Site:
    """The simulated shop, and the hub's database beside it, read only."""

    world: World
    database: Database
    speed: float

    async def rows(self, statement: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(statement)).all())

    async def differences(self) -> dict[str, Any]:
        """Return all differences by article."""
        same = listing.c.listing_id == stock_difference.c.listing_id
        rows = await self.rows(select(stock_difference, listing.c.external_id).join(listing, same))
        return {row.external_id.removeprefix("offer-"): row for row in rows}

    async def until_shown(self, numbers: Mapping[str, int]) -> None:
        """Wait until the hub knows that the shop shows these numbers."""
        names = {f"offer-{sku}": number for sku, number in numbers.items()}
        wanted = select(listing.c.external_id, listing.c.quantity).where(listing.c.external_id.in_(list(names)))

        async def reached() -> bool:
            return all(row.quantity == names[row.external_id] for row in await self.rows(wanted))

        await self.until(reached, "numbers to be written")

    async def round(self) -> None:
        """Wait for the end of a round that began from here on, and until every cause is decided."""
        ends = select(func.count()).where(sync_event.c.kind == "listings.read")
        before = (await self.rows(ends))[0][0]

        async def ended() -> bool:
            if (await self.rows(ends))[0][0] < before + 2:
                return False
            return all(row.settled for row in (await self.differences()).values())

        await self.until(ended, "a whole round")

    async def until(self, happened: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await happened():
            if time.monotonic() > deadline:
                raise NeverHappened(f"waited {PATIENCE:.0f} s for {what}")
            await anyio.sleep(LOOK_AGAIN)


async def measure(place: Place) -> None:
    """Measure one size on SQLite."""
    listings, differences, speed = place.effort.drift
    paces = {name: f"{seconds / speed:g}" for name, seconds in NOMINAL.items()}
    plan = {"seed": SEED, "speed": speed, "goods": listings, "channels": [CHANNEL]}
    async with child("bench.world", place.folder, plan | {"platforms": ["exact", CHANNEL]}) as world:
        url, stored = world.facts["url"], await place.database("sqlite")
        hub = {"world": url, "channels": [CHANNEL], "speed": speed, "stocked": True, "database_url": stored}
        hub |= {"settings": paces | {"HUB_LISTINGS_SECONDS": ROUND_AGAIN}, "healing": "all", "sweep_seconds": 86_400.0}
        async with (
            child("bench.wholesaler", place.folder, hub),
            httpx2.AsyncClient(base_url=url, trust_env=False, timeout=120) as http,
            Database.open_to_read(stored, SystemClock()) as database,
        ):
            site = Site(World(http), database, speed)
            truth = choose(make_catalogue(listings, SEED), differences, SEED)
            await _measure(place, site, truth)


async def _measure(place: Place, site: Site, truth: Injected) -> None:
    place.say(f"{len(truth.shown):,} listings are connected; {len(truth.causes)} of them are about to drift")

    async def written(skus: Sequence[str]) -> None:
        await site.until_shown({sku: truth.shown[sku] + 3 for sku in skus})

    await write_and_bend(site.world, truth, written)
    bent = datetime.now(UTC)
    place.say("what the hub wrote is refused, delayed or not told")
    await lose_news(site.world, truth, written)
    await meddle(site.world, truth)
    done, before = datetime.now(UTC), await _calls(site)
    place.say("all of them drift; a round has to find them")
    await site.round()
    after, found = await _calls(site), await site.differences()
    await relent(site.world, truth)
    await site.round()
    ended = await site.differences()
    place.add(*_causes(truth, found), *_times(site, truth, ended, bent, done))
    place.add(*_spent(truth, after - before))
    place.say(_table(truth, found))


async def _calls(site: Site) -> Counter[str]:
    return Counter((await site.world.behind())["calls"].get(CHANNEL, {}))


def _causes(truth: Injected, found: Mapping[str, Any]) -> list[Figure]:
    wanted = truth.causes
    right = sum(sku in wanted and DriftCause(row.cause) is wanted[sku] for sku, row in found.items())
    of = f"drift, {len(wanted)} in {len(truth.shown):,} listings"
    return [
        figure(f"{of}: precision of cause", right / max(1, len(found)), "", aim=RIGHT),
        figure(f"{of}: recall of cause", right / len(wanted), "", aim=RIGHT),
        figure(f"{of}: found with a false cause or without one", float(len(found) - right), "listings"),
    ]


def _times(site: Site, truth: Injected, ended: Mapping[str, Any], bent: datetime, done: datetime) -> list[Figure]:
    of = f"drift, {len(truth.causes)} in {len(truth.shown):,} listings"
    rows = [(cause, ended[sku]) for sku, cause in truth.causes.items() if sku in ended]
    begins = {cause: bent if cause in WRITTEN else done for cause in DriftCause}
    patrolled = [(cause, row) for cause, row in rows if cause is not DriftCause.LATE_NEWS]
    finding = [max(0.0, (row.found_at - begins[cause]).total_seconds()) * site.speed for cause, row in patrolled]
    at_once = {DriftCause.CHANGED_BY_HAND, DriftCause.UNKNOWN_SALE, DriftCause.MAPPING, DriftCause.LATE_NEWS}
    healed = [(cause, row) for cause, row in rows if row.healed_at is not None]
    healing = [(row.healed_at - row.found_at).total_seconds() * site.speed for cause, row in healed if cause in at_once]
    healable = sum(cause in HEALABLE or cause is DriftCause.MAPPING for cause in truth.causes.values())
    return [
        figure(f"{of}: until found, median", percentile(finding, 0.5), "s"),
        figure(f"{of}: until found, 95 of 100", percentile(finding, 0.95), "s"),
        figure(f"{of}: from found to healed, median", percentile(healing, 0.5), "s"),
        figure(f"{of}: from found to healed, 95 of 100", percentile(healing, 0.95), "s"),
        figure(f"{of}: healed", float(len(healed)), "listings", bounds=float(healable), bound_is="what can be healed"),
    ]


def _spent(truth: Injected, calls: Counter[str]) -> list[Figure]:
    """Fewest: each page once, the list of orders once, and each unknown order once; rounds overlap, so up to twice."""
    pages = -(-len(truth.shown) // PAGE)
    least = float(pages + 1 + len(truth.by_cause[DriftCause.UNKNOWN_SALE]))
    of = f"drift, {len(truth.causes)} in {len(truth.shown):,} listings"
    least_is = "each page, the list of orders, each unknown order once"
    return [
        figure(
            f"{of}: calls to read until all are found", float(calls[OTHER]), "calls", bounds=least, bound_is=least_is
        ),
        figure(f"{of}: calls to write meanwhile", float(calls[STOCK]), "calls"),
    ]


def _table(truth: Injected, found: Mapping[str, Any]) -> str:
    """Return how each cause was named: the honest part."""
    wanted = truth.causes
    named = Counter((wanted[sku].value if sku in wanted else "nothing", row.cause) for sku, row in found.items())
    missed = Counter(cause.value for sku, cause in wanted.items() if sku not in found)
    told = [f"{was} found as {name}: {number}" for (was, name), number in sorted(named.items())]
    return "\n".join([*told, *(f"{was} not found: {number}" for was, number in sorted(missed.items()))])
