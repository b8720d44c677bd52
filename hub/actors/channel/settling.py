"""Deciding causes that waited for a look at orders: what is missing on a channel was sold there, or taken by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.channel.drifting import Drift
from hub.actors.channel.scene import Scene
from hub.actors.messages import FetchOrder, SweepOrders
from hub.actors.messages_patrol import SettleDifferences
from hub.actors.runtime.mailbox import due_in, waits_since
from hub.actors.runtime.message import kind_of
from hub.actors.runtime.turn import Turn
from hub.domain.drift import DriftCause, DriftState, Sight, cause_of
from hub.store.drift import Unsettled, orders_swept_at, settle_difference, sold_since, unsettled
from hub.store.engine import Work
from hub.store.listings import StoredListing, listings_by_id

FETCH = kind_of(FetchOrder("")).name
SWEEP = kind_of(SweepOrders()).name
AT_ONCE = 200
COMMITTED = timedelta(seconds=30)
"""Longer than a turn takes from reading the list of orders to asking for each of them."""

Sold = Mapping[tuple[str, str], Sequence[tuple[datetime, int]]]


class Settling:
    """Settles the differences of one channel whose orders were looked for since; the others wait for that."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def settle(self, turn: Turn) -> None:
        """Settle what can be, and come again for the rest."""
        async with self.scene.desk.database.read() as connection:
            waiting = await unsettled(connection, *self.scene.key)
            searched = await self._searched(connection, turn)
            ripe = [one for one in waiting if one.difference.settled or one.difference.found_at < searched]
            sold = await self._sold(connection, ripe)
            stored = await listings_by_id(connection, self.scene.tenant, [one.difference.listing_id for one in ripe])
        listings = {one.listing_id: one for one in stored}
        for start in range(0, len(ripe), AT_ONCE):
            part = ripe[start : start + AT_ONCE]
            await turn.checkpoint(partial(self._decide, part=part, sold=sold, listings=listings))
        if len(ripe) < len(waiting):
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.settle)
            turn.post(turn.address, SettleDifferences(), due_at=due)

    async def _searched(self, connection: AsyncConnection, turn: Turn) -> datetime:
        """Return up to when (UTC) every order that the channel has is stored, as far as a sweep can tell."""
        swept_at = await orders_swept_at(connection, *self.scene.key)
        never = self.scene.stored.begins
        if swept_at is None:
            return never
        under_way = await due_in(connection, turn.address, ["order"], self.scene.desk.clock.now(), SWEEP)
        fetching = await waits_since(connection, turn.address, FETCH, swept_at + COMMITTED)
        return never if under_way or fetching else swept_at

    async def _sold(self, connection: AsyncConnection, ripe: Sequence[Unsettled]) -> Sold:
        begun = [one.difference.found_at for one in ripe if not one.difference.settled]
        return await sold_since(connection, *self.scene.key, min(begun)) if begun else {}

    async def _decide(
        self, work: Work, part: Sequence[Unsettled], sold: Sold, listings: Mapping[str, StoredListing]
    ) -> None:
        drift = Drift(self.scene)
        for one in part:
            difference = one.difference
            if not difference.settled:
                cause = _cause(one, sold)
                await settle_difference(work, self.scene.tenant, difference.listing_id, cause)
                decided = replace(difference, cause=cause, settled=True)
                if cause is not difference.cause:
                    drift.tell_found(work, listings[difference.listing_id], decided)
                difference = decided
            if difference.state is not DriftState.HEALED and drift.may_heal(difference):
                await drift.heal(work, difference)


def _cause(one: Unsettled, sold: Sold) -> DriftCause:
    """Say whether orders, the oldest first, make up what was missing: later ones came after the look."""
    found = one.difference
    missing = (found.believed or 0) - (found.shown or 0)
    lines = [*sold.get(("listing", one.external_id), ()), *sold.get(("sku", one.sku or ""), ())]
    offers = [quantity for imported_at, quantity in lines if imported_at >= found.found_at]
    explained = missing if missing in accumulate(offers) else 0
    sight = Sight(found.says, found.believed, found.shown, sold=explained, searched=True)
    return cause_of(sight) or found.cause
