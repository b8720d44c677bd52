"""What the forwarding of an order follows from, gathered: order, settings, books, and what VAT needs to know."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.erp.scene import Scene
from hub.actors.runtime.turn import Turn
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books, Case
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.tax import VatAnswer
from hub.domain.tax.profile import TaxProfile
from hub.domain.tax.vat_number import VatNumber, read_vat_number
from hub.domain.tax_facts import facts_of
from hub.domain.taxing import TaxFacts, needs_evidence
from hub.store.buyers import load_buyer
from hub.store.catalogue import items_of, vat_codes_of
from hub.store.channels import load_channel
from hub.store.divisions import load_division
from hub.store.engine import Work
from hub.store.orders import StoredOrder, load_order
from hub.store.tax_profiles import distance_sales, load_profile
from hub.store.vat_numbers import LONGEST_KEPT, believed_answer, forget_answers, save_answer


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A stored order with its case; ``requester`` is the tenant's own VAT number."""

    stored: StoredOrder
    case: Case
    requester: VatNumber | None = None

    @property
    def held_for_evidence(self) -> bool:
        """Whether the order is held for the VAT register, and for nothing else."""
        return self.stored.status is OrderStatus.HELD and self.stored.hold_cause is HoldCause.EVIDENCE_PENDING

    @property
    def waits(self) -> bool:
        """Whether the VAT register must say something first."""
        return self.case.facts is not None and needs_evidence(self.case.order, self.case.books, self.case.facts)


class Cases:
    """Gathers cases, and asks the VAT register where one waits for it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def load(self, order_id: str) -> StoredCase | None:
        """Return the case of an order, None where the order, its channel or the division is gone."""
        async with self.scene.desk.database.read() as connection:
            stored = await load_order(connection, self.scene.tenant, order_id)
            if stored is None:
                return None
            channel = await load_channel(connection, self.scene.tenant, stored.channel_id)
            division = await load_division(connection, *self.scene.key)
            if channel is None or division is None:
                return None
            items = await items_of(connection, *self.scene.key, stored.booked_products)
            books = Books(items, await vat_codes_of(connection, *self.scene.key), division.currency)
            profile = await load_profile(connection, self.scene.tenant)
            if profile is None:
                return StoredCase(stored, Case(stored.to_forward(), channel.settings, books))
            facts = await self._facts(connection, stored, channel.settings, books, profile, division.country)
        return StoredCase(stored, Case(stored.to_forward(), channel.settings, books, facts), profile.requester)

    async def _facts(
        self,
        connection: AsyncConnection,
        stored: StoredOrder,
        settings: ChannelSettings,
        books: Books,
        profile: TaxProfile,
        country: str | None,
    ) -> TaxFacts:
        tenant = self.scene.tenant
        sold = await distance_sales(connection, tenant, stored.order_id, stored.placed_at, books.zone)
        buyer = await load_buyer(connection, self.scene.desk.vault, tenant, stored.order_id)
        seller = profile.seller(stored.placed_at.astimezone(books.zone).year, sold)
        return facts_of(seller, settings.origin(country), buyer, stored.country)

    async def with_evidence(self, turn: Turn, one: StoredCase) -> StoredCase:
        """Return the case with the register's answer where it waits for one, asked about anew only when need be."""
        facts = one.case.facts
        if facts is None or facts.buyer.vat_number is None or not one.waits:
            return one
        number = read_vat_number(facts.buyer.vat_number, facts.ships_to)
        answer = await self._answer(turn, number, one.requester)
        known = replace(facts, buyer=replace(facts.buyer, answer=answer))
        return replace(one, case=replace(one.case, facts=known))

    async def _answer(self, turn: Turn, number: VatNumber, requester: VatNumber | None) -> VatAnswer:
        tenant, clock = self.scene.tenant, self.scene.desk.clock
        async with self.scene.desk.database.read() as connection:
            known = await believed_answer(connection, self.scene.desk.vault, tenant, str(number), clock.now())
        if known is not None:
            return known
        answer = await self.scene.register.check(number, requester)
        await turn.checkpoint(lambda work: self._keep(work, answer))
        return answer

    async def _keep(self, work: Work, answer: VatAnswer) -> None:
        await save_answer(work, self.scene.desk.vault, self.scene.tenant, answer)
        await forget_answers(work, self.scene.tenant, answer.at - LONGEST_KEPT)
