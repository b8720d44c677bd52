"""The order lane of a division: one channel order becomes one sales order, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from hub.actors.each import begin_each
from hub.actors.erp.aligning import Aligning
from hub.actors.erp.cases import Cases, Gathering, StoredCase
from hub.actors.erp.comparing import difference, expected_lines, match_lines
from hub.actors.erp.debtors import Debtors
from hub.actors.erp.ends import Ends
from hub.actors.erp.landing import Landing
from hub.actors.erp.looking_up import LookingUp
from hub.actors.erp.posting import Posting
from hub.actors.erp.reading_back import ReadingBack
from hub.actors.erp.scene import Scene
from hub.actors.erp.standing import Standing, Standings
from hub.actors.messages import ApplyCancellation, ApplyEdit, ForwardOrder, ReadDeliveriesOf, SeekEvidence
from hub.actors.messages_after_sale import InvoiceOrder
from hub.actors.refusals import discreetly
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.domain.certificate import Certificate, certify
from hub.domain.forwarding import Drafted, Hold, draft_case, your_ref
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.sales_order import SalesOrder
from hub.outcome import Throttled, Unavailable


class OrderLane:
    """Forwards orders, each exactly once: intent, look-up after an unknown outcome, post, read back, compare."""

    batch = 25
    """As many as one call reads back."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ends = Ends(scene)
        self.landing = Landing(scene.desk)
        self.cases = Cases(scene)
        self.debtors = Debtors(scene)
        self.aligning = Aligning(scene, self.cases, self.debtors)
        self.standings = Standings(scene)
        self.gathering = Gathering(self.cases, ())
        self.looking = LookingUp(scene)
        self.back = ReadingBack(scene)
        self.posting = Posting(scene, self.cases, self.debtors, self.landing, self.back)

    async def handle(self, turn: Turn) -> None:
        """Forward the orders named, side by side; one that is held or must wait blocks no other.

        What was posted is read back together in the end; until then its outcome counts as unknown.
        """
        forwards = [one for one in turn.messages if isinstance(one.body, ForwardOrder)]
        self.gathering = Gathering(self.cases, [one.body.order_id for one in forwards])
        await begin_each(turn, turn.messages, self._handle)
        await self._end(turn, [one for one in forwards if one.body.order_id in self.back.posted])

    async def _handle(self, turn: Turn, envelope: Envelope) -> None:
        match envelope.body:
            case ForwardOrder(order_id):
                async with discreetly(self.scene.desk, self.scene.tenant, order_id):
                    await self._forward(turn, await self.gathering.case(order_id))
                if order_id in self.back.posted:
                    return
                self.landing.over(turn, order_id)
            case SeekEvidence(order_id):
                async with discreetly(self.scene.desk, self.scene.tenant, order_id):
                    await self._seek(turn, order_id)
            case ApplyCancellation(cancellation_id):
                await self.aligning.cancellation(turn, cancellation_id, envelope.posted_at)
            case ApplyEdit(order_id):
                async with discreetly(self.scene.desk, self.scene.tenant, order_id):
                    await self.aligning.edit(turn, order_id, envelope.posted_at)
            case other:
                raise TypeError(f"the order lane knows no {type(other).__name__}")
        turn.done(envelope)

    async def _end(self, turn: Turn, posted: Sequence[Envelope]) -> None:
        """Store together how all that was posted stands in Exact; what could not be read is looked up later."""
        await self.back.read()
        standings: dict[int, Standing] = {}
        await begin_each(turn, posted, partial(self._read, standings))
        if standings:
            turn.write(lambda work: self.standings.store(work, [*standings.values()]))
        for envelope in posted:
            if envelope.seq in standings:
                self._go_on(turn, self.back.posted[envelope.body.order_id].one)
                self.landing.over(turn, envelope.body.order_id)
                turn.done(envelope)

    async def _read(self, standings: dict[int, Standing], turn: Turn, envelope: Envelope) -> None:
        posted = self.back.posted[envelope.body.order_id]
        one = posted.one
        try:
            async with discreetly(self.scene.desk, self.scene.tenant, one.stored.order_id):
                found = self.back.of(posted)
        except (Throttled, Unavailable):
            self.landing.lost(turn, one.stored.order_id, posted.began)
            raise
        standings[envelope.seq] = _standing(one, found, difference(posted.draft, found), posted.reads)

    async def _forward(self, turn: Turn, one: StoredCase | None) -> None:
        if one is None:
            return
        settings = one.case.settings
        goes_here = settings.forwarding and settings.division == self.scene.division
        if self._is_begun(one):
            await self._resume(turn, one)
        elif one.stored.status is OrderStatus.READY and goes_here:
            await self.posting.post_new(turn, one)

    def _is_begun(self, one: StoredCase) -> bool:
        """Say whether an order may stand in Exact already, by an earlier attempt or by hand."""
        order, settings = one.stored, one.case.settings
        match order.status:
            case OrderStatus.SENDING:
                return order.division == self.scene.division
            case OrderStatus.READY if settings.forwarding and settings.division == self.scene.division:
                return order.your_ref is not None or settings.may_be_done(order.placed_at)
            case _:
                return False

    async def _seek(self, turn: Turn, order_id: str) -> None:
        """Ask the VAT register once more; the order goes on by itself when it answers, else it is asked later."""
        one = await self.cases.load(order_id)
        if one is None or not one.held_for_evidence:
            return
        asked = await self.cases.with_evidence(turn, one)
        if asked.waits:
            turn.post(turn.address, SeekEvidence(order_id), due_at=self.ends.next_question())
        else:
            division = asked.case.settings.division
            turn.write(lambda work: self.ends.evidence_came(work, asked.stored, division or self.scene.division))

    async def _resume(self, turn: Turn, one: StoredCase) -> None:
        """An earlier attempt began and its outcome is not stored: look it up, never guess."""
        order = one.stored
        reference = self._reference(one)
        found, looked = None, self.scene.desk.clock.now()
        if reference is not None:
            others = [self._reference(each) for each in self.gathering.loaded if self._is_begun(each)]
            found, looked = await self.looking.find(reference, [each for each in others if each is not None])
        if found is not None:
            booked = replace(one, case=await self.debtors.as_booked(one))
            self._found(turn, await self.cases.with_evidence(turn, booked), found)
            return
        self.landing.wait_for(turn, order.order_id, order.attempt_at, looked=looked)
        if order.off:
            turn.write(lambda work: self.ends.cancelled(work, order))
        else:
            await self.posting.post(turn, one)

    def _reference(self, one: StoredCase) -> str | None:
        """Return what the order is looked up by, None where Exact could not have taken it."""
        try:
            return one.stored.your_ref or your_ref(one.case.settings, one.stored.external_id)
        except Hold:
            return None

    def _found(self, turn: Turn, one: StoredCase, found: SalesOrder) -> None:
        """The order stands in Exact: goods may have left before the hub knew, and passed as somebody else's.

        The certificate of an order whose forwarding the hub forgot is made anew.
        """
        problem: Hold | None
        drafted: Drafted | None = None
        try:
            drafted = draft_case(one.case)
            problem = difference(drafted.draft, found)
        except Hold as hold:
            problem = None if hold.cause is HoldCause.EVIDENCE_PENDING else hold
        unwritten = problem is None and one.stored.fingerprint is None
        certificate = certify(one.case, drafted) if unwritten and drafted is not None else None
        standing = _standing(one, found, problem, None, certificate)
        turn.write(lambda work: self.standings.store(work, [standing]))
        self._go_on(turn, one)
        turn.post(turn.address, ReadDeliveriesOf(one.stored.order_id))

    def _go_on(self, turn: Turn, one: StoredCase) -> None:
        if one.case.settings.invoicing.books:
            turn.post(turn.address, InvoiceOrder(one.stored.order_id))


def _standing(
    one: StoredCase, found: SalesOrder, problem: Hold | None, reads: int | None, certificate: Certificate | None = None
) -> Standing:
    lines = match_lines(expected_lines(one.stored, one.case.books), found.lines)
    return Standing(one.stored, found, lines, problem, reads, certificate)
