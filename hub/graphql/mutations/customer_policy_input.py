"""A channel's policy for its customers, as a person gives it."""

from __future__ import annotations

import strawberry

from hub.actors.commands import CommandRefused
from hub.domain.customers import CountryAccount, CustomerPolicy

MOST_COUNTRIES = 200


@strawberry.input(description="The collective account for orders that go to a country.")
class CountryAccountInput:
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    account_id: str = strawberry.field(description="Exact's id of the account.")


@strawberry.input(description="How the account of an order is found; given as a whole, what is left out is as usual.")
class CustomerPolicyInput:
    countries: list[CountryAccountInput] = strawberry.field(
        default_factory=list, description="These go before customerId."
    )
    individual: bool = strawberry.field(
        default=False, description="Give buyers with a VAT or chamber-of-commerce number accounts of their own."
    )
    companies: bool = strawberry.field(default=False, description="Also those that only give a company's name.")
    create: bool = strawberry.field(default=False, description="Make an account in Exact for a business without one.")
    address_on_collective: bool = strawberry.field(
        default=False, description="Write the delivery address under the shared account in Exact."
    )
    address_on_individual: bool = strawberry.field(
        default=True, description="Write the delivery address under the buyer's own account in Exact."
    )

    def read(self) -> CustomerPolicy:
        """Return the policy; refuses what none can hold."""
        if len(self.countries) > MOST_COUNTRIES:
            field = ("settings", "customers", "countries")
            raise CommandRefused("TOO_MANY", f"Give at most {MOST_COUNTRIES}.", field)
        return CustomerPolicy(
            countries=tuple(CountryAccount(one.country.strip().upper(), one.account_id) for one in self.countries),
            individual=self.individual,
            companies=self.companies,
            create=self.create,
            address_on_collective=self.address_on_collective,
            address_on_individual=self.address_on_individual,
        )
