"""Returns of inspected goods, planned in Exact once, followed until their goods are in stock and credited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.actors.erp.aftersales.ledger import OrderLedger, load_ledger
from hub.actors.erp.aftersales.return_ends import Case, ReturnEnds
from hub.actors.erp.landing import Landing
from hub.actors.erp.scene import Scene
from hub.actors.refusals import discreetly
from hub.actors.runtime.turn import Turn
from hub.domain.amounts.refunding import share_of
from hub.domain.goods_return import PlannedReturn, ReturnDraft
from hub.domain.invoicing import SalesDocument
from hub.domain.life.goods_return import ReturnCause, ReturnState
from hub.domain.returning import Unplannable, plan, units_to_credit
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.goods_returns import (
    StoredReturn,
    StoredReturnLine,
    begin_return,
    change_return,
    load_return,
    returns_in,
    take_back_return,
)

BOOKABLE = (ReturnState.INSPECTED, ReturnState.BOOKING)
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Bookable:
    """Offers of one line of a return that Exact is to take and credit; ``amount`` in the channel's money."""

    place: int
    sales_order_line_id: str
    units: int
    stock_units: Decimal
    amount: Decimal


class Returns:
    """Plans returns in Exact; stock rises there alone, when somebody processes them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ends = ReturnEnds(scene)
        self.landing = Landing(scene.desk)

    async def book(self, turn: Turn, return_id: str) -> None:
        """Plan one return."""
        async with self.scene.desk.database.read() as connection:
            goods = await load_return(connection, self.scene.tenant, return_id)
        if goods is None or goods.status not in BOOKABLE:
            return
        ledger = await load_ledger(self.scene, goods.order_id)
        if ledger is None:
            return
        case = Case(goods, ledger)
        async with discreetly(self.scene.desk, self.scene.tenant, goods.order_id):
            if goods.status is ReturnState.BOOKING and await self._found(turn, case):
                return
            try:
                await self._post(turn, case)
            except Unplannable as problem:
                self._hold(turn, case, problem)
            except Rejected as refusal:
                self._hold(turn, case, Unplannable(ReturnCause.REFUSED_BY_ERP, refusal.reason))

    async def _found(self, turn: Turn, case: Case) -> bool:
        """Say whether an earlier try reached Exact; raises Throttled while it still may."""
        found = await self.scene.erp.find_return(case.goods.reference or "")
        if found is None:
            self.landing.wait_for(turn, case.goods.return_id, case.goods.attempt_at)
            return False
        turn.write(lambda work: self.ends.booked(work, case, found))
        return True

    async def _post(self, turn: Turn, case: Case) -> None:
        bookable = list(self._bookable(case))
        if not bookable:
            raise Unplannable(
                ReturnCause.CREDITED_ALREADY,
                "The money was credited with a refund, and a return would credit it again: "
                "book the goods into stock in Exact by hand.",
            )
        wanted: dict[str, Decimal] = {}
        for one in bookable:
            wanted[one.sales_order_line_id] = wanted.get(one.sales_order_line_id, Decimal(0)) + one.stock_units
        delivered = await self.scene.erp.delivered_lines(list(wanted))
        warehouse, lines = plan(wanted, delivered, _taken(case))
        certificate = case.ledger.certificate
        if certificate is None:
            raise Unplannable(ReturnCause.NOT_FORWARDED, "How the order was booked is not known.")
        draft = ReturnDraft(
            reference=f"RET-{case.goods.return_id[:12]}",
            customer_id=certificate.customer_id,
            warehouse_id=warehouse,
            returned_at=self.scene.desk.clock.now(),
            lines=lines,
        )
        if await self._begin(turn, case, draft, bookable):
            await self._send(turn, case, draft)

    def _bookable(self, case: Case) -> Sequence[Bookable]:
        return [one for line in case.goods.lines if (one := self._bookable_of(case, line)) is not None]

    def _bookable_of(self, case: Case, line: StoredReturnLine) -> Bookable | None:
        if not line.good:
            return None
        place = case.ledger.place_of(line.line_id)
        order_line = next((one for one in case.ledger.order.lines if one.line_id == line.line_id), None)
        if place is None or order_line is None or order_line.sales_order_line_id is None or line.line_id is None:
            raise Unplannable(ReturnCause.UNKNOWN_LINE, "The order was booked without one of the returned articles.")
        before = case.before(line.line_id)
        good_before = sum(one.good or 0 for one in before)
        units = units_to_credit(line.good, good_before, case.ledger.refunded_units(line.line_id))
        if not units:
            return None
        sold = case.ledger.sold[place]
        credited = sum(one.credited_units or 0 for one in before)
        if credited + units > sold.units:
            raise Unplannable(
                ReturnCause.NOT_DELIVERED, f"{units} of {sold.entry.name} came back, {sold.units} were sold."
            )
        amount, _ = share_of(sold.asked, None, sold.units, credited, units)
        if case.ledger.past(but=case.goods.return_id).at(place) + amount > sold.asked:
            raise Unplannable(ReturnCause.CREDITED_ALREADY, f"{sold.entry.name} has less left than {amount:.2f}.")
        stock = Decimal(units * order_line.units_per_offer)
        return Bookable(line.place, order_line.sales_order_line_id, units, stock, amount)

    async def _begin(self, turn: Turn, case: Case, draft: ReturnDraft, bookable: Sequence[Bookable]) -> bool:
        credited = {one.place: (one.units, one.amount) for one in bookable}
        parts: dict[str, Decimal] = {}
        for line in draft.lines:
            parts[line.delivery_line_id] = parts.get(line.delivery_line_id, Decimal(0)) + line.quantity
        return await turn.checkpoint(
            lambda work: begin_return(
                work,
                case.goods,
                division=self.scene.division,
                reference=draft.reference,
                parts=parts,
                credited=credited,
            )
        )

    async def _send(self, turn: Turn, case: Case, draft: ReturnDraft) -> None:
        try:
            await self.scene.erp.plan_return(draft)
        except Rejected as refusal:
            raise Unplannable(ReturnCause.REFUSED_BY_ERP, refusal.reason) from refusal
        except (Throttled, Unavailable) as wait:
            await self._note_outcome(turn, case, wait)
            raise
        found = await self._read_back(turn, case, draft.reference)
        turn.write(lambda work: self.ends.booked(work, case, found))

    async def _read_back(self, turn: Turn, case: Case, reference: str) -> PlannedReturn:
        """Read what was posted; one that Exact does not show yet is for a later look-up, not for a person."""
        reason = "it is not there yet"
        try:
            found = await self.scene.erp.find_return(reference)
        except (Throttled, Unavailable, Rejected) as stop:
            found, reason = None, stop.reason
        if found is not None:
            return found
        lost = Unavailable(f"the return just planned cannot be read back: {reason}", unknown=True)
        await self._note_outcome(turn, case, lost)
        raise lost

    async def _note_outcome(self, turn: Turn, case: Case, wait: Throttled | Unavailable) -> None:
        """Only a return that was never tried before can be said not to have been sent at all."""
        goods = case.goods
        if isinstance(wait, Unavailable) and wait.unknown:
            now = self.scene.desk.clock.now()
            await turn.checkpoint(
                lambda work: change_return(
                    work, self.scene.tenant, goods.return_id, ReturnState.BOOKING, attempt_at=now
                )
            )
        elif goods.status is ReturnState.INSPECTED:
            await turn.checkpoint(lambda work: take_back_return(work, goods, ReturnState.INSPECTED, reference=None))

    def _hold(self, turn: Turn, case: Case, problem: Unplannable) -> None:
        turn.write(lambda work: self.ends.held(work, case, problem))

    async def follow(self, turn: Turn) -> None:
        """Ask how planned returns stand, and look for the credit notes of those that were processed."""
        async with self.scene.desk.database.read() as connection:
            states = (ReturnState.BOOKED, ReturnState.RESTOCKED)
            waiting = await returns_in(connection, *self.scene.key, states, AT_ONCE)
        booked = {one.planned_return_id: one for one in waiting if one.planned_return_id is not None}
        if not booked:
            return
        answers = {one.return_id: one for one in await self.scene.erp.planned_returns(list(booked))}
        done = [booked[key] for key, answer in answers.items() if answer.processed]
        if not done:
            return
        ledgers = {one.return_id: await load_ledger(self.scene, one.order_id) for one in done}
        orders = {ledger.sales_order_id for ledger in ledgers.values() if ledger is not None}
        found = await self.scene.erp.documents_of(sorted(orders))
        for one in done:
            self._end(turn, one, ledgers[one.return_id], found)

    def _end(self, turn: Turn, goods: StoredReturn, ledger: OrderLedger | None, found: Sequence[SalesDocument]) -> None:
        if ledger is None:
            return
        own = [each for each in found if ledger.sales_order_id in dict(each.sales_orders)]
        turn.write(lambda work: self.ends.ended(work, goods, ledger, own))


def _taken(case: Case) -> Mapping[str, Decimal]:
    """Return the stock units of delivery lines that went back before."""
    taken: dict[str, Decimal] = {}
    for one in case.ledger.returns:
        if one.return_id != case.goods.return_id:
            for line, units in (one.parts or {}).items():
                taken[line] = taken.get(line, Decimal(0)) + units
    return taken
