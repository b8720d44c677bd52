"""One order as a rehearsal knows it, and what settings would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.domain.channel import ChannelSettings
from hub.domain.customers.debtor import Debtor
from hub.domain.customers.matching import collective_debtor
from hub.domain.forwarding import Books, Case, Hold, OrderToForward
from hub.domain.order import HoldCause
from hub.domain.rehearsal import Outcome, held, outcome_of
from hub.domain.tax import VatAnswer
from hub.domain.tax.profile import TaxProfile
from hub.domain.tax_facts import facts_of
from hub.domain.taxing import TaxFacts, needs_evidence
from hub.store.rehearsing import DistanceSales, Kept
from hub.store.remapping import Remapped


@dataclass(frozen=True, slots=True)
class Known:
    """An order with what decides how it is taxed, whatever the settings are."""

    kept: Kept
    profile: TaxProfile | None
    sold: DistanceSales | None
    answer: VatAnswer | None

    def outcome(
        self, settings: ChannelSettings, ledger: tuple[Books, str | None] | None, order: OrderToForward
    ) -> Outcome:
        """Return what forwarding under these settings would make of the order."""
        if ledger is None:
            return held(Hold(HoldCause.NOT_CONFIGURED, "The channel has no division that is connected."))
        books, country = ledger
        try:
            debtor = self._debtor(settings)
        except Hold as hold:
            return held(hold)
        return outcome_of(Case(order, settings, books, self._facts(settings, books, country, order), debtor))

    def _debtor(self, settings: ChannelSettings) -> Debtor:
        """Return the account that was decided on in this division, else the one for the buyer's country.

        Nobody is asked: a business that Exact may have an account for is taken for a consumer until it has one.
        """
        booked = self.kept.customer.booked(settings.division)
        own = booked is not None and not booked.matched_by.collective
        if booked is not None and own and (settings.customers.individual or booked.matched_by.by_hand):
            return booked
        buyer = self.kept.buyer
        country = buyer.ship_to.country if buyer is not None else self.kept.stored.country
        found = collective_debtor(settings.customers, settings.customer_id, country)
        same = booked is not None and booked.account_id == found.account_id
        return replace(found, address_id=booked.address_id) if booked is not None and same else found

    def _facts(
        self, settings: ChannelSettings, books: Books, country: str | None, order: OrderToForward
    ) -> TaxFacts | None:
        if self.profile is None or self.sold is None:
            return None
        buyer, certificate, stored = self.kept.buyer, self.kept.certificate, self.kept.stored
        placed = stored.placed_at.astimezone(books.zone)
        known_country = certificate.ships_to if certificate is not None else None
        seller = self.profile.seller(placed.year, self.sold.before(stored.placed_at, books.zone))
        facts = facts_of(seller, settings.origin(country), buyer, known_country or stored.country)
        if facts.buyer.vat_number is None or not needs_evidence(order, books, facts):
            return facts
        return replace(facts, buyer=replace(facts.buyer, answer=self.answer))


def with_lines(order: OrderToForward, lines: Mapping[tuple[str, str], Remapped]) -> OrderToForward:
    """Return an order whose lines stand for other products or units."""
    changed = tuple(
        line if (found := lines.get((order.external_id, line.line_id))) is None
        else replace(line, product_id=found.product_id, units_per_offer=found.units_per_offer)
        for line in order.lines
    )  # fmt: skip
    return replace(order, lines=changed)
