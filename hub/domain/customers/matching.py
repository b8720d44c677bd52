"""Which account an order belongs to; several that may be meant are asked about, never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from hub.domain.customers.business import Business
from hub.domain.customers.debtor import Debtor, MatchedBy
from hub.domain.customers.policy import CustomerPolicy
from hub.domain.order import HoldCause
from hub.domain.product import Customer
from hub.domain.to_forward import Hold


def collective_debtor(policy: CustomerPolicy, fixed: str | None, country: str | None) -> Debtor:
    """Return the account for the ship-to country (ISO), else the fixed one; raises Hold where none fits."""
    wanted = (country or "").upper()
    for rule in policy.countries:
        if rule.country == wanted:
            return Debtor(rule.account_id, MatchedBy.COUNTRY)
    if fixed is not None:
        return Debtor(fixed, MatchedBy.FIXED)
    place = f" for orders to {wanted}" if wanted and policy.countries else ""
    raise Hold(HoldCause.NO_CUSTOMER, f"The channel has no customer account{place}; choose one in its settings.")


def match_account(business: Business, accounts: Sequence[Customer], linked: str | None) -> Debtor | None:
    """Return the account of a business: by VAT number, by chamber-of-commerce number, by a person's word; else None.

    ``accounts`` are those that carry one of its numbers. Raises Hold where several may be meant, where the one that
    is meant cannot be booked on, or where its numbers contradict each other.
    """
    for by, found in (
        (MatchedBy.VAT_NUMBER, [one for one in accounts if _same_vat(one, business)]),
        (MatchedBy.CHAMBER_OF_COMMERCE, [one for one in accounts if _same_chamber(one, business)]),
    ):
        usable = [one for one in found if one.is_customer]
        sure = len(usable) == 1 and not _contradicts(usable[0], business)
        if sure:
            return Debtor(usable[0].account_id, by)
        if found:
            return _linked(linked) or _asked(found, usable)
    return _linked(linked)


def _same_vat(one: Customer, business: Business) -> bool:
    return business.vat_number is not None and one.vat_number == business.vat_number


def _same_chamber(one: Customer, business: Business) -> bool:
    same = business.chamber_of_commerce is not None and one.chamber_of_commerce == business.chamber_of_commerce
    return same and one.country in (None, business.country)


def _contradicts(one: Customer, business: Business) -> bool:
    both = one.vat_number is not None and business.vat_number is not None
    return both and one.vat_number != business.vat_number


def _linked(account_id: str | None) -> Debtor | None:
    return None if account_id is None else Debtor(account_id, MatchedBy.CONFIRMED_LINK)


def _asked(found: Sequence[Customer], usable: Sequence[Customer]) -> Debtor:
    candidates = [{"account": one.account_id, "code": one.code, "state": _state(one)} for one in found]
    if len(usable) > 1:
        message = f"{len(usable)} accounts carry the buyer's number; choose one for the order."
        raise Hold(HoldCause.CUSTOMER_AMBIGUOUS, message, candidates=candidates)
    if usable:
        message = "The account with the buyer's chamber-of-commerce number has another VAT number; choose one."
        raise Hold(HoldCause.CUSTOMER_AMBIGUOUS, message, candidates=candidates)
    message = "The account with the buyer's number is blocked or no customer; put it right in Exact, or choose another."
    raise Hold(HoldCause.CUSTOMER_UNUSABLE, message, candidates=candidates)


def _state(one: Customer) -> str:
    return "blocked" if one.blocked else "customer" if one.is_customer else "no customer"
