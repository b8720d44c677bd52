"""Where goods go and who bought them: personal data, kept in one place only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as the channel gave it; ``country`` is ISO 3166-1 alpha-2.

    ``street`` holds the whole line where the channel has no separate house number.
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
class Buyer:
    """The person or company behind an order: personal data, stored sealed, never logged.

    A marketplace's scrambled ``email`` is never an identity.
    """

    ship_to: PostalAddress
    email: str | None = None
    phone: str | None = None
    vat_number: str | None = None
    chamber_of_commerce: str | None = None
