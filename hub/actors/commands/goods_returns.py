"""Commands on goods that come back: entered, received, inspected, booked, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from hub.actors.commands.channels import find_channel
from hub.actors.commands.deciding import decided, record_of_order
from hub.actors.commands.orders import find_order
from hub.actors.commands.refusal import CommandRefused
from hub.actors.desk import channel_address, erp_address
from hub.actors.erp.aftersales.ledger import read_ledger
from hub.actors.messages_after_sale import AnswerReturn, BookRefund, BookReturn
from hub.actors.returning import matched_lines
from hub.actors.runtime import mailbox
from hub.domain.amounts.refunding import share_of
from hub.domain.goods_return import ReturnAnswer, ReturnedItem
from hub.domain.invoicing import BookingPolicy
from hub.domain.life.goods_return import GOODS_RETURN, ReturnState
from hub.domain.life.refund import REFUND, RefundState
from hub.domain.order import Refund, RefundedLine
from hub.domain.platform import PROFILES
from hub.domain.tenant import Principal
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
)
from hub.store.orders import StoredOrder
from hub.store.refunds import OF_RETURN, RefundOrigin, change_refund, save_refunds

Inspected = Mapping[int, tuple[int, int]]
"""Good offers and those written off, by the place of a line; what is left of a line is not taken back."""


async def enter_return(
    work: Work, who: Principal, now: datetime, order_id: str, items: Sequence[tuple[str, int]]
) -> str:
    """Enter goods that come back, by line and number of offers; returns the return's id."""
    order = await find_order(work, who, order_id)
    others = await returns_of(work.connection, who.tenant_id, order_id)
    _must_be_sold(order, others, items)
    external_id = f"hand-{uuid4().hex[:12]}"
    told = [ReturnedItem(str(place), count, line_id=line) for place, (line, count) in enumerate(items)]
    stored = StoredReturn(
        tenant_id=who.tenant_id,
        return_id=return_id(who.tenant_id, order.channel_id, external_id, order_id),
        order_id=order_id,
        channel_id=order.channel_id,
        external_id=external_id,
        by_hand=True,
        registered_at=now,
        status=GOODS_RETURN.start,
        cause=None,
        problem=None,
        reference=None,
        attempt_at=None,
        parts=None,
        planned_return_id=None,
        return_number=None,
        stored_at=now,
        lines=matched_lines(order, others, told),
    )
    await insert_return(work, stored)
    record_of_order(work, who, now, order, "return.entered", f"Goods of order {order.number} come back",
                    goods_return=stored.return_id, before=None, after=_return_state(stored))  # fmt: skip
    return stored.return_id


def _must_be_sold(order: StoredOrder, others: Sequence[StoredReturn], items: Sequence[tuple[str, int]]) -> None:
    left = {line.line_id: line.quantity - line.cancelled for line in order.lines}
    for one in others:
        for line in one.lines if one.status is not ReturnState.REFUSED else ():
            left[line.line_id or ""] = left.get(line.line_id or "", 0) - line.quantity
    if not items:
        raise CommandRefused("NOTHING_RETURNED", "Say what comes back.", ("items",))
    for line_id, count in items:
        if line_id not in {line.line_id for line in order.lines}:
            raise CommandRefused("LINE_UNKNOWN", f"The order has no line {line_id}.", ("items",))
        left[line_id] -= count
        if count < 1 or left[line_id] < 0:
            raise CommandRefused("TOO_MANY", f"Line {line_id} has fewer left that can come back.", ("items",))


async def receive_return(work: Work, who: Principal, now: datetime, key: str) -> None:
    """Note that returned goods are here."""
    goods, order = await _return(work, who, key)
    received = decided(GOODS_RETURN, goods.status, "receive", "returnId")
    await change_return(work, who.tenant_id, key, received)
    record_of_order(work, who, now, order, "return.received", f"Returned goods of order {order.number} are here",
                    goods_return=key, before=_return_state(goods), after={"status": received.value})  # fmt: skip


async def inspect_return(
    work: Work, who: Principal, now: datetime, key: str, found: Inspected, answer: ReturnAnswer | None
) -> None:
    """Say what of returned goods is good and what is written off; the channel is told, the rest is not taken back.

    A line that is not named is good. Good offers go back into stock in Exact alone, by its planned return.
    """
    goods, order = await _return(work, who, key)
    channel = await find_channel(work, who, order.channel_id)
    lines = [_inspected(line, found) for line in goods.lines]
    taken = any(good or written for _, good, written in lines)
    state = decided(GOODS_RETURN, goods.status, "inspect" if taken else "refuse", "returnId")
    tells = PROFILES[channel.platform].tells_returns and not goods.by_hand
    for line, good, written in lines:
        own = answer or (ReturnAnswer.RECEIVED if good or written else ReturnAnswer.CONDITIONS_NOT_MET)
        told = {"answer": own.value, "answer_status": "todo"} if tells else {}
        await change_return_line(work, who.tenant_id, key, line.place, good=good, written_off=written, **told)
    if tells:
        mailbox.post(work, channel_address(who.tenant_id, order.channel_id), AnswerReturn(key))
    written_off = taken and not any(good for _, good, _ in lines)
    if written_off:
        state = GOODS_RETURN.after(state, "write off")
    owed = await _credit_written_off(
        work, who, order, goods, lines, tells_refunds=PROFILES[channel.platform].tells_refunds
    )
    if written_off and not owed:
        state = GOODS_RETURN.after(state, "close")
    await change_return(work, who.tenant_id, key, state)
    if state is ReturnState.INSPECTED and channel.settings.invoicing.returning is BookingPolicy.BOOK:
        _book(work, who, order, key)
    counts = {str(line.place): [good, written] for line, good, written in lines}
    record_of_order(work, who, now, order, "return.inspected", f"Returned goods of order {order.number} were inspected",
                    goods_return=key, good_and_written_off=counts, before=_return_state(goods),
                    after={"status": state.value})  # fmt: skip


def _inspected(line: StoredReturnLine, found: Inspected) -> tuple[StoredReturnLine, int, int]:
    good, written = found.get(line.place, (line.quantity, 0))
    if good < 0 or written < 0 or good + written > line.quantity:
        raise CommandRefused("TOO_MANY", f"Of line {line.place} came {line.quantity}.", ("lines",))
    return line, good, written


async def _credit_written_off(
    work: Work,
    who: Principal,
    order: StoredOrder,
    goods: StoredReturn,
    lines: Sequence[tuple[StoredReturnLine, int, int]],
    *,
    tells_refunds: bool,
) -> bool:
    """Make the refund of goods that no return in Exact credits, where the channel tells none itself."""
    ledger = None if tells_refunds else await read_ledger(work.connection, who.tenant_id, order.order_id, None)
    if ledger is None:
        return False
    others = [one for one in ledger.returns if one.return_id != goods.return_id]
    owed: list[RefundedLine] = []
    for line, good, written in lines:
        place = ledger.place_of(line.line_id)
        if place is None or line.line_id is None or not written:
            continue
        sold = ledger.sold[place]
        before = good + sum(
            (each.good or 0) + (each.written_off or 0)
            for one in others
            for each in one.lines
            if each.line_id == line.line_id
        )
        if before + written <= sold.units:
            amount, _ = share_of(sold.asked, None, sold.units, before, written)
            owed.append(RefundedLine(line.line_id, written, amount))
    if not owed:
        return False
    told = Refund(f"{OF_RETURN}{goods.return_id}", work.clock.now(), tuple(owed), reason="written off")
    key = (order.order_id, order.currency)
    for one in await save_refunds(work, who.tenant_id, order.channel_id, key, [told], RefundOrigin.RETURN):
        if ledger.settings.invoicing.refunding is BookingPolicy.BOOK and order.division is not None:
            ready = REFUND.after(RefundState.WAITING, "book by policy")
            await change_refund(work, who.tenant_id, one, ready)
            mailbox.post(work, erp_address(who.tenant_id, order.division), BookRefund(one))
    return True


async def book_return(work: Work, who: Principal, now: datetime, key: str) -> None:
    """Plan the return of inspected goods in Exact, which credits them and takes them into stock."""
    goods, order = await _return(work, who, key)
    state = goods.status
    if state is not ReturnState.INSPECTED:
        state = decided(GOODS_RETURN, state, "retry", "returnId")
    if order.sales_order_id is None or order.division is None:
        raise CommandRefused("NOT_FORWARDED", "The order does not stand in Exact.", ("returnId",))
    await change_return(work, who.tenant_id, key, state, cause=None, problem=None)
    _book(work, who, order, key)
    record_of_order(work, who, now, order, "return.asked", f"The return of order {order.number} is to be booked",
                    goods_return=key, before=_return_state(goods), after={"status": state.value})  # fmt: skip


async def close_return(work: Work, who: Principal, now: datetime, key: str) -> None:
    """End a return whose goods and money were settled by hand."""
    goods, order = await _return(work, who, key)
    closed = decided(GOODS_RETURN, goods.status, "close", "returnId")
    await change_return(work, who.tenant_id, key, closed)
    record_of_order(work, who, now, order, "return.closed", f"The return of order {order.number} was settled by hand",
                    goods_return=key, before=_return_state(goods), after={"status": closed.value})  # fmt: skip


def _book(work: Work, who: Principal, order: StoredOrder, key: str) -> None:
    if order.division is not None:
        mailbox.post(work, erp_address(who.tenant_id, order.division), BookReturn(key))


async def _return(work: Work, who: Principal, key: str) -> tuple[StoredReturn, StoredOrder]:
    found = await load_return(work.connection, who.tenant_id, key)
    if found is None:
        raise CommandRefused("NOT_FOUND", "There is no such return.", ("returnId",))
    return found, await find_order(work, who, found.order_id)


def _return_state(goods: StoredReturn) -> dict[str, Any]:
    return {
        "status": goods.status.value,
        "lines": [[line.line_id, line.quantity, line.good, line.written_off] for line in goods.lines],
    }
