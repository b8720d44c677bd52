"""The buyer of an order: personal data, opened only for those who act on it."""

from __future__ import annotations

from typing import Self

import strawberry

from hub.domain import address as domain


@strawberry.type(description="An address as the channel gave it.")
class PostalAddress:
    name: str
    company: str | None
    street: str
    house_number: str | None
    house_number_extension: str | None
    postcode: str
    city: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    pickup_point: str | None

    @classmethod
    def of(cls, one: domain.PostalAddress) -> Self:
        return cls(
            name=one.name,
            company=one.company,
            street=one.street,
            house_number=one.house_number,
            house_number_extension=one.house_number_extension,
            postcode=one.postcode,
            city=one.city,
            country=one.country,
            pickup_point=one.pickup_point,
        )


@strawberry.type(description="The person or company behind an order.")
class Buyer:
    ship_to: PostalAddress
    email: str | None
    phone: str | None
    vat_number: str | None
    chamber_of_commerce: str | None
    bill_to: PostalAddress | None = strawberry.field(description="Where the channel tells it apart.")

    @classmethod
    def of(cls, one: domain.Buyer) -> Self:
        return cls(
            ship_to=PostalAddress.of(one.ship_to),
            email=one.email,
            phone=one.phone,
            vat_number=one.vat_number,
            chamber_of_commerce=one.chamber_of_commerce,
            bill_to=None if one.bill_to is None else PostalAddress.of(one.bill_to),
        )
