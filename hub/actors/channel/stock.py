"""The stock lane of a channel: compute what may be sold now, send what differs, follow it to its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from hub.actors.channel.drifting import Drift
from hub.actors.channel.publications import Plan, plan_publications
from hub.actors.channel.scene import Scene, offered
from hub.actors.channel.stock_news import Sent, StockNews
from hub.actors.channel.zeros import Zeros
from hub.actors.messages import FollowStock, PublishStock, SweepOrders
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Accepted, Conflict, Deferred, Pending, Refused, StockResult, StockUpdate, WriteResult
from hub.outcome import Throttled
from hub.store.engine import Work
from hub.store.listings import StoredListing, pending_listings
from hub.store.publishing import note_accepted, note_explained, note_published
from hub.store.shown import note_again, note_found, note_overtaken, note_refused, note_sending

LOOKED_AT = 1000
"""Listings that one snapshot of the database serves."""


class StockLane:
    """Publishes absolute quantities, the newest value of a listing only, what can oversell soonest first."""

    batch = 25_000
    """As many as the largest bulk way of a platform takes; how many go out at once is the adapter's to say."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.news = StockNews(scene)
        self.drift = Drift(scene)
        self.zeros = Zeros(scene)

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
        plans = await self._plans(asked)
        held = self._hold_back(turn, [plan.listing.listing_id for plan in plans if plan.busy])
        plans = await self.zeros.let_through(turn, [plan for plan in plans if not plan.busy])
        self._end_presales(turn, plans)
        if explained := [plan for plan in plans if plan.explains_anew]:
            turn.write(lambda work: self._explain(work, explained))
        due = sorted((plan for plan in plans if plan.differs), key=lambda plan: plan.urgency)
        due, later = due[: self.scene.channel.stock_batch], due[self.scene.channel.stock_batch :]
        if due:
            await self._send(turn, due, later, asked)
        return held

    async def _send(self, turn: Turn, due: Sequence[Plan], later: Sequence[Plan], asked: dict[str, Envelope]) -> None:
        ids = [plan.listing.listing_id for plan in due]
        await turn.checkpoint(lambda work: note_sending(work, self.scene.tenant, ids))
        updates = [StockUpdate(offered(plan.listing), plan.quantity) for plan in due]
        began = self.scene.desk.clock.monotonic()
        results = await self.scene.channel.publish_stock(updates)
        self._queue_up(turn, later, asked, self.scene.desk.clock.monotonic() - began)
        now = self.scene.desk.clock.now()
        sent = [Sent(plan, result, now) for plan, result in zip(due, results, strict=True)]
        self._wait_for_deferred(turn, sent, asked)
        self._decide_again(turn, sent, now)
        turn.write(lambda work: self._note(work, sent))
        self._follow_up(turn, [one.result for one in sent])

    async def _plans(self, asked: dict[str, Envelope]) -> list[Plan]:
        """Look at a part of a burst at a time, so that other lanes get at the database in between."""
        plans: list[Plan] = []
        ids = list(asked)
        for start in range(0, len(ids), LOOKED_AT):
            part = {one: asked[one] for one in ids[start : start + LOOKED_AT]}
            async with self.scene.desk.database.read() as connection:
                plans += await plan_publications(connection, self.scene.stored, part, self.scene.desk.clock.now())
        return plans

    def _end_presales(self, turn: Turn, plans: Sequence[Plan]) -> None:
        """A presale ends at its time, whether or not anything else happens then."""
        now = self.scene.desk.clock.now()
        for plan in plans:
            rule = plan.listing.rule or self.scene.stored.settings.rule
            if rule.presells(now):
                again = PublishStock(plan.listing.listing_id, "the presale ends")
                turn.post(turn.address, again, due_at=rule.presale_until)

    def _hold_back(self, turn: Turn, ids: Sequence[str]) -> Collection[str]:
        """One write of a listing at a time: the channel might finish an earlier one after a later one."""
        if ids:
            turn.write(lambda work: note_again(work, self.scene.tenant, ids))
        return frozenset(ids)

    def _queue_up(self, turn: Turn, later: Sequence[Plan], asked: dict[str, Envelope], seconds: float) -> None:
        """Let what is beyond one call come in turn, each portion as much later as this one took; then it is planned
        anew. A newer message of a listing is due at once, and so takes it to the front.
        """
        for place, plan in enumerate(later):
            wait = place // self.scene.channel.stock_batch * seconds
            turn.retry(asked[plan.listing.listing_id], Throttled(wait, "the channel takes the rest in turn"))

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

    async def _explain(self, work: Work, plans: Sequence[Plan]) -> None:
        for plan in plans:
            await note_explained(work, self.scene.tenant, plan.listing, plan.publication)

    async def _note(self, work: Work, sent: Sequence[Sent]) -> None:
        written = [each.written for each in sent]
        await note_published(work, self.scene.tenant, [each for each in written if each is not None])
        for one in sent:
            await self._note_one(work, one)
        right = [one for one in sent if isinstance(one.result, Accepted) and one.plan.listing.drifts]
        await self.drift.close(work, [one.plan.listing.listing_id for one in right], self.scene.desk.clock.now())

    async def _note_one(self, work: Work, one: Sent) -> None:
        tenant, listing = self.scene.tenant, one.plan.listing
        if one.came_late:
            await self.drift.notice(work, listing, one.sight(), one.plan.envelope.posted_at, healed_at=one.at)
        match one.result:
            case Accepted():
                self.news.tell_published(work, one)
            case Refused(code, reason):
                await note_refused(work, tenant, listing.listing_id, reason)
                self.news.tell_refused(work, listing, code, reason)
            case Conflict(found):
                await note_found(work, tenant, listing.listing_id, found, one.at)
                await self.drift.notice(work, listing, one.sight(found), one.plan.planned_at)
            case Pending() | Deferred():
                pass

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
        ended = [one for one in pending if isinstance(answers.get(one.process_id or ""), Accepted)]
        await note_accepted(work, self.scene.tenant, ended, now)
        await self.drift.close(work, [one.listing_id for one in ended if one.drifts], now)
        for listing in pending:
            answer = answers.get(listing.process_id or "")
            again = listing.again or listing.listing_id in held
            if _comes_again(answer, again=again):
                post(work, turn.address, PublishStock(listing.listing_id, "changed while the channel was busy"))
            match answer:
                case Pending(overtake=True) if again:
                    await note_overtaken(work, self.scene.tenant, listing.listing_id)
                case Accepted():
                    if listing.sent is not None:
                        self.news.tell_seen_through(work, listing)
                case Refused(code, reason):
                    await note_refused(work, self.scene.tenant, listing.listing_id, reason)
                    self.news.tell_refused(work, listing, code, reason)
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
