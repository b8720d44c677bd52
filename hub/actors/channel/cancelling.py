"""Cancellations on their way to the channel: told once, looked up where an earlier try has no known end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.actors.channel.following import ends_of
from hub.actors.channel.scene import Scene
from hub.actors.desk import Cause, pass_on_stock
from hub.actors.erp.landing import Landing
from hub.actors.messages import FetchOrder, FollowCancellations, TellCancellation
from hub.actors.refusals import discreetly, said_of
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Accepted, Deferred, Pending, Refused, WriteResult
from hub.domain.delivery import Cancellation, ShippedUnits
from hub.domain.life.cancellation import CANCELLATION, CancellationEvent, CancellationState, are_off
from hub.domain.order import ChannelOrder
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.cancellations import (
    StoredCancellation,
    cancellations_in_process,
    change_cancellation,
    load_cancellation,
    move_cancellation,
)
from hub.store.engine import Work
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder, load_order
from hub.store.shown import note_moved


class Cancelling:
    """Tells cancellations of one channel and follows them to their end."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.landing = Landing(scene.desk)

    async def tell(self, turn: Turn, envelope: Envelope) -> None:
        """Tell one cancellation; NOT repeatable everywhere, so after an unknown outcome the order is read first."""
        assert isinstance(envelope.body, TellCancellation)
        async with self.scene.desk.database.read() as connection:
            one = await load_cancellation(connection, self.scene.tenant, envelope.body.cancellation_id)
            order = None if one is None else await load_order(connection, self.scene.tenant, one.order_id)
        if one is None or order is None or not _to_be_told(one):
            return
        async with discreetly(self.scene.desk, self.scene.tenant, one.order_id):
            result = await self._known(turn, order, one) or await self._cancel(turn, order, one)
        if isinstance(result, Deferred):
            raise Throttled(result.retry_after, result.reason)
        self.landing.over(turn, one.cancellation_id)
        turn.write(lambda work: self._note(work, one.cancellation_id, result))

    async def _known(self, turn: Turn, order: StoredOrder, one: StoredCancellation) -> WriteResult | None:
        """Say what the channel has of an earlier try; what was sent and never answered may land for a while."""
        if one.attempt_at is None:
            return None
        fetched = await self.scene.channel.order(order.external_id)
        if fetched is None or _has(fetched, one):
            return Accepted(one.reference)
        self.landing.wait_for(turn, one.cancellation_id, one.attempt_at, "on the channel")
        return None

    async def _cancel(self, turn: Turn, order: StoredOrder, one: StoredCancellation) -> WriteResult:
        now = self.scene.desk.clock.now()
        begun = await turn.checkpoint(lambda work: self._begin(work, one, now))
        try:
            return await self.scene.channel.cancel(_told(order, one))
        except Rejected as refusal:
            return Refused(refusal.code, refusal.reason)
        except (Throttled, Unavailable) as wait:
            if isinstance(wait, Unavailable) and wait.unknown:
                self.landing.lost(turn, one.cancellation_id, now)
            elif one.attempt_at is None:
                await turn.checkpoint(lambda work: self._not_sent(work, begun))
            else:
                self.landing.not_sent(turn, one.cancellation_id, now)
            raise

    async def _begin(self, work: Work, one: StoredCancellation, now: datetime) -> StoredCancellation:
        return await move_cancellation(work, one, CancellationEvent.BEGIN, attempt_at=now)

    async def _not_sent(self, work: Work, begun: StoredCancellation) -> None:
        await move_cancellation(work, begun, CancellationEvent.NOT_SENT, attempt_at=None)

    async def _note(self, work: Work, cancellation_id: str, result: WriteResult) -> None:
        one = await self._lock(work, cancellation_id)
        if one is None or one.state is not CancellationState.SENT:
            return
        match result:
            case Accepted():
                await self._told(work, one)
            case Pending(process_id, look_again):
                await change_cancellation(work, one, process_id=process_id)
                self._follow_later(work, look_again or self.scene.desk.pace.follow)
            case Refused(_, told):
                await self._refused(work, one, told)
            case Deferred():
                await change_cancellation(work, one, process_id=None)
                due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.follow)
                post(work, self.scene.teller.address, TellCancellation(one.cancellation_id), due_at=due)

    async def _lock(self, work: Work, cancellation_id: str) -> StoredCancellation | None:
        """Lock the order first, as everybody does who moves a cancellation, and return the cancellation as it is."""
        one = await load_cancellation(work.connection, self.scene.tenant, cancellation_id)
        if one is None:
            return None
        await lock_order(work, self.scene.tenant, one.order_id)
        return await load_cancellation(work.connection, self.scene.tenant, cancellation_id)

    async def _told(self, work: Work, one: StoredCancellation) -> None:
        await move_cancellation(work, one, CancellationEvent.TOLD, process_id=None, problem=None)
        order = await load_order(work.connection, self.scene.tenant, one.order_id)
        if order is not None:
            post(work, self.scene.teller.address, FetchOrder(order.external_id))
            await self._moved(work, order, one)
        self._tell(work, "cancellation.told", f"The channel has cancellation {one.reference}", one)

    async def _moved(self, work: Work, order: StoredOrder, one: StoredCancellation) -> None:
        """A channel may put back on sale by itself what was cancelled, so its numbers are published anew."""
        off = {unit.line_id for unit in one.units}
        products = {product for line in order.lines if line.line_id in off for product in line.products}
        await note_moved(work, *self.scene.key, products)
        await pass_on_stock(work, self.scene.tenant, products, Cause(f"order {order.number} cancelled"))

    async def _refused(self, work: Work, one: StoredCancellation, told: str) -> None:
        reason = await said_of(work.connection, self.scene.desk, self.scene.tenant, one.order_id, told)
        await move_cancellation(
            work, one, CancellationEvent.TELLING_REFUSED, process_id=None, attempt_at=None, problem=reason
        )
        message = f"The channel refuses cancellation {one.reference}, cancel it there: {reason}"
        self._tell(work, "cancellation.refused", message, one, "error")

    async def follow(self, turn: Turn) -> None:
        """Ask how asynchronous cancellations ended."""
        async with self.scene.desk.database.read() as connection:
            pending = await cancellations_in_process(connection, *self.scene.key)
        if not pending:
            return
        answers = await ends_of(self.scene.channel, pending, self._second_opinion)
        turn.write(lambda work: self._note_ends(work, pending, answers))

    async def _second_opinion(self, one: StoredCancellation) -> dict[str, WriteResult]:
        """A refusal may only mean that the units are off already; the order itself decides."""
        async with self.scene.desk.database.read() as connection:
            order = await load_order(connection, self.scene.tenant, one.order_id)
        fetched = None if order is None else await self.scene.channel.order(order.external_id)
        taken = fetched is not None and _has(fetched, one)
        return {one.process_id or "": Accepted(one.reference)} if taken else {}

    async def _note_ends(
        self, work: Work, pending: Sequence[StoredCancellation], answers: Mapping[str, WriteResult]
    ) -> None:
        for one in pending:
            unknown = Deferred(self.scene.desk.pace.follow, "outcome unknown")
            await self._note(work, one.cancellation_id, answers.get(one.process_id or "", unknown))

    def _follow_later(self, work: Work, seconds: float) -> None:
        due = work.clock.now() + timedelta(seconds=seconds)
        post(work, self.scene.teller.address, FollowCancellations(), due_at=due)

    def _tell(
        self, work: Work, kind: str, message: str, one: StoredCancellation, level: str = "info", **detail: Any
    ) -> None:
        self.scene.tell(
            work,
            kind,
            message,
            level=level,
            subject_type="order",
            subject_id=one.order_id,
            cancellation=one.cancellation_id,
            **detail,
        )


def _to_be_told(one: StoredCancellation) -> bool:
    return CANCELLATION.allows(one.state, CancellationEvent.BEGIN) and one.process_id is None


def _told(order: StoredOrder, one: StoredCancellation) -> Cancellation:
    """Return a cancellation in the words of the port."""
    units = tuple(ShippedUnits(unit.line_id, unit.quantity) for unit in one.units)
    return Cancellation(one.reference, order.external_id, units, one.reason, one.whole)


def _has(fetched: ChannelOrder, one: StoredCancellation) -> bool:
    """Say whether the channel counts the units of a cancellation as off."""
    return fetched.cancelled or are_off(one.units, {line.line_id: line.cancelled for line in fetched.lines})
