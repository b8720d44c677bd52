"""The tracking lane of a channel: every parcel told once, looked up where an earlier try has no known end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.actors.channel.following import ends_of
from hub.actors.channel.scene import Scene
from hub.actors.each import for_each
from hub.actors.measures import record_delays
from hub.actors.messages import ConfirmParcel, FollowParcels
from hub.actors.refusals import discreetly, said_of
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Accepted, Deferred, Pending, Refused, WriteResult
from hub.domain.channel import FulfilmentMode
from hub.domain.delivery import ParcelStatus, Shipment
from hub.domain.life.parcel import PARCEL, ParcelEvent
from hub.outcome import Throttled
from hub.store.deliveries import (
    StoredParcel,
    change_parcel,
    load_parcel,
    parcels_in_process,
    parcels_of_orders,
    units_by_line,
)
from hub.store.engine import Work
from hub.store.orders import load_order

TOLD = (ParcelStatus.SENT, ParcelStatus.CONFIRMED)


class TrackingLane:
    """Confirms parcels on the channel."""

    batch = 10

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Confirm the parcels named, then ask how earlier confirmations ended."""
        confirms = [one for one in turn.messages if isinstance(one.body, ConfirmParcel)]
        await for_each(turn, confirms, self._confirm, at_once=1)
        if any(isinstance(one.body, FollowParcels) for one in turn.messages):
            await self._follow(turn)

    async def _confirm(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, ConfirmParcel)
        if self.scene.stored.settings.fulfilment is FulfilmentMode.OFF:
            return
        parcel, shipment = await self._load(envelope.body.parcel_id)
        if parcel is None or shipment is None or not _to_be_told(parcel):
            return
        async with discreetly(self.scene.desk, self.scene.tenant, parcel.order_id):
            known = await self.scene.channel.find_shipment(shipment) if parcel.attempt_at else None
            result = known or await self._ship(turn, parcel, shipment)
        if isinstance(result, Deferred):
            raise Throttled(result.retry_after, result.reason)
        turn.write(lambda work: self._note(work, parcel, result))

    async def _ship(self, turn: Turn, parcel: StoredParcel, shipment: Shipment) -> WriteResult:
        now, sent = self.scene.desk.clock.now(), PARCEL.after(parcel.status, ParcelEvent.BEGIN)
        await turn.checkpoint(
            lambda work: change_parcel(work, self.scene.tenant, parcel.parcel_id, status=sent.value, attempt_at=now)
        )
        return await self.scene.channel.ship(shipment)

    async def _load(self, parcel_id: str) -> tuple[StoredParcel | None, Shipment | None]:
        async with self.scene.desk.database.read() as connection:
            parcel = await load_parcel(connection, self.scene.tenant, parcel_id)
            if parcel is None:
                return None, None
            order = await load_order(connection, self.scene.tenant, parcel.order_id)
            others = await parcels_of_orders(connection, self.scene.tenant, [parcel.order_id])
        if order is None:
            return None, None
        told = units_by_line([one for one in others if one.status in TOLD or one.parcel_id == parcel_id])
        complete = all(told.get(line.line_id, 0) >= line.quantity - line.cancelled for line in order.lines)
        if self.scene.stored.settings.may_be_done(order.placed_at):
            parcel = replace(parcel, attempt_at=parcel.attempt_at or order.placed_at)
        return parcel, Shipment(
            reference=parcel.reference,
            external_order_id=order.external_id,
            units=parcel.units,
            carrier=parcel.carrier,
            tracking=parcel.tracking,
            shipped_at=parcel.shipped_at,
            completes=complete,
        )

    async def _note(self, work: Work, parcel: StoredParcel, result: WriteResult) -> None:
        now = work.clock.now()
        match result:
            case Accepted():
                await self._confirmed(work, parcel)
            case Pending(process_id):
                await change_parcel(
                    work,
                    self.scene.tenant,
                    parcel.parcel_id,
                    status=PARCEL.after(ParcelStatus.SENT, ParcelEvent.TAKEN).value,
                    process_id=process_id,
                )
                due = now + timedelta(seconds=self.scene.desk.pace.follow)
                post(work, self.scene.teller.address, FollowParcels(), due_at=due)
            case Refused(_, reason):
                await self._failed(work, parcel, reason)
            case Deferred():
                await self._ask_again(work, parcel)

    async def _confirmed(self, work: Work, parcel: StoredParcel) -> None:
        now = work.clock.now()
        await change_parcel(
            work,
            self.scene.tenant,
            parcel.parcel_id,
            status=PARCEL.after(ParcelStatus.SENT, ParcelEvent.CONFIRMED).value,
            confirmed_at=now,
            process_id=None,
            problem=None,
        )
        delays: dict[str, Any] = {"hub_delay_ms": max(0, round((now - parcel.stored_at).total_seconds() * 1000))}
        record_delays("tracking", self.scene.stored.platform.value, delays)
        self._tell(work, "tracking.confirmed", f"Parcel {parcel.reference} is known to the channel", parcel, **delays)

    async def _failed(self, work: Work, parcel: StoredParcel, told: str) -> None:
        reason = await said_of(work.connection, self.scene.desk, self.scene.tenant, parcel.order_id, told)
        await change_parcel(
            work,
            self.scene.tenant,
            parcel.parcel_id,
            status=PARCEL.after(ParcelStatus.SENT, ParcelEvent.REFUSED).value,
            problem=reason,
            process_id=None,
        )
        self._tell(work, "tracking.failed", f"The channel refuses parcel {parcel.reference}: {reason}", parcel, "error")

    async def _ask_again(self, work: Work, parcel: StoredParcel) -> None:
        """The outcome is unknown: let the next turn look the shipment up before it tries again."""
        await change_parcel(work, self.scene.tenant, parcel.parcel_id, process_id=None)
        due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.follow)
        post(work, self.scene.teller.address, ConfirmParcel(parcel.parcel_id), due_at=due)

    async def _follow(self, turn: Turn) -> None:
        async with self.scene.desk.database.read() as connection:
            pending = await parcels_in_process(connection, *self.scene.key)
        if not pending:
            return
        answers = await ends_of(self.scene.channel, pending, self._second_opinion)
        turn.write(lambda work: self._note_ends(work, pending, answers))

    async def _second_opinion(self, parcel: StoredParcel) -> dict[str, WriteResult]:
        """A refusal may only mean that an earlier try of ours was taken; the channel's own list decides."""
        _, shipment = await self._load(parcel.parcel_id)
        known = await self.scene.channel.find_shipment(shipment) if shipment is not None else None
        return {parcel.process_id or "": known} if isinstance(known, Accepted) else {}

    async def _note_ends(self, work: Work, pending: Sequence[StoredParcel], answers: dict[str, WriteResult]) -> None:
        for parcel in pending:
            unknown = Deferred(self.scene.desk.pace.follow, "outcome unknown")
            await self._note(work, parcel, answers.get(parcel.process_id or "", unknown))

    def _tell(
        self, work: Work, kind: str, message: str, parcel: StoredParcel, level: str = "info", **detail: Any
    ) -> None:
        self.scene.tell(
            work,
            kind,
            message,
            level=level,
            subject_type="order",
            subject_id=parcel.order_id,
            parcel=parcel.parcel_id,
            tracking=parcel.tracking,
            carrier=parcel.carrier,
            **detail,
        )


def _to_be_told(parcel: StoredParcel) -> bool:
    return PARCEL.allows(parcel.status, ParcelEvent.BEGIN) and parcel.process_id is None
