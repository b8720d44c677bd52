"""When a channel's sales are invoiced, and who books refunds and returns, as shown."""

from __future__ import annotations

from typing import Self

import strawberry

from hub.domain import invoicing as domain
from hub.domain.invoicing import BookingPolicy, InvoicedQuantity, InvoicePolicy


@strawberry.type(description="What a channel's sales become in the books after they were forwarded.")
class Invoicing:
    policy: InvoicePolicy
    journal: str | None = strawberry.field(description="The code of Exact's sales journal.")
    quantity: InvoicedQuantity = strawberry.field(description="Orders invoiced when forwarded count what was ordered.")
    refunding: BookingPolicy = strawberry.field(description="Who books credit notes of refunds.")
    returning: BookingPolicy = strawberry.field(description="Who plans returns of inspected goods in Exact.")

    @classmethod
    def of(cls, one: domain.Invoicing) -> Self:
        return cls(
            policy=one.policy,
            journal=one.journal,
            quantity=one.quantity,
            refunding=one.refunding,
            returning=one.returning,
        )
