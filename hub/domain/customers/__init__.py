"""Whom an order is booked on: the account chosen by rule, by number, by a person, or made anew."""

from hub.domain.customers.business import AccountDraft, Business, account_draft, business_of, cannot_make
from hub.domain.customers.debtor import Debtor, MatchedBy
from hub.domain.customers.delivery_address import AddressDraft, delivery_address
from hub.domain.customers.matching import collective_debtor, match_account
from hub.domain.customers.policy import CountryAccount, CustomerPolicy

__all__ = [
    "AccountDraft",
    "AddressDraft",
    "Business",
    "CountryAccount",
    "CustomerPolicy",
    "Debtor",
    "MatchedBy",
    "account_draft",
    "business_of",
    "cannot_make",
    "collective_debtor",
    "delivery_address",
    "match_account",
]
