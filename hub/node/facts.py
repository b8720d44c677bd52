"""What the runtime tells of its actors becomes log lines, metrics, and the state of grants and channels."""

from __future__ import annotations

from datetime import timedelta

from hub.actors.messages import (
    CheckChannelHooks,
    CheckErpHooks,
    EraseBuyers,
    ReadCatalogue,
    ReadListings,
    SweepDeliveries,
    SweepOrders,
    SweepStock,
)
from hub.actors.runtime.address import Address
from hub.actors.runtime.facts import (
    ActorCrashed,
    ActorQuarantined,
    ActorSuspended,
    Fact,
    LaneThrottled,
    MessageParked,
    TurnEnded,
)
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import kind_of
from hub.metrics import Attribute, Metric, counter, histogram
from hub.store.channels import change_channel
from hub.store.connections import mark_lost
from hub.store.divisions import load_division
from hub.store.engine import Work
from hub.store.events import SyncEvent, tell

CHORES = {
    kind_of(chore).name: chore
    for chore in (
        SweepOrders(),
        ReadListings(),
        CheckChannelHooks(),
        SweepStock(),
        SweepDeliveries(),
        ReadCatalogue(),
        CheckErpHooks(),
        EraseBuyers(),
    )
}
"""The chores that post their own next tick, by the name of their message."""

WORTH_TELLING = 30.0
"""Waits shorter than this many seconds are everyday life and only counted."""


class FactBook:
    """Listens to the runtime; writes in the transaction that made a fact true."""

    def __init__(self, tick_seconds: float) -> None:
        self._tick_seconds = tick_seconds
        self._turns = histogram(Metric.TURNS)
        self._restarts = counter(Metric.RESTARTS)
        self._parked = counter(Metric.PARKED)

    async def __call__(self, work: Work, fact: Fact) -> None:
        """Take notice of one fact."""
        match fact:
            case TurnEnded():
                work.after_commit(lambda: self._measure(fact))
            case MessageParked(address, _, parked_id, kind, code, reason):
                work.after_commit(lambda: self._parked.add(1, _labels(address)))
                _tell(work, address, "message.parked", f"{kind} waits for a person: {reason}", "error",
                      parked=parked_id, code=code)  # fmt: skip
                self._tick_again(work, address, kind)
            case ActorCrashed(address, lane, reason):
                work.after_commit(lambda: self._restarts.add(1, _labels(address)))
                _tell(work, address, "actor.crashed", f"Restarted after {reason}", "error", lane=lane or "")
            case ActorQuarantined(address, until, reason):
                _tell(work, address, "actor.quarantined", f"Out until {until:%H:%M:%S} UTC: {reason}", "error")
            case ActorSuspended(address, reason):
                await _suspended(work, address, reason)
            case LaneThrottled():
                _throttled(work, fact)

    def _tick_again(self, work: Work, address: Address, kind: str) -> None:
        """A chore that returns by itself must not stop because one of its turns was given up."""
        if kind in CHORES:
            due = work.clock.now() + timedelta(seconds=self._tick_seconds)
            post(work, address, CHORES[kind], due_at=due)

    def _measure(self, fact: TurnEnded) -> None:
        labels = _labels(fact.address) | {Attribute.LANE.value: fact.lane, Attribute.OUTCOME.value: fact.outcome}
        self._turns.record(fact.took, labels)


def _labels(address: Address) -> dict[str, str]:
    return {Attribute.ACTOR_KIND.value: address.kind}


def _throttled(work: Work, fact: LaneThrottled) -> None:
    wait = (fact.until - work.clock.now()).total_seconds()
    if wait >= WORTH_TELLING:
        _tell(work, fact.address, "lane.throttled", f"{fact.lane} waits {wait:.0f} s: {fact.reason}", "warning")


async def _suspended(work: Work, address: Address, reason: str) -> None:
    if address.kind == "channel":
        await change_channel(work, address.tenant, address.name, reason=reason)
        _tell(work, address, "channel.unauthorized", f"Enter the channel's credentials again: {reason}", "error")
        return
    division = await load_division(work.connection, address.tenant, int(address.name))
    if division is not None:
        await mark_lost(work, address.tenant, division.connection_id, reason, str(address))


def _tell(work: Work, address: Address, kind: str, message: str, level: str, **detail: str) -> None:
    event = SyncEvent(
        tenant_id=address.tenant,
        kind=kind,
        message=message,
        at=work.clock.now(),
        level=level,
        channel_id=address.name if address.kind in ("channel", "privacy") else None,
        division=int(address.name) if address.kind == "erp" else None,
        detail=detail,
        actor=str(address),
    )
    tell(work, event)
