"""Drift is found by the patrol, told with its true cause, and healed where the channel's policy lets it be."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from hub.actors import commands
from hub.actors.channel.comparing import compare
from hub.actors.channel.drifting import Drift
from hub.actors.channel.pages import Pages
from hub.actors.channel.scene import Scene
from hub.actors.desk import Teller, channel_address
from hub.actors.messages import SweepOrders
from hub.actors.messages_patrol import BeginRound
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.turn import Turn
from hub.adapters.generic import client
from hub.adapters.port import Channel, ChannelListing, Page
from hub.domain.drift import DriftCause, DriftPolicy, DriftState, Healing
from hub.domain.matching import MappedBy, Match
from hub.domain.stock import RuleMode, StockRule
from hub.store.channels import load_channel
from hub.store.tables import lane, listing, message, stock_difference
from tests.flows.stage import PACE, TENANT, Stage, eventually, stage

NOBODY = "http://127.0.0.1:9"
"""Where webhooks go and nobody listens: all of them are lost."""
GOODS, EACH = 240, 3
NEVER = 86_400.0
Cause = DriftCause
STANDS = {state.value: DriftState.OPEN if state is DriftState.HEALING else state for state in DriftState}


@dataclass
class Shop:
    """A wholesaler who sells through one own shop, an hour after all of its stock was published."""

    stage: Stage

    async def bend(self, how: str, to: Mapping[str, Any]) -> None:
        """Bend listings by SKU."""
        bends = [{"sku": sku, "how": how, "to": value} for sku, value in to.items()]
        await self.stage.control("bend", listings=bends)

    async def change_rule(self, skus: Sequence[str]) -> None:
        """Give listings a rule by which they show two offers fewer."""
        for row in await self.listings(skus):
            await self.stage.command(commands.set_listing_rule, row.listing_id, StockRule(buffer=2))

    async def scene(self) -> Scene:
        """Return the channel as its lanes see it, without an adapter."""
        async with self.stage.database.read() as connection:
            stored = await load_channel(connection, TENANT, "generic")
        assert stored is not None
        desk = self.stage.desk
        return Scene(desk, cast(Channel, None), stored, Teller(channel_address(TENANT, "generic"), desk.clock))

    async def listings(self, skus: Sequence[str]) -> list[Any]:
        return await self.stage.rows(select(listing).where(listing.c.external_id.in_([f"offer-{sku}" for sku in skus])))

    async def shown(self, skus: Sequence[str]) -> dict[str, int]:
        state = (await self.stage.http.get("/_control/state")).json()
        return {sku: state["channels"]["generic"]["shown"][sku] for sku in skus}

    async def patrol(self) -> None:
        """Let a round be made now, and return when it has ended."""
        before = len(await self.stage.events("listings.read"))
        address = channel_address(TENANT, "generic")

        async def begin(work: Any) -> None:
            post(work, address, BeginRound(hurry=True))

        await self.stage.database.write(begin)

        async def ended() -> bool:
            return len(await self.stage.events("listings.read")) > before

        await eventually(ended)

    async def rests(self) -> None:
        """Wait until no number is to be published, and no look for orders is due any more that was posted before."""
        own = (message.c.address == "channel/acme/generic", message.c.lane.in_(("stock", "order")))

        async def nothing_due() -> bool:
            soon = self.stage.desk.clock.now() + timedelta(hours=1)
            return not await self.stage.rows(select(message).where(*own, message.c.due_at < soon))

        await eventually(nothing_due)

    async def differences(self) -> dict[str, Any]:
        """Return the differences by SKU of the offer."""
        same = listing.c.listing_id == stock_difference.c.listing_id
        rows = await self.stage.rows(select(stock_difference, listing.c.external_id).join(listing, same))
        return {row.external_id.removeprefix("offer-"): row for row in rows}

    async def until(
        self, wanted: Mapping[str, tuple[DriftCause, DriftState]], *, sold: Sequence[str] = (), rounds: bool = False
    ) -> None:
        """Wait until exactly these differences are known, each with its cause for good and in its state.

        Open are those being healed, too: how many looks it takes until the hub leaves off for the day is for chance.
        What was ``sold`` may also be found while the number that follows from the sale is on its way, for looking for
        one unknown sale brings in all. With ``rounds`` the shop is gone round until then, as it is all day.
        """

        async def reached() -> bool:
            rows = await self.differences()
            found = {sku: (Cause(row.cause), STANDS[row.state]) for sku, row in rows.items() if row.settled}
            for sku in sold:
                if sku in found and found[sku][0] is Cause.WRITE_UNDER_WAY:
                    found[sku] = Cause.UNKNOWN_SALE, found[sku][1]
            if found != dict(wanted) and rounds:
                await self.patrol()
            return found == dict(wanted)

        try:
            await eventually(reached)
        except TimeoutError:
            rows = await self.differences()
            pytest.fail(str({sku: (row.cause, row.state, row.settled) for sku, row in rows.items()}))


@pytest.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Shop]:
    async with opened(sqlite_url) as made:
        yield made


@asynccontextmanager
async def opened(url: str, goods: int = GOODS) -> AsyncIterator[Shop]:
    """Open a shop that tells the hub nothing, and whose orders are not swept unless somebody looks for them."""
    pace = replace(PACE, listings=NEVER, patrol=0.05)
    async with stage(url, goods=goods, channels=("generic",), pace=pace, public_url=NOBODY) as made:
        await made.configure("generic", sweep_seconds=NEVER, drift=DriftPolicy(Healing.ALL))
        shop = Shop(made)
        await shop.rests()
        await shop.patrol()
        ago = made.desk.clock.now() - timedelta(hours=1)

        async def age(work: Any) -> None:
            await work.execute(update(listing).values(quantity_at=ago))

        await made.database.write(age)
        yield shop


def articles(first: int, count: int = EACH) -> list[str]:
    return [f"ART-{number:05d}" for number in range(first, first + count)]


@pytest.mark.timeout(600)
async def test_eight_causes_are_told_apart_and_healed(shop: Shop) -> None:
    """Each cause is made three times among 240 listings; nothing else may be found, and no cause may be wrong."""
    late, refused, busy, by_hand = articles(1), articles(11), articles(21), articles(31)
    renamed, sold, gone, stale = articles(41), articles(51), articles(61), articles(71)
    old = await shop.shown(stale)
    await shop.change_rule(stale)

    async def written() -> bool:
        return await shop.shown(stale) == {sku: units - 2 for sku, units in old.items()}

    await eventually(written)
    await shop.bend("stale", old)
    await shop.bend("refuse", dict.fromkeys(refused, True))
    await shop.bend("busy", dict.fromkeys(busy, True))
    await shop.change_rule([*refused, *busy])
    await shop.bend("set", {sku: units + 5 for sku, units in (await shop.shown(by_hand)).items()})
    await shop.bend("rename", await shop_names(shop, renamed))
    await shop.bend("remove", dict.fromkeys(gone, True))
    for sku in sold:
        await shop.stage.sell("generic", lines=[{"sku": sku, "quantity": 2}])
    for sku in late:
        await shop.stage.control("receive", sku=sku, quantity=7)

    async def refusals() -> bool:
        return len(await shop.stage.events("stock.refused")) == EACH

    await eventually(refusals)
    await shop.patrol()
    causes = {
        Cause.LATE_NEWS: late,
        Cause.REFUSED_WRITE: refused,
        Cause.WRITE_UNDER_WAY: busy,
        Cause.CHANGED_BY_HAND: by_hand,
        Cause.MAPPING: renamed,
        Cause.UNKNOWN_SALE: sold,
        Cause.LISTING_GONE: gone,
        Cause.STALE_READ: stale,
    }
    waiting = {Cause.REFUSED_WRITE, Cause.WRITE_UNDER_WAY, Cause.STALE_READ}
    still = {*waiting, Cause.LISTING_GONE}
    states = {cause: DriftState.OPEN if cause in still else DriftState.HEALED for cause in causes}
    wanted = {sku: (cause, states[cause]) for cause, skus in causes.items() for sku in skus}
    await shop.until(wanted, sold=sold, rounds=True)
    rows = await shop.differences()
    assert Counter(row.units for sku, row in rows.items() if sku in by_hand) == {5: EACH}
    assert all(row.amount == 5 * row.price and row.currency == "EUR" for sku, row in rows.items() if sku in by_hand)
    assert all(row.units < 0 for sku, row in rows.items() if sku in gone)
    assert all(row.since <= row.found_at for row in rows.values())
    assert all(rows[sku].tries for cause in waiting for sku in causes[cause])

    await shop.bend("stale", dict.fromkeys(stale))
    await shop.bend("refuse", dict.fromkeys(refused, False))
    await shop.bend("busy", dict.fromkeys(busy, False))
    await shop.patrol()
    states |= dict.fromkeys(waiting, DriftState.HEALED)
    wanted = {sku: (cause, states[cause]) for cause, skus in causes.items() for sku in skus}
    await shop.until(wanted, sold=sold, rounds=True)
    healed = await shop.stage.events("stock.drift_healed")
    assert len({event.subject_id for event in healed}) == 7 * EACH


async def shop_names(shop: Shop, skus: Sequence[str]) -> dict[str, str]:
    """Return for each article another one, of which the shop shows another number."""
    others = await shop.shown(articles(100, 60))
    found: dict[str, str] = {}
    for sku, units in (await shop.shown(skus)).items():
        found[sku] = next(other for other, there in others.items() if there != units and other not in found.values())
    return found


async def test_what_a_policy_only_tells_of_is_left_alone_until_a_person_wants_it_healed(shop: Shop) -> None:
    told, minded, off = articles(1, 1), articles(2, 1), articles(3, 1)
    await shop.stage.configure("generic", drift=DriftPolicy(Healing.TELL))
    await shop.rests()
    for row in await shop.listings(off):
        await shop.stage.command(commands.set_listing_rule, row.listing_id, StockRule(RuleMode.HANDS_OFF))
    await shop.bend("set", {sku: units + 1 for sku, units in (await shop.shown([*told, *minded, *off])).items()})
    await shop.patrol()
    by_hand = dict.fromkeys((*told, *minded), (Cause.CHANGED_BY_HAND, DriftState.OPEN))
    await shop.until(by_hand)
    rows = await shop.differences()
    await shop.stage.command(commands.heal_difference, rows[told[0]].listing_id)
    await shop.stage.command(commands.set_difference_aside, rows[minded[0]].listing_id)
    by_hand |= {told[0]: (Cause.CHANGED_BY_HAND, DriftState.HEALED)}
    by_hand |= {minded[0]: (Cause.CHANGED_BY_HAND, DriftState.ASIDE)}
    await shop.until(by_hand)
    await shop.patrol()
    await shop.until(by_hand)
    assert rows[told[0]].amount == Decimal(rows[told[0]].price)


async def test_a_sale_that_only_a_look_for_orders_found_was_a_difference_until_then(shop: Shop) -> None:
    await shop.stage.restart(late_hint=0.0)
    [sku] = articles(51, 1)
    await shop.stage.sell("generic", lines=[{"sku": sku, "quantity": 2}])

    async def sweep(work: Any) -> None:
        post(work, channel_address(TENANT, "generic"), SweepOrders(tick=False))

    await shop.stage.database.write(sweep)
    await shop.until({sku: (Cause.UNKNOWN_SALE, DriftState.HEALED)})
    row = (await shop.differences())[sku]
    assert (row.units, row.says - row.shown) == (-2, 2)
    assert row.since < row.found_at <= row.healed_at


async def test_what_was_written_between_comparing_and_noting_is_left_to_the_next_look(shop: Shop) -> None:
    """A look that was overtaken must not tell of a difference which the write that overtook it has ended."""
    scene = await shop.scene()
    moved, still = await shop.listings(articles(1, 2))
    rows = [ChannelListing(row.external_id, row.sku, row.ean, row.title, 1) for row in (moved, still)]
    matches = {row.external_id: Match(row.product_id, MappedBy.SKU) for row in (moved, still)}
    now = scene.desk.clock.now()
    async with shop.stage.database.read() as connection:
        findings = await compare(connection, scene, rows, matches, now)
    assert len(findings) == 2

    async def write(work: Any) -> None:
        await work.execute(update(listing).where(listing.c.listing_id == moved.listing_id).values(quantity_at=now))

    await shop.stage.database.write(write)
    await shop.stage.database.write(lambda work: Drift(scene).note(work, findings, now))
    assert set(await shop.differences()) == {"ART-00002"}


async def test_an_answer_long_in_the_making_tells_nothing_of_what_was_published_since_it_was_ordered(
    shop: Shop,
) -> None:
    scene = await shop.scene()
    [row] = await shop.listings(articles(1, 1))
    now, address = scene.desk.clock.now(), channel_address(TENANT, "generic")
    turn = Turn(address, "patrol", [], state=b"{}", epoch=1, commit=shop.stage.database.write)
    shown = (ChannelListing(row.external_id, row.sku, row.ean, row.title, 1),)
    for as_of, told in ((row.quantity_at - timedelta(seconds=1), set()), (now, {row.sku}), (None, {row.sku})):
        await Pages(scene).keep(turn, Page(shown, None, as_of=as_of), now)
        assert set(await shop.differences()) == told


async def test_a_round_goes_on_where_a_restart_cut_it_off(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(sqlite_url, goods=50) as shop:
        monkeypatch.setattr(client, "LARGEST_PAGE", 10)
        await shop.stage.restart(patrol=NEVER)
        rounds = len(await shop.stage.events("listings.read"))
        address = channel_address(TENANT, "generic")

        async def begin(work: Any) -> None:
            post(work, address, BeginRound())

        await shop.stage.database.write(begin)

        async def state() -> Any:
            rows = await shop.stage.rows(select(lane.c.state).where(lane.c.lane == "patrol"))
            return rows[0].state if rows and rows[0].state.get("cursor") else None

        before = await eventually(state)
        assert before["read"] == 10
        await shop.stage.restart(patrol=0.01)
        await shop.stage.database.write(begin)

        async def ended() -> Any:
            events = await shop.stage.events("listings.read")
            return events[-1] if len(events) > rounds else None

        assert (await eventually(ended)).detail["read"] == 50
        [(after,)] = await shop.stage.rows(select(lane.c.state).where(lane.c.lane == "patrol"))
        assert after["before"] == before["began"]
