"""The certificate of an order: how its sales order followed from it, amount by amount, with every reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hub.domain.amounts.booked import EntryKind
from hub.domain.certifying import Entry as Entry
from hub.domain.certifying import entry_of
from hub.domain.customers.debtor import Debtor
from hub.domain.forwarding import Case, Drafted
from hub.domain.money import total
from hub.domain.order import Payment
from hub.domain.tax import Reason, Regime, VatAnswer
from hub.domain.tax.evidence import VatStatus
from hub.domain.tax.vat_number import read_vat_number


@dataclass(frozen=True, slots=True)
class RateSum:
    """What was booked at one rate under one regime."""

    regime: Regime | None
    taxed_in: str | None
    rate: Decimal
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the VAT register said of the buyer's number, the number with its middle hidden; ``at`` in ISO, UTC."""

    number: str
    status: VatStatus
    at: str
    consultation: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """How a sales order followed from an order; it holds no personal data. Amounts in ``currency``.

    ``books_currency`` is the division's own where that is another: nothing was converted. ``payments`` are gift cards
    and the like, which paid a part of the total.
    """

    customer_id: str
    your_ref: str
    day: date
    currency: str
    ships_from: str | None
    ships_to: str | None
    entries: tuple[Entry, ...]
    total: Decimal
    channel_total: Decimal
    evidence: Evidence | None = None
    customer_reason: Reason | None = None
    payments: tuple[Payment, ...] = ()
    books_currency: str | None = None

    @property
    def equal(self) -> bool:
        """Whether lines, charges and the channel's total agree to the cent."""
        return total(entry.gross for entry in self.entries) == self.total == self.channel_total

    def sum_of(self, kind: EntryKind) -> Decimal:
        """Return what entries of a kind come to, VAT included."""
        return total(entry.gross for entry in self.entries if entry.kind is kind)

    @property
    def sums(self) -> tuple[RateSum, ...]:
        """What was booked, per regime, place and rate."""
        groups: dict[tuple[Regime | None, str | None, Decimal], list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault((entry.regime, entry.taxed_in, entry.rate), []).append(entry)
        return tuple(
            RateSum(*key, total(one.net for one in group), total(one.vat for one in group))
            for key, group in groups.items()
        )

    @property
    def distance_sale(self) -> Decimal | None:
        """What counts towards the threshold of distance sales, without VAT; None where nothing does, or nothing can."""
        if self.books_currency is not None:
            return None
        counted = [entry.net for entry in self.entries if entry.regime is not None and entry.regime.distance]
        return total(counted) if counted else None


def certify(case: Case, drafted: Drafted) -> Certificate:
    """Return the certificate of a draft."""
    draft, facts = drafted.draft, case.facts
    answer = facts.buyer.answer if facts is not None else None
    foreign = draft.currency != case.books.currency
    return Certificate(
        customer_id=draft.customer_id,
        your_ref=draft.your_ref,
        day=case.books.day_of(case.order),
        currency=draft.currency,
        ships_from=facts.ships_from if facts is not None else None,
        ships_to=facts.ships_to if facts is not None else None,
        entries=tuple(entry_of(one, case.books) for one in drafted.booked),
        total=draft.total,
        channel_total=drafted.owed,
        evidence=None if answer is None else _evidence(answer),
        customer_reason=_whose(drafted.debtor),
        payments=tuple(replace(one, description="") for one in drafted.order.payments),
        books_currency=case.books.currency if foreign else None,
    )


def _whose(debtor: Debtor) -> Reason:
    by = debtor.matched_by
    source = "the channel's settings" if by.collective else "a person" if by.by_hand else "Exact"
    return Reason(by.value.replace("_", " "), by.says, source)


def _evidence(answer: VatAnswer) -> Evidence:
    number = read_vat_number(answer.number).masked
    return Evidence(number, answer.status, answer.at.isoformat(), answer.consultation, answer.reason)
