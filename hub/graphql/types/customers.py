"""Whom orders are booked on: a channel's policy, and the account of an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import strawberry
from sqlalchemy import Row

from hub.domain.customers import CustomerPolicy as Policy
from hub.domain.customers import MatchedBy


@strawberry.type(description="The collective account for orders that go to a country.")
class CountryAccount:
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    account_id: str = strawberry.field(description="Exact's id of the account.")


@strawberry.type(description="How the account of an order is found, where that is not the channel's fixed one.")
class CustomerPolicy:
    countries: list[CountryAccount] = strawberry.field(description="These go before customerId.")
    individual: bool = strawberry.field(
        description="Whether buyers with a VAT or chamber-of-commerce number have accounts of their own."
    )
    companies: bool = strawberry.field(description="Whether buyers that only give a company's name have, too.")
    create: bool = strawberry.field(description="Whether the hub makes an account in Exact for a business without one.")
    address_on_collective: bool = strawberry.field(
        description="Whether the delivery address is written under the shared account in Exact."
    )
    address_on_individual: bool = strawberry.field(
        description="Whether the delivery address is written under the buyer's own account in Exact."
    )

    @classmethod
    def of(cls, one: Policy) -> Self:
        return cls(
            countries=[CountryAccount(country=each.country, account_id=each.account_id) for each in one.countries],
            individual=one.individual,
            companies=one.companies,
            create=one.create,
            address_on_collective=one.address_on_collective,
            address_on_individual=one.address_on_individual,
        )


@strawberry.type(description="The account that an order is or was to be booked on.")
class OrderCustomer:
    account_id: str = strawberry.field(description="Exact's id of the account.")
    division: int | None
    matched_by: MatchedBy = strawberry.field(description="How it was found.")
    reason: str = strawberry.field(description="The same as a sentence.")
    delivery_address_id: str | None = strawberry.field(description="Exact's id of the delivery address of the order.")
    decided_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self | None:
        """Return the account of a row; None while none was found."""
        if row.account_id is None or row.matched_by is None:
            return None
        by = MatchedBy(row.matched_by)
        return cls(
            account_id=row.account_id,
            division=row.division,
            matched_by=by,
            reason=by.says,
            delivery_address_id=row.address_id,
            decided_at=row.decided_at,
        )
