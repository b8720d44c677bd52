"""The returns lane of a channel: what buyers send back is noted once, and the channel is answered once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.actors.channel.scene import Scene
from hub.actors.each import for_each
from hub.actors.messages_after_sale import AnswerReturn, FollowReturns, SweepReturns
from hub.actors.refusals import discreetly, said_of
from hub.actors.returning import matched_lines
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Accepted, Deferred, Pending, Refused, WriteResult
from hub.domain.goods_return import AnsweredItem, ChannelReturn
from hub.domain.life.goods_return import GOODS_RETURN
from hub.domain.platform import PROFILES
from hub.outcome import Throttled
from hub.store.engine import Work
from hub.store.goods_returns import (
    StoredReturn,
    StoredReturnLine,
    change_return,
    change_return_line,
    insert_return,
    load_return,
    return_id,
    returns_of,
    returns_to_follow,
)
from hub.store.orders import load_order, order_id

CURSOR = "returns_cursor"
TO_BE_TOLD = ("todo", "began")


class ReturnLane:
    """Lists returns, and tells the channel what became of the goods."""

    batch = 10

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Answer first, ask how earlier answers ended, then sweep if it is due."""
        answers = [one for one in turn.messages if isinstance(one.body, AnswerReturn)]
        await for_each(turn, answers, self._answer, at_once=1)
        if any(isinstance(one.body, FollowReturns) for one in turn.messages):
            await self._follow(turn)
        for envelope in turn.messages:
            if isinstance(envelope.body, SweepReturns):
                await self._sweep(turn, envelope.body)

    async def _sweep(self, turn: Turn, sweep: SweepReturns) -> None:
        if not PROFILES[self.scene.stored.platform].tells_returns:
            return
        page = await self.scene.channel.changed_returns(turn.state.get(CURSOR))
        turn.state[CURSOR] = page.cursor
        for found in page.rows:
            self._note(turn, found)
        if page.more:
            turn.post(turn.address, sweep)
        elif sweep.tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.return_sweep)
            turn.post(turn.address, sweep, due_at=due)

    def _note(self, turn: Turn, found: ChannelReturn) -> None:
        turn.write(lambda work: self._store(work, found))

    async def _store(self, work: Work, found: ChannelReturn) -> None:
        """Store a return of an order that the hub knows; one of an older order is the business of people."""
        order = await load_order(work.connection, self.scene.tenant, order_id(*self.scene.key, found.external_order_id))
        if order is None:
            return
        key = return_id(*self.scene.key, found.external_id, order.order_id)
        known = await load_return(work.connection, self.scene.tenant, key)
        handled = all(item.handled for item in found.items)
        if known is not None:
            await self._handled_elsewhere(work, known, handled=handled)
            return
        if handled:
            return
        others = await returns_of(work.connection, self.scene.tenant, order.order_id)
        stored = StoredReturn(
            tenant_id=self.scene.tenant,
            return_id=key,
            order_id=order.order_id,
            channel_id=self.scene.stored.channel_id,
            external_id=found.external_id,
            by_hand=False,
            registered_at=found.registered_at,
            status=GOODS_RETURN.start,
            cause=None,
            problem=None,
            reference=None,
            attempt_at=None,
            parts=None,
            planned_return_id=None,
            return_number=None,
            stored_at=work.clock.now(),
            lines=matched_lines(order, others, found.items),
        )
        if await insert_return(work, stored):
            self._tell(work, stored, "return.announced", f"Goods of order {order.number} come back")

    async def _handled_elsewhere(self, work: Work, known: StoredReturn, *, handled: bool) -> None:
        if handled and GOODS_RETURN.allows(known.status, "handled elsewhere"):
            closed = GOODS_RETURN.after(known.status, "handled elsewhere")
            words = "It was handled on the channel; nothing is booked of it here."
            await change_return(work, self.scene.tenant, known.return_id, closed, problem=words)
            self._tell(work, known, "return.closed", f"A return was handled on the channel: {known.external_id}")

    async def _answer(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, AnswerReturn)
        async with self.scene.desk.database.read() as connection:
            goods = await load_return(connection, self.scene.tenant, envelope.body.return_id)
        for line in goods.lines if goods is not None else ():
            if goods is not None and line.answer is not None and line.answer_status in TO_BE_TOLD:
                async with discreetly(self.scene.desk, self.scene.tenant, goods.order_id):
                    await self._answer_line(turn, goods, line)

    async def _answer_line(self, turn: Turn, goods: StoredReturn, line: StoredReturnLine) -> None:
        item = _item(goods, line)
        known = await self.scene.channel.find_answer(item) if line.answer_status == "began" else None
        result = known or await self._send(turn, goods, line, item)
        if isinstance(result, Deferred):
            raise Throttled(result.retry_after, result.reason)
        turn.write(lambda work: self._note_answer(work, goods, line, result))

    async def _send(self, turn: Turn, goods: StoredReturn, line: StoredReturnLine, item: AnsweredItem) -> WriteResult:
        key = (self.scene.tenant, goods.return_id, line.place)
        await turn.checkpoint(lambda work: change_return_line(work, *key, answer_status="began"))
        return await self.scene.channel.answer_return(item)

    async def _note_answer(self, work: Work, goods: StoredReturn, line: StoredReturnLine, result: WriteResult) -> None:
        values: dict[str, Any] = {"answer_process": None, "answer_problem": None}
        match result:
            case Accepted():
                values |= {"answer_status": "accepted"}
                self._tell(work, goods, "return.answered", f"The channel knows what became of {goods.external_id}")
            case Pending(process_id):
                values |= {"answer_status": "sent", "answer_process": process_id}
                due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.follow)
                post(work, self.scene.teller.address, FollowReturns(), due_at=due)
            case Refused(_, told):
                reason = await said_of(work.connection, self.scene.desk, self.scene.tenant, goods.order_id, told)
                values |= {"answer_status": "refused", "answer_problem": reason}
                self._tell(work, goods, "return.answer_refused", f"The channel takes no answer: {reason}", "warning")
            case Deferred():
                values |= {"answer_status": "began"}
                due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.follow)
                post(work, self.scene.teller.address, AnswerReturn(goods.return_id), due_at=due)
        await change_return_line(work, self.scene.tenant, goods.return_id, line.place, **values)

    async def _follow(self, turn: Turn) -> None:
        async with self.scene.desk.database.read() as connection:
            waiting = await returns_to_follow(connection, *self.scene.key)
        pending = [(one, line) for one in waiting for line in one.lines if line.answer_process is not None]
        if not pending:
            return
        ends = await self.scene.channel.follow([line.answer_process for _, line in pending if line.answer_process])
        unknown = Deferred(self.scene.desk.pace.follow, "outcome unknown")
        for goods, line in pending:
            result = ends.get(line.answer_process or "", unknown)
            if isinstance(result, Refused):
                result = await self._second_opinion(goods, line) or result
            self._write_answer(turn, goods, line, result)

    async def _second_opinion(self, goods: StoredReturn, line: StoredReturnLine) -> WriteResult | None:
        """A refusal may only mean that an earlier try of ours was taken."""
        known = await self.scene.channel.find_answer(_item(goods, line))
        return known if isinstance(known, Accepted) else None

    def _write_answer(self, turn: Turn, goods: StoredReturn, line: StoredReturnLine, result: WriteResult) -> None:
        turn.write(lambda work: self._note_answer(work, goods, line, result))

    def _tell(self, work: Work, goods: StoredReturn, kind: str, message: str, level: str = "info") -> None:
        self.scene.tell(
            work,
            kind,
            message,
            level=level,
            subject_type="order",
            subject_id=goods.order_id,
            goods_return=goods.return_id,
        )


def _item(goods: StoredReturn, line: StoredReturnLine) -> AnsweredItem:
    assert line.answer is not None
    taken = (line.good or 0) + (line.written_off or 0)
    return AnsweredItem(goods.external_id, line.external_id, line.answer, taken or line.quantity)
