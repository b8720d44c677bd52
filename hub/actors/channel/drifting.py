"""Differences of one channel: noted, told, healed as its policy lets them be, and closed where they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from hub.actors.channel.comparing import Finding
from hub.actors.channel.scene import Scene
from hub.actors.desk import channel_address
from hub.actors.measures import count_drift, record_healing
from hub.actors.messages import FollowStock, PublishStock, SweepOrders
from hub.actors.messages_patrol import SettleDifferences
from hub.actors.runtime.mailbox import post
from hub.domain.drift import DriftCause, DriftState, Sight, cause_of, is_settled, money_at_risk, units_at_risk
from hub.store.drift import (
    StoredDifference,
    begin_healing,
    close_differences,
    differences_of,
    save_differences,
)
from hub.store.engine import Work
from hub.store.listings import StoredListing
from hub.store.shown import note_shown, quantities_at

MOST_TRIES = 5
"""How often the hub heals one difference by itself before it does so once a day only: it may be for a person."""
PASSING = (DriftCause.WRITE_UNDER_WAY, DriftCause.STALE_READ)
HEALS_ALONE = (DriftCause.STALE_READ, DriftCause.UNKNOWN_SALE)
"""What another look ends, and the order once it has come in: its claims publish what is right."""
NEEDS_PERSON = (DriftCause.REFUSED_WRITE, DriftCause.MAPPING, DriftCause.LISTING_GONE)


class Drift:
    """Keeps the differences of one channel, each change of them in the work that it is told in."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def note(self, work: Work, findings: Sequence[Finding], at: datetime) -> None:
        """Note what was compared: new differences, those that go on, and those that are over. ``at`` is UTC."""
        current = await self._current(work, [one for one in findings if one.cause is not None or one.was_open])
        await self.close(work, [one.listing.listing_id for one in current if one.cause is None and one.was_open], at)
        for one in current:
            if one.cause is not None:
                await self._note_one(work, one, one.cause, at)

    async def _current(self, work: Work, findings: Sequence[Finding]) -> list[Finding]:
        """Leave out what a write moved since it was compared: the next look sees how that ended."""
        ids = [one.listing.listing_id for one in findings]
        if not ids:
            return []
        written = await quantities_at(work.connection, self.scene.tenant, ids)
        known = await differences_of(work.connection, self.scene.tenant, ids)
        same = [one for one in findings if written.get(one.listing.listing_id) == one.listing.quantity_at]
        return [replace(one, before=known.get(one.listing.listing_id)) for one in same]

    async def _note_one(self, work: Work, one: Finding, cause: DriftCause, at: datetime) -> None:
        difference = self.difference(one.listing, one.sight, cause, one.since, at)
        known = one.before if one.was_open else None
        if known is not None and known.state is DriftState.ASIDE:
            if _same(known, difference):
                return
            known = None
        if known is not None:
            difference = _continued(known, difference)
        await save_differences(work, self.scene.tenant, [difference])
        if known is None or known.cause is not difference.cause:
            self.tell_found(work, one.listing, difference)
        if not difference.settled:
            self.look_for_orders(work)
        elif self.may_heal(difference):
            await self.heal(work, difference)

    def difference(
        self, listing: StoredListing, sight: Sight, cause: DriftCause, since: datetime, at: datetime
    ) -> StoredDifference:
        """Return a new difference, found ``at`` a moment and there ``since`` another (UTC)."""
        units = units_at_risk(sight.says, sight.shown if sight.listed else 0)
        return StoredDifference(
            listing_id=listing.listing_id,
            channel_id=listing.channel_id,
            cause=cause,
            state=DriftState.OPEN,
            settled=is_settled(sight),
            says=sight.says,
            believed=sight.believed,
            shown=sight.shown,
            units=units,
            since=min(since, at),
            found_at=at,
            looked_at=at,
            price=listing.price,
            amount=money_at_risk(units, listing.price),
        )

    def look_for_orders(self, work: Work) -> None:
        """Have orders looked for that may explain what is missing; then the cause is decided."""
        address = channel_address(*self.scene.key)
        post(work, address, SweepOrders(tick=False))
        post(work, address, SettleDifferences())

    def may_heal(self, one: StoredDifference) -> bool:
        """Say whether the policy, or a person, lets a difference be healed, and it is worth another try."""
        most = MOST_TRIES + (self.scene.desk.clock.now() - one.found_at).days
        return one.asked or (self.scene.stored.settings.drift.heals(one.cause) and one.tries < most)

    async def heal(self, work: Work, one: StoredDifference) -> None:
        """Ask for what makes it right: absolute numbers, decided anew when their turn comes. Repeatable."""
        address = channel_address(*self.scene.key)
        if not await begin_healing(work, self.scene.tenant, one.listing_id):
            return
        if one.cause is DriftCause.WRITE_UNDER_WAY:
            post(work, address, FollowStock())
        elif one.asked or one.cause not in HEALS_ALONE:
            await note_shown(work, self.scene.tenant, one.listing_id, one.believed, one.shown, one.looked_at)
            post(work, address, PublishStock(one.listing_id, f"drift: {words(one.cause)}", force=True))

    async def close(self, work: Work, listing_ids: Iterable[str], at: datetime) -> None:
        """Note that listings show what is right since ``at`` (UTC)."""
        ids = list(listing_ids)
        for one in await close_differences(work, self.scene.tenant, ids, at) if ids else ():
            self.tell_healed(work, one, at)

    async def notice(
        self,
        work: Work,
        listing: StoredListing,
        sight: Sight,
        since: datetime,
        *,
        found_at: datetime | None = None,
        healed_at: datetime | None = None,
    ) -> None:
        """Note a difference that a write met, or an order; that ends it, perhaps it has already. Times are UTC.

        It was there ``since``, and found then unless ``found_at`` says otherwise.
        """
        known = (await differences_of(work.connection, self.scene.tenant, [listing.listing_id])).values()
        cause = cause_of(sight)
        if cause is None or any(one.healed_at is None for one in known):
            return
        difference = self.difference(listing, sight, cause, since, found_at or since)
        done = replace(difference, state=DriftState.HEALING if healed_at is None else DriftState.HEALED, tries=1)
        await save_differences(work, self.scene.tenant, [replace(done, healed_at=healed_at)])
        self.tell_found(work, listing, done)
        if healed_at is not None:
            self.tell_healed(work, done, healed_at)
        if not done.settled:
            post(work, channel_address(*self.scene.key), SettleDifferences())

    def tell_found(self, work: Work, listing: StoredListing, one: StoredDifference) -> None:
        """Tell of a difference, or of its cause where that is another one by now."""
        name = listing.sku or listing.external_id
        work.after_commit(lambda: count_drift(self.scene.stored.platform.value, one.cause))
        shows = "is not there any more" if one.cause is DriftCause.LISTING_GONE else f"shows {one.shown}"
        self.scene.tell(
            work,
            "stock.drift",
            f"{name} {shows}, not {one.says} as Exact says: {words(one.cause)}",
            level="info" if one.cause in PASSING else "warning",
            subject_type="listing",
            subject_id=one.listing_id,
            cause=one.cause.value,
            found=one.shown,
            believed=one.believed,
            wanted=one.says,
        )

    def tell_healed(self, work: Work, one: StoredDifference, at: datetime) -> None:
        """Tell that a listing shows what is right again."""
        seconds = (at - one.found_at).total_seconds()
        work.after_commit(lambda: record_healing(self.scene.stored.platform.value, one.cause, seconds))
        self.scene.tell(
            work,
            "stock.drift_healed",
            f"A listing shows what it should again: {words(one.cause)}",
            subject_type="listing",
            subject_id=one.listing_id,
            cause=one.cause.value,
            healed_after_seconds=round(seconds, 3),
        )


def words(cause: DriftCause) -> str:
    """Return a cause as people read it."""
    return cause.value.replace("_", " ")


def _same(one: StoredDifference, other: StoredDifference) -> bool:
    return (one.says, one.shown) == (other.says, other.shown)


def _continued(known: StoredDifference, now: StoredDifference) -> StoredDifference:
    """Return a difference as it goes on: as old as it was, with what is known of it by now.

    Once it is being healed, its own write and what the hub came to believe are no causes; nor is what passes.
    """
    begun = known.tries > 0 and now.cause not in NEEDS_PERSON
    kept = begun or (now.cause in PASSING and known.cause not in PASSING)
    cause, settled = (known.cause, known.settled) if kept else (now.cause, now.settled)
    return replace(
        now,
        cause=cause,
        settled=settled,
        since=known.since,
        found_at=known.found_at,
        tries=known.tries,
        asked=known.asked,
    )
