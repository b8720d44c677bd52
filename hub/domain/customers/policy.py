"""What a channel wants done with its customers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountryAccount:
    """Orders that go to ``country`` (ISO 3166-1 alpha-2) are booked on this account of Exact."""

    country: str
    account_id: str


@dataclass(frozen=True, slots=True)
class CustomerPolicy:
    """How the account of an order is found; as it begins, everything goes on the channel's fixed account.

    ``countries`` are collective accounts by ship-to country, before the fixed one. ``individual`` gives businesses
    (whoever orders with a VAT number or a chamber-of-commerce number) accounts of their own, ``companies`` also those
    that only give a company's name. ``create`` lets the hub make an account in Exact for a business that has none.
    ``address_on_collective`` and ``address_on_individual`` say on which accounts' orders the delivery address is
    written in Exact; consumers' addresses gather under a collective account, so it is off there unless wanted.
    """

    countries: tuple[CountryAccount, ...] = ()
    individual: bool = False
    companies: bool = False
    create: bool = False
    address_on_collective: bool = False
    address_on_individual: bool = True

    @property
    def needs_buyer(self) -> bool:
        """Whether the buyer of an order must be looked at."""
        return self.individual or self.address_on_collective or bool(self.countries)
