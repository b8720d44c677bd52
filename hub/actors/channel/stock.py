"""The stock lane of a channel: compute what may be sold now, send what differs, follow it to its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.actors.channel.publications import Plan, plan_publications
from hub.actors.channel.scene import Scene, offered
from hub.actors.measures import record_delays
from hub.actors.messages import FollowStock, PublishStock, SweepOrders
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Accepted, Conflict, Deferred, Pending, Refused, StockResult, StockUpdate, WriteResult
from hub.outcome import Throttled
from hub.store.engine import Work
from hub.store.listings import (
    StoredListing,
    note_accepted,
    note_again,
    note_found,
    note_overtaken,
    note_published,
    note_refused,
    note_sending,
    pending_listings,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One write and its answer."""

    plan: Plan
    result: StockResult
    at: datetime


class StockLane:
    """Publishes absolute quantities, the newest value of a listing only, what can oversell soonest first."""

    batch = 2000
    """Enough to see when a platform's bulk way pays; Amazon's begins at 1,500."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Publish the listings named, then ask how earlier writes ended."""
        asked = {one.body.listing_id: one for one in turn.messages if isinstance(one.body, PublishStock)}
        held: Collection[str] = ()
        if asked and self.scene.stored.settings.stock:
            held = await self._publish(turn, asked)
        if any(isinstance(one.body, FollowStock) for one in turn.messages):
            await self._follow(turn, held)

    async def _publish(self, turn: Turn, asked: dict[str, Envelope]) -> Collection[str]:
        """Send what differs; return the listings that are held back until the channel is done with the write before."""
        async with self.scene.desk.database.read() as connection:
            plans = await plan_publications(connection, self.scene.stored, asked)
        held = self._hold_back(turn, [plan.listing.listing_id for plan in plans if plan.busy])
        due = sorted((plan for plan in plans if plan.differs and not plan.busy), key=lambda plan: plan.urgency)
        if due:
            await self._send(turn, due, asked)
        return held

    async def _send(self, turn: Turn, due: Sequence[Plan], asked: dict[str, Envelope]) -> None:
        ids = [plan.listing.listing_id for plan in due]
        await turn.checkpoint(lambda work: note_sending(work, self.scene.tenant, ids))
        updates = [StockUpdate(offered(plan.listing), plan.quantity) for plan in due]
        results = await self.scene.channel.publish_stock(updates)
        now = self.scene.desk.clock.now()
        sent = [Sent(plan, result, now) for plan, result in zip(due, results, strict=True)]
        self._wait_for_deferred(turn, sent, asked)
        self._decide_again(turn, sent, now)
        turn.write(lambda work: self._note(work, sent))
        self._follow_up(turn, [one.result for one in sent])

    def _hold_back(self, turn: Turn, ids: Sequence[str]) -> Collection[str]:
        """One write of a listing at a time: the channel might finish an earlier one after a later one."""
        if ids:
            turn.write(lambda work: note_again(work, self.scene.tenant, ids))
        return frozenset(ids)

    def _follow_up(self, turn: Turn, results: Iterable[StockResult]) -> None:
        """Ask later how the writes ended that the channel still works on."""
        pace = self.scene.desk.pace.follow
        pauses = [one.look_again or pace for one in results if isinstance(one, Pending)]
        if pauses:
            turn.post(turn.address, FollowStock(), due_at=self.scene.desk.clock.now() + timedelta(seconds=min(pauses)))

    def _wait_for_deferred(self, turn: Turn, sent: Sequence[Sent], asked: dict[str, Envelope]) -> None:
        for one in sent:
            if isinstance(one.result, Deferred):
                wait = Throttled(one.result.retry_after, one.result.reason)
                turn.retry(asked[one.plan.listing.listing_id], wait)

    def _decide_again(self, turn: Turn, sent: Sequence[Sent], now: datetime) -> None:
        """Where somebody else moved a number, look for the orders that may have, then publish what is right by then."""
        drifted = [one for one in sent if isinstance(one.result, Conflict)]
        if drifted:
            turn.post(turn.address, SweepOrders(tick=False))
        due = now + timedelta(seconds=self.scene.desk.pace.follow)
        for one in drifted:
            turn.post(turn.address, PublishStock(one.plan.listing.listing_id, "the channel's number moved"), due_at=due)

    async def _note(self, work: Work, sent: Sequence[Sent]) -> None:
        for one in sent:
            await self._note_one(work, one)

    async def _note_one(self, work: Work, one: Sent) -> None:
        tenant, listing = self.scene.tenant, one.plan.listing
        match one.result:
            case Accepted():
                await note_published(work, tenant, listing, one.plan.publication, one.at, None)
                self._tell_published(work, one)
            case Pending(process_id):
                await note_published(work, tenant, listing, one.plan.publication, one.at, process_id)
            case Refused(code, reason):
                await note_refused(work, tenant, listing.listing_id, reason)
                self._tell_refused(work, listing, code, reason)
            case Conflict(found):
                await note_found(work, tenant, listing.listing_id, found, one.at)
                self._tell_drift(work, one, found)
            case Deferred():
                pass

    def _tell_drift(self, work: Work, one: Sent, found: int) -> None:
        listing = one.plan.listing
        self.scene.tell(
            work,
            "stock.drift",
            f"{listing.sku or listing.external_id} shows {found}, not {listing.believed} as the hub believed",
            level="warning",
            subject_type="listing",
            subject_id=listing.listing_id,
            found=found,
            believed=listing.believed,
            wanted=one.plan.quantity,
        )

    def _tell_published(self, work: Work, one: Sent) -> None:
        delays: dict[str, Any] = one.plan.delays(one.at)
        record_delays("stock", self.scene.stored.platform.value, delays)
        self.scene.tell(
            work,
            "stock.published",
            f"{one.plan.listing.sku or one.plan.listing.external_id} is now {one.plan.quantity}",
            subject_type="listing",
            subject_id=one.plan.listing.listing_id,
            quantity=one.plan.quantity,
            before=one.plan.listing.quantity,
            cause=one.plan.cause,
            **delays,
        )

    def _tell_seen_through(self, work: Work, listing: StoredListing) -> None:
        """Tell of a write that the channel took its time for; since when it was wanted is not known any more."""
        self.scene.tell(
            work,
            "stock.published",
            f"{listing.sku or listing.external_id} is now {listing.sent}",
            subject_type="listing",
            subject_id=listing.listing_id,
            quantity=listing.sent,
        )

    def _tell_refused(self, work: Work, listing: StoredListing, code: str, reason: str) -> None:
        self.scene.tell(
            work,
            "stock.refused",
            f"The channel refuses the stock of {listing.sku or listing.external_id}: {reason}",
            level="error",
            subject_type="listing",
            subject_id=listing.listing_id,
            code=code,
        )

    async def _follow(self, turn: Turn, held: Collection[str]) -> None:
        """Ask how writes ended; ``held`` back in this very turn are listings that do not bear the mark yet."""
        async with self.scene.desk.database.read() as connection:
            pending = await pending_listings(connection, *self.scene.key)
        if not pending:
            return
        answers = await self.scene.channel.follow([one.process_id for one in pending if one.process_id])
        now = self.scene.desk.clock.now()
        turn.write(lambda work: self._note_ends(work, turn, pending, answers, held, now))
        self._follow_up(turn, answers.values())

    async def _note_ends(
        self,
        work: Work,
        turn: Turn,
        pending: Sequence[StoredListing],
        answers: dict[str, WriteResult],
        held: Collection[str],
        now: datetime,
    ) -> None:
        for listing in pending:
            answer = answers.get(listing.process_id or "")
            again = listing.again or listing.listing_id in held
            if _comes_again(answer, again=again):
                post(work, turn.address, PublishStock(listing.listing_id, "changed while the channel was busy"))
            match answer:
                case Pending(overtake=True) if again:
                    await note_overtaken(work, self.scene.tenant, listing.listing_id)
                case Accepted():
                    await note_accepted(work, self.scene.tenant, listing, now)
                    if listing.sent is not None:
                        self._tell_seen_through(work, listing)
                case Refused(code, reason):
                    await note_refused(work, self.scene.tenant, listing.listing_id, reason)
                    self._tell_refused(work, listing, code, reason)
                case Pending():
                    pass
                case _:
                    await note_refused(work, self.scene.tenant, listing.listing_id, "outcome unknown")


def _comes_again(answer: WriteResult | None, *, again: bool) -> bool:
    """Say whether a listing is to be published anew; ``again`` where something newer is wanted by now."""
    match answer:
        case Pending(overtake=overtake):
            return again and overtake
        case Accepted() | Refused():
            return again
        case _:
            return True
