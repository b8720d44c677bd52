"""The certificate of an order."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Self

import strawberry

from hub.domain import certificate as domain
from hub.domain.amounts.booked import EntryKind
from hub.domain.tax import Reason, Regime, VatStatus
from hub.graphql.types.amounts import OrderPayment


@strawberry.type(description="One step of a decision: the rule, the facts it found, and where they come from.")
class TaxReason:
    rule: str
    says: str
    source: str


def _reason(step: Reason) -> TaxReason:
    return TaxReason(rule=step.rule, says=step.says, source=step.source)


@strawberry.type(description="One amount that was booked: a line, or a part of a charge.")
class CertificateEntry:
    name: str
    line_id: str | None = strawberry.field(description="The channel's id of the line; null for a charge.")
    regime: Regime | None = strawberry.field(description="Null where the channel's own rate was mapped as it is.")
    taxed_in: str | None
    rate: Decimal = strawberry.field(description="A fraction: 0.21 is 21 %.")
    code: str = strawberry.field(description="The VAT code of the division.")
    quantity: Decimal | None = strawberry.field(description="Stock units.")
    unit_price: Decimal | None = strawberry.field(description="As posted, in the sense of the VAT code's type.")
    net: Decimal
    vat: Decimal
    gross: Decimal
    rounding: Decimal = strawberry.field(description="What the unit price leaves of the amount.")
    reasons: list[TaxReason]
    kind: EntryKind
    discount: Decimal = strawberry.field(description="What was taken off the line, VAT included.")
    paid_by_platform: Decimal = strawberry.field(description="What the marketplace pays of it: within the amounts.")

    @classmethod
    def of(cls, one: domain.Entry) -> Self:
        return cls(
            name=one.name,
            line_id=one.line_id,
            regime=one.regime,
            taxed_in=one.taxed_in,
            rate=one.rate,
            code=one.code,
            quantity=one.quantity,
            unit_price=one.unit_price,
            net=one.net,
            vat=one.vat,
            gross=one.gross,
            rounding=one.rounding,
            reasons=[_reason(step) for step in one.reasons],
            kind=one.kind,
            discount=one.discount,
            paid_by_platform=one.paid_by_platform,
        )


@strawberry.type(description="What was booked at one rate under one regime.")
class RateSum:
    regime: Regime | None
    taxed_in: str | None
    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal

    @classmethod
    def of(cls, one: domain.RateSum) -> Self:
        return cls(regime=one.regime, taxed_in=one.taxed_in, rate=one.rate, net=one.net, vat=one.vat, gross=one.gross)


@strawberry.type(description="What the VAT register said of the buyer's number.")
class TaxEvidence:
    number: str = strawberry.field(description="With its middle hidden.")
    status: VatStatus
    at: datetime
    consultation: str | None = strawberry.field(description="The register's proof that it was asked.")
    reason: str | None

    @classmethod
    def of(cls, one: domain.Evidence) -> Self:
        return cls(
            number=one.number,
            status=one.status,
            at=datetime.fromisoformat(one.at),
            consultation=one.consultation,
            reason=one.reason,
        )


@strawberry.type(description="How a sales order followed from an order, amount by amount.")
class Certificate:
    customer_id: str = strawberry.field(description="Exact's id of the account that was booked on.")
    customer_reason: TaxReason | None = strawberry.field(description="Why it was booked on this account.")
    your_ref: str
    day: date = strawberry.field(description="The day of the order in the books.")
    currency: str
    ships_from: str | None
    ships_to: str | None
    entries: list[CertificateEntry]
    sums: list[RateSum]
    total: Decimal = strawberry.field(description="What was booked, VAT included.")
    channel_total: Decimal = strawberry.field(description="What the channel says is owed for the same goods.")
    equal: bool = strawberry.field(description="Whether entries, total and the channel's total agree to the cent.")
    evidence: TaxEvidence | None
    rounding: Decimal = strawberry.field(description="What roundings were booked, VAT included.")
    discount: Decimal = strawberry.field(description="What discounts on the order were booked, VAT included; negative.")
    payments: list[OrderPayment]
    books_currency: str | None = strawberry.field(
        description="The division's own currency where the order's is another: nothing was converted."
    )

    @classmethod
    def of(cls, one: domain.Certificate) -> Self:
        return cls(
            customer_id=one.customer_id,
            customer_reason=None if one.customer_reason is None else _reason(one.customer_reason),
            your_ref=one.your_ref,
            day=one.day,
            currency=one.currency,
            ships_from=one.ships_from,
            ships_to=one.ships_to,
            entries=[CertificateEntry.of(entry) for entry in one.entries],
            sums=[RateSum.of(group) for group in one.sums],
            total=one.total,
            channel_total=one.channel_total,
            equal=one.equal,
            evidence=None if one.evidence is None else TaxEvidence.of(one.evidence),
            rounding=one.sum_of(EntryKind.ROUNDING),
            discount=one.sum_of(EntryKind.DISCOUNT),
            payments=[OrderPayment.of(payment) for payment in one.payments],
            books_currency=one.books_currency,
        )
