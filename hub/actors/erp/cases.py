"""What the forwarding of an order follows from, gathered: order, settings, books, and what VAT needs to know."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from math import inf

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.erp.scene import Scene
from hub.actors.runtime.turn import Turn
from hub.domain.forwarding import Books, Case
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.tax import VatAnswer
from hub.domain.tax.profile import TaxProfile
from hub.domain.tax.vat_number import VatNumber, read_vat_number
from hub.domain.tax_facts import facts_of
from hub.domain.taxing import TaxFacts, needs_evidence
from hub.store.buyers import load_buyer
from hub.store.catalogue import items_of, vat_codes_of
from hub.store.channels import load_channels
from hub.store.customers import OrderCustomer, customers_of
from hub.store.divisions import load_division
from hub.store.engine import Work
from hub.store.orders import StoredOrder, load_orders
from hub.store.tax_profiles import distance_sales, load_profile
from hub.store.vat_numbers import LONGEST_KEPT, believed_answer, forget_answers, save_answer

FRESH = 0.5
"""Seconds for which a case that was read beside others stands for what is stored."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A stored order with its case, what is known of its account, and what its VAT follows from.

    ``profile`` is how the tenant pays VAT, None where that is not told; ``country`` is the division's.
    """

    stored: StoredOrder
    case: Case
    customer: OrderCustomer
    profile: TaxProfile | None
    country: str | None

    @property
    def held_for_evidence(self) -> bool:
        """Whether the order is held for the VAT register, and for nothing else."""
        return self.stored.status is OrderStatus.HELD and self.stored.hold_cause is HoldCause.EVIDENCE_PENDING

    @property
    def waits(self) -> bool:
        """Whether the VAT register must say something first."""
        return self.case.facts is not None and needs_evidence(self.case.order, self.case.books, self.case.facts)


class Gathering:
    """The cases of a turn's orders, read together and anew when half a second has passed, so that none is old."""

    def __init__(self, cases: Cases, order_ids: Iterable[str]) -> None:
        self._cases = cases
        self._left = set(order_ids)
        self._loaded: dict[str, StoredCase] = {}
        self._lock = anyio.Lock()
        self._stale_at = -inf

    @property
    def loaded(self) -> Collection[StoredCase]:
        """The cases that were read last, without what decides their VAT."""
        return self._loaded.values()

    async def case(self, order_id: str) -> StoredCase | None:
        """Return the case of an order, asked for once; None where the order, its channel or the division is gone."""
        clock = self._cases.scene.desk.clock
        async with self._lock:
            if clock.monotonic() > self._stale_at:
                self._stale_at = clock.monotonic() + FRESH
                self._loaded = await self._cases.load_all(self._left)
            self._left.discard(order_id)
            one = self._loaded.get(order_id)
        return None if one is None else await self._cases.with_facts(one)


class Cases:
    """Gathers cases, and asks the VAT register where one waits for it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def load(self, order_id: str) -> StoredCase | None:
        """Return the case of an order, None where the order, its channel or the division is gone."""
        one = (await self.load_all([order_id])).get(order_id)
        return None if one is None else await self.with_facts(one)

    async def load_all(self, order_ids: Collection[str]) -> dict[str, StoredCase]:
        """Return the cases of orders by id, for ``with_facts``; what belongs to no channel or division is absent."""
        if not order_ids:
            return {}
        return await self.scene.desk.database.look(partial(self._load_all, order_ids=order_ids))

    async def _load_all(self, connection: AsyncConnection, order_ids: Collection[str]) -> dict[str, StoredCase]:
        tenant = self.scene.tenant
        division = await load_division(connection, *self.scene.key)
        stored = [] if division is None else await load_orders(connection, tenant, order_ids)
        if division is None or not stored:
            return {}
        items = await items_of(connection, *self.scene.key, {one for each in stored for one in each.booked_products})
        books = Books(items, await vat_codes_of(connection, *self.scene.key), division.currency)
        channels = await load_channels(connection, tenant, {each.channel_id for each in stored})
        customers = await customers_of(connection, tenant, [each.order_id for each in stored])
        profile = await load_profile(connection, tenant)
        return {
            one.order_id: StoredCase(
                one,
                Case(one.to_forward(), channels[one.channel_id].settings, books),
                customers.get(one.order_id) or OrderCustomer(),
                profile,
                division.country,
            )
            for one in stored
            if one.channel_id in channels
        }

    async def with_facts(self, one: StoredCase) -> StoredCase:
        """Return the case with what decides its VAT as of now: every order that begins may move a threshold."""
        if one.profile is None:
            return one
        facts = await self.scene.desk.database.look(partial(self._facts, one=one, profile=one.profile))
        return replace(one, case=replace(one.case, facts=facts))

    async def _facts(self, connection: AsyncConnection, one: StoredCase, profile: TaxProfile) -> TaxFacts:
        tenant, stored, zone = self.scene.tenant, one.stored, one.case.books.zone
        sold = await distance_sales(connection, tenant, stored.order_id, stored.placed_at, zone)
        buyer = await load_buyer(connection, self.scene.desk.vault, tenant, stored.order_id)
        seller = profile.seller(stored.placed_at.astimezone(zone).year, sold)
        return facts_of(seller, one.case.settings.origin(one.country), buyer, stored.country)

    async def with_evidence(self, turn: Turn, one: StoredCase) -> StoredCase:
        """Return the case with the register's answer where it waits for one, asked about anew only when need be."""
        facts = one.case.facts
        if facts is None or facts.buyer.vat_number is None or not one.waits:
            return one
        number = read_vat_number(facts.buyer.vat_number, facts.ships_to)
        answer = await self._answer(turn, number, None if one.profile is None else one.profile.requester)
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
