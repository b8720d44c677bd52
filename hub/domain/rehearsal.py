"""Forwarding thought through without sending anything: what an order would become, and what a change would change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from hub.domain.certificate import Certificate, certify
from hub.domain.forwarding import Case, Hold, draft_case
from hub.domain.order import HoldCause
from hub.domain.sales_order import SalesOrderDraft


class Difference(StrEnum):
    """In what way an order would be forwarded otherwise."""

    NOW_HELD = "now_held"
    NOW_FORWARDED = "now_forwarded"
    OTHER_CAUSE = "other_cause"
    CUSTOMER = "customer"
    VAT_CODE = "vat_code"
    TOTAL = "total"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What forwarding would make of an order: a draft with its certificate, or a hold."""

    draft: SalesOrderDraft | None = None
    certificate: Certificate | None = None
    cause: HoldCause | None = None
    message: str | None = None

    @property
    def customer_id(self) -> str | None:
        return None if self.draft is None else self.draft.customer_id

    @property
    def total(self) -> Decimal | None:
        return None if self.draft is None else self.draft.total

    @property
    def vat_codes(self) -> tuple[str, ...]:
        """The VAT codes of lines and charges, in their order."""
        if self.draft is None:
            return ()
        return (*(line.vat_code for line in self.draft.lines), *(one.vat_code for one in self.draft.charges))


def outcome_of(case: Case) -> Outcome:
    """Return what forwarding would make of a case; nothing is sent or written."""
    try:
        drafted = draft_case(case)
    except Hold as hold:
        return held(hold)
    return Outcome(drafted.draft, certify(case, drafted))


def held(hold: Hold) -> Outcome:
    """Return the outcome of an order that must wait."""
    return Outcome(cause=hold.cause, message=hold.message)


def differences(before: Outcome, after: Outcome) -> tuple[Difference, ...]:
    """Return in what ways two outcomes of one order differ; none where what is posted stays the same to the byte."""
    if before.draft is None or after.draft is None:
        return _held_otherwise(before, after)
    named: tuple[tuple[Difference, Callable[[Outcome], object]], ...] = (
        (Difference.CUSTOMER, lambda one: one.customer_id),
        (Difference.VAT_CODE, lambda one: one.vat_codes),
        (Difference.TOTAL, lambda one: one.total),
    )
    found = tuple(difference for difference, of in named if of(before) != of(after))
    if not found and before.draft != after.draft:
        return (Difference.OTHER,)
    return found


def _held_otherwise(before: Outcome, after: Outcome) -> tuple[Difference, ...]:
    if before.draft is not None:
        return (Difference.NOW_HELD,)
    if after.draft is not None:
        return (Difference.NOW_FORWARDED,)
    return () if before.cause is after.cause else (Difference.OTHER_CAUSE,)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An order that would be forwarded otherwise; ``placed_at`` in UTC."""

    order_id: str
    number: str
    placed_at: datetime
    before: Outcome
    after: Outcome
    differences: tuple[Difference, ...]
