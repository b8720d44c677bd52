"""What is booked of an order: each thing that is posted, with what it is and what Exact makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.domain.sales_order import DraftCharge, DraftLine
from hub.domain.tax import Treatment
from hub.domain.tax.amounts import Parts


class EntryKind(StrEnum):
    """``VOUCHER`` a gift card that is sold · ``ROUNDING`` cents that no line can hold, or the rounding of a total."""

    GOODS = "goods"
    VOUCHER = "voucher"
    SHIPPING = "shipping"
    FEE = "fee"
    DISCOUNT = "discount"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class Booked:
    """One thing that is posted; ``stated`` tells whether its VAT is the channel's own.

    ``discount`` is what was taken off a line, ``paid_by_platform`` the part of it that the marketplace pays.
    """

    kind: EntryKind
    posted: DraftLine | DraftCharge
    treatment: Treatment | None
    parts: Parts
    stated: bool
    discount: Decimal = Decimal(0)
    paid_by_platform: Decimal = Decimal(0)
