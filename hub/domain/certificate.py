"""The certificate of an order: how its sales order followed from it, amount by amount, with every reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hub.domain.customers.debtor import Debtor
from hub.domain.forwarding import Case, Drafted
from hub.domain.money import total
from hub.domain.order import ChargeKind
from hub.domain.owed import expected_total
from hub.domain.sales_order import DraftCharge, DraftLine
from hub.domain.tax import Reason, Regime, Treatment, VatAnswer
from hub.domain.tax.amounts import Parts, parts_of
from hub.domain.tax.evidence import VatStatus
from hub.domain.tax.rates import percent
from hub.domain.tax.vat_number import read_vat_number


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount that was booked: a line or a part of a charge. ``regime`` is None where a rate was only mapped.

    ``charge`` is None for a line, and where it was not noted yet. ``rounding`` is what the unit price in six places
    leaves of the amount it stands for.
    """

    name: str
    regime: Regime | None
    taxed_in: str | None
    rate: Decimal
    code: str
    net: Decimal
    vat: Decimal
    reasons: tuple[Reason, ...]
    line_id: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    rounding: Decimal = Decimal(0)
    charge: ChargeKind | None = None

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


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
    """How a sales order followed from an order; it holds no personal data. Amounts in ``currency``."""

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

    @property
    def equal(self) -> bool:
        """Whether lines, charges and the channel's total agree to the cent."""
        return total(entry.gross for entry in self.entries) == self.total == self.channel_total

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
        """What counts towards the threshold of distance sales, without VAT; None where nothing does."""
        counted = [entry.net for entry in self.entries if entry.regime is not None and entry.regime.distance]
        return total(counted) if counted else None


def certify(case: Case, drafted: Drafted) -> Certificate:
    """Return the certificate of a draft."""
    draft, facts = drafted.draft, case.facts
    lines = [_line(line, case, drafted.treatments.get(line.order_line_id)) for line in draft.lines]
    charges = [_charge(one, treatment) for one, treatment in zip(draft.charges, drafted.charges, strict=True)]
    answer = facts.buyer.answer if facts is not None else None
    return Certificate(
        customer_id=draft.customer_id,
        your_ref=draft.your_ref,
        day=case.books.day_of(case.order),
        currency=draft.currency,
        ships_from=facts.ships_from if facts is not None else None,
        ships_to=facts.ships_to if facts is not None else None,
        entries=(*lines, *charges),
        total=draft.total,
        channel_total=expected_total(case.order, drafted.treatments),
        evidence=None if answer is None else _evidence(answer),
        customer_reason=None if case.debtor is None else _whose(case.debtor),
    )


def _whose(debtor: Debtor) -> Reason:
    by = debtor.matched_by
    source = "the channel's settings" if by.collective else "a person" if by.by_hand else "Exact"
    return Reason(by.value.replace("_", " "), by.says, source)


def _line(line: DraftLine, case: Case, treatment: Treatment | None) -> Entry:
    parts = _parts(line.gross, line.vat_rate, line.vat)
    included = case.books.vat_codes[line.vat_code].kind == "I"
    priced = parts.gross if included else parts.net
    return Entry(
        name=line.description,
        regime=None if treatment is None else treatment.regime,
        taxed_in=None if treatment is None else treatment.taxed_in,
        rate=line.vat_rate,
        code=line.vat_code,
        net=parts.net,
        vat=parts.vat,
        reasons=tuple(_reasons(treatment, line.vat_rate, line.vat_code, stated=line.vat is not None)),
        line_id=line.order_line_id,
        quantity=line.quantity,
        unit_price=line.net_price,
        rounding=priced - line.net_price * line.quantity,
    )


def _charge(charge: DraftCharge, treatment: Treatment | None) -> Entry:
    parts = _parts(charge.gross, charge.vat_rate, None)
    follows = Reason("charge", "A charge follows the goods that it belongs to.", "VAT directive, article 78(b)")
    return Entry(
        name=charge.description,
        regime=None if treatment is None else treatment.regime,
        taxed_in=None if treatment is None else treatment.taxed_in,
        rate=charge.vat_rate,
        code=charge.vat_code,
        net=parts.net,
        vat=parts.vat,
        reasons=(follows, *_reasons(treatment, charge.vat_rate, charge.vat_code, stated=False)),
        charge=_kind(charge),
    )


def _kind(charge: DraftCharge) -> ChargeKind:
    if charge.shipping:
        return ChargeKind.SHIPPING
    return ChargeKind.DISCOUNT if charge.gross < 0 else ChargeKind.FEE


def _parts(gross: Decimal, rate: Decimal, stated: Decimal | None) -> Parts:
    return parts_of(gross, rate, includes_vat=True) if stated is None else Parts(gross - stated, stated)


def _reasons(treatment: Treatment | None, rate: Decimal, code: str, *, stated: bool) -> Iterable[Reason]:
    if treatment is not None:
        yield from treatment.reasons
    else:
        source = "the channel" if stated else "the item's VAT code, or the goods' leading rate"
        yield Reason("rate as told", f"{percent(rate)}, and no VAT profile is set to decide otherwise.", source)
    yield Reason("VAT code", f"{percent(rate)} is booked with VAT code {code}.", "the channel's settings")


def _evidence(answer: VatAnswer) -> Evidence:
    number = read_vat_number(answer.number).masked
    return Evidence(number, answer.status, answer.at.isoformat(), answer.consultation, answer.reason)
