"""Taking a turn: handle the messages, then commit everything that follows from them at once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import anyio
import anyio.lowlevel
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.util.types import AttributeValue

from hub.actors.runtime.bugs import Bugs
from hub.actors.runtime.bulkhead import caught, leaves, spoken
from hub.actors.runtime.codec import Unreadable
from hub.actors.runtime.crash import condemn, name_of, take_fall
from hub.actors.runtime.facts import Listener, TurnEnded
from hub.actors.runtime.illness import Illness
from hub.actors.runtime.instance import Instance
from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Fenced, Settlement, Status
from hub.actors.runtime.mailbox.posting import LAST
from hub.actors.runtime.mailbox.reading import Mail
from hub.actors.runtime.message import Envelope, unpack
from hub.actors.runtime.owned import Lane
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster
from hub.actors.runtime.trace import origins
from hub.actors.runtime.turn import Actor, Turn, run_steps
from hub.actors.runtime.verdict import Verdict
from hub.metrics import SCOPE
from hub.spans import Current
from hub.store.engine import Database, StoreUnavailable, Work

log = logging.getLogger(__name__)
_tracer = trace.get_tracer(SCOPE)


@dataclass(slots=True)
class Turner:
    """Runs turns and settles how they ended."""

    database: Database
    roster: Roster
    policy: Policy
    random: Random
    listener: Listener
    illness: Illness
    bugs: Bugs

    async def run(self, lane: Lane, mails: Sequence[Mail], instance: Instance, actor: Actor, *, more: bool) -> None:
        """Take one turn of a lane; it ends cancelled, fenced, settled or crashed, and the lane goes on."""
        self.roster.act_for(lane.owned)
        try:
            with lane.running or anyio.CancelScope():
                await anyio.lowlevel.checkpoint_if_cancelled()
                await self._supervised(lane, mails, actor, instance, more=more)
        finally:
            self.roster.ended(lane, more=more)

    async def _supervised(
        self, lane: Lane, mails: Sequence[Mail], actor: Actor, instance: Instance, *, more: bool
    ) -> None:
        error = await caught(partial(self._traced, lane, mails, actor, more=more))
        if error is not None:
            instance.retire()
            if lane.owned.instance is instance:
                lane.owned.instance = None
            await self.failed(lane, mails, error)

    async def failed(self, lane: Lane, mails: Sequence[Mail], error: Exception) -> None:
        """Deal with what was raised where no outcome was: a lost epoch, a store that is gone, or a bug."""
        found = leaves(error)
        if any(isinstance(one, Fenced) for one in found):
            self.roster.lose(lane.owned)
        elif gone := [one for one in found if isinstance(one, StoreUnavailable)]:
            self._store_gone(lane, unknown=any(one.unknown for one in gone))
        else:
            await self._crashed(lane, mails, error)

    async def _traced(self, lane: Lane, mails: Sequence[Mail], actor: Actor, *, more: bool) -> None:
        context, links = origins(mail.traceparent for mail in mails)
        attributes: dict[str, AttributeValue] = {
            "hub.tenant": lane.owned.key[0],
            "hub.actor.address": lane.owned.key[1],
            "hub.lane": lane.name,
            "hub.messages": len(mails),
        }
        started = _tracer.start_span("turn", context, kind=SpanKind.CONSUMER, attributes=attributes, links=links)
        with Current(started) as span:
            try:
                await self._turn(lane, mails, actor, span, more=more)
            except BaseException as error:
                span.set_status(StatusCode.ERROR, name_of(error))
                raise

    async def _turn(self, lane: Lane, mails: Sequence[Mail], actor: Actor, span: Span, *, more: bool) -> None:
        clock, began = self.roster.clock, self.roster.clock.monotonic()
        age = (clock.now() - min(mail.posted_at for mail in mails)).total_seconds()
        envelopes, unreadable = open_all(lane, mails)
        turn = self._new_turn(lane, envelopes)
        outcome = await spoken(actor, turn) if envelopes else None
        verdict = Verdict.on(lane, clock.now(), self.policy, self.random)
        for mail, error in unreadable:
            verdict.park(mail, "unreadable", str(error))
        readable = {envelope.seq for envelope in envelopes}
        verdict.judge([mail for mail in mails if mail.seq in readable], turn.settled, outcome)
        steps, state = turn.gathered(complete=outcome is None)
        word = type(outcome).__name__.lower() if outcome else "done"
        span.set_attribute("hub.outcome", word)
        took = clock.monotonic() - began
        verdict.facts.append(TurnEnded(lane.owned.address, lane.name, word, len(mails), took, age))
        patient = not (steps or outcome or more or lane.rang)
        await self.settle(verdict, state, lambda work: run_steps(steps, work), patient=patient)

    def _new_turn(self, lane: Lane, envelopes: list[Envelope]) -> Turn:
        async def commit(work: Callable[[Work], Awaitable[Any]]) -> Any:
            mark = Settlement(lane.owned.key, lane.owned.epoch, lane.name)
            return await self._guarded(mark, work)

        owned = lane.owned
        return Turn(owned.address, lane.name, envelopes, state=lane.state, epoch=owned.epoch, commit=commit)

    async def settle(
        self, verdict: Verdict, state: bytes, steps: Callable[[Work], Awaitable[Any]], *, patient: bool = False
    ) -> None:
        """Commit how a turn ended together with its effects, while we still own the actor.

        What nobody waits for is ``patient``: its commit may wait a little for others. A crash that was still to be
        written goes with it, and stays to be written where it surely was not.
        """
        fall = take_fall(verdict)
        verdict.remember(state)

        async def work(work: Work) -> None:
            await steps(work)
            for fact in verdict.facts:
                await self.listener(work, fact)

        try:
            await self._guarded(verdict.settlement, work, patient=patient)
        except BaseException as error:
            verdict.lane.fall = None if may_be_kept(error) else fall
            raise
        self._remember(verdict, state)

    async def write_fall(self, lane: Lane) -> None:
        """Write down the crash of a lane that is given back, and when it goes on; without a store it stays as it is."""
        verdict = Verdict.on(lane, self.roster.clock.now(), self.policy, self.random)
        verdict.wait_until, verdict.attempts = lane.rests_until, lane.attempts
        try:
            await self.settle(verdict, lane.state, nothing)
        except Fenced:
            self.roster.lose(lane.owned)
        except StoreUnavailable as gone:
            log.warning("cannot write the crash of %s: %s", lane.owned.address, gone)

    def _remember(self, verdict: Verdict, state: bytes) -> None:
        lane, settlement = verdict.lane, verdict.settlement
        lane.state, lane.wait_until, lane.attempts = state, verdict.wait_until, verdict.attempts
        if verdict.again_at is not None:
            self.roster.at(lane, verdict.again_at)
        if verdict.wait_until is not None or any(retry.due_at <= verdict.now for retry in settlement.retried):
            lane.rang = True
        if settlement.status is not Status.ACTIVE:
            self.roster.part_with(lane.owned)

    async def _guarded(
        self, settlement: Settlement, work: Callable[[Work], Awaitable[Any]], *, patient: bool = False
    ) -> Any:
        """Write under our epoch, or raise ``Fenced``."""

        async def guarded(unit: Work) -> Any:
            result = await work(unit)
            unit.defer(flush_mail, settlement, order=LAST)
            return result

        return await self.database.write(guarded, patient=patient)

    async def _crashed(self, lane: Lane, mails: Sequence[Mail], error: Exception) -> None:
        """Record a bug and let the actor start anew, or keep it out; too many kept out mean that we are ill."""
        told = error if self.bugs.is_news(error, self.roster.clock.monotonic()) else None
        log.error("%s crashed: %s", lane.owned.address, name_of(error), exc_info=told)
        verdict = Verdict.on(lane, self.roster.clock.now(), self.policy, self.random)
        fall = condemn(verdict, mails, error)
        if fall is not None:
            lane.fell(fall)
            return
        try:
            await self.settle(verdict, lane.state, nothing, patient=True)
        except Fenced:
            self.roster.lose(lane.owned)
        except StoreUnavailable as gone:
            self._store_gone(lane, unknown=gone.unknown)
        else:
            if verdict.settlement.status is Status.QUARANTINED:
                self.illness.note(lane.owned.key[0])

    def _store_gone(self, lane: Lane, *, unknown: bool) -> None:
        """Wait a little before the next attempt, or give the actor back where a commit may yet be kept.

        Such a commit holds the actor's row, so that giving back and claiming anew wait for its end. What is merely
        read meanwhile may be as it was before, and the turn would be repeated.
        """
        if unknown:
            self.roster.part_with(lane.owned)
        else:
            lane.wait_until = self.roster.clock.now() + timedelta(seconds=self.policy.store_pause)
            lane.rang = True


def may_be_kept(error: BaseException) -> bool:
    """Say whether a commit may have been kept though this was raised instead of its answer."""
    return (isinstance(error, StoreUnavailable) and error.unknown) or isinstance(error, anyio.get_cancelled_exc_class())


async def nothing(work: Work) -> None:
    """Write nothing more."""


def open_all(lane: Lane, mails: Sequence[Mail]) -> tuple[list[Envelope], list[tuple[Mail, Unreadable]]]:
    """Return the messages that can be read, and those that cannot with the reason."""
    envelopes, unreadable = [], []
    for mail in mails:
        try:
            envelopes.append(envelope(lane, mail))
        except Unreadable as error:
            unreadable.append((mail, error))
    return envelopes, unreadable


def envelope(lane: Lane, mail: Mail) -> Envelope:
    return Envelope(
        address=lane.owned.address,
        seq=mail.seq,
        lane=mail.lane,
        kind=mail.kind,
        body=unpack(mail.kind, mail.version, mail.body),
        revision=mail.revision,
        attempts=mail.attempts,
        crashes=mail.crashes,
        posted_at=mail.posted_at,
        due_at=mail.due_at,
        traceparent=mail.traceparent,
    )
