"""Kits and multipacks: an offer that stands for several units, or for several products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.domain.tax.amounts import share_out

ONE = Decimal(1)


class KitBooking(StrEnum):
    """How a kit stands on a sales order: as the ``OWN_ITEM`` it is in Exact, or as its ``PARTS``, a line each."""

    OWN_ITEM = "own_item"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class KitSettings:
    """How a channel's kits are booked; one without an item of its own is always booked as its parts."""

    booking: KitBooking = KitBooking.PARTS


@dataclass(frozen=True, slots=True)
class Part:
    """A product within an offer: ``units`` are its stock units in one offer.

    ``weight`` is what one unit is worth beside the others' (its sales price, say); without any, all units are worth
    the same.
    """

    product_id: str
    units: Decimal = ONE
    weight: Decimal | None = None


def worth_of(parts: Sequence[Part]) -> dict[str, Decimal]:
    """Return what each product of an offer is worth beside the others."""
    return {part.product_id: part.units * (ONE if part.weight is None else part.weight) for part in parts}


def shares(amount: Decimal, parts: Sequence[Part]) -> dict[str, Decimal]:
    """Share an amount out over the products of an offer, by their worth; the shares add up to it to the cent."""
    return share_out(amount, worth_of(parts))
