"""Units of order lines, as people name them."""

from __future__ import annotations

import strawberry
from strawberry import relay


@strawberry.input(description="Offers of one line of an order.")
class UnitsInput:
    line_id: relay.GlobalID = strawberry.field(description="The id of an OrderLine of this order.")
    quantity: int
