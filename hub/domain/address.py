"""Where goods go and who bought them: personal data, kept in one place only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as the channel gave it; ``country`` is ISO 3166-1 alpha-2.

    ``street`` holds the whole line where the channel has no separate house number. ``pickup_point`` names a point
    where the buyer collects the goods: empty where it is one and the channel does not say which.
    """

    name: str
    street: str
    postcode: str
    city: str
    country: str
    house_number: str | None = None
    house_number_extension: str | None = None
    company: str | None = None
    pickup_point: str | None = None

    @property
    def first_line(self) -> str:
        parts = (self.street, self.house_number, self.house_number_extension)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ConfirmedAddress:
    """What a person read in, or put right of, an address; it stands beside what the channel gave, which is kept."""

    street: str
    house_number: str | None = None
    extension: str | None = None
    box: str | None = None
    pickup_point: str | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """The person or company behind an order: personal data, stored sealed, never logged.

    A marketplace's scrambled ``email`` is never an identity; ``customer_ref`` is: the channel's own lasting id of the
    buyer, where it has one. ``bill_to`` is set where the channel tells it apart. ``confirmed`` is what a person said
    of ``ship_to``.
    """

    ship_to: PostalAddress
    email: str | None = None
    phone: str | None = None
    vat_number: str | None = None
    chamber_of_commerce: str | None = None
    customer_ref: str | None = None
    bill_to: PostalAddress | None = None
    confirmed: ConfirmedAddress | None = None
