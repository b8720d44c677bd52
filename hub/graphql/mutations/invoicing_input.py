"""A change of when sales are invoiced and who books refunds and returns; the group is given as a whole."""

from __future__ import annotations

import strawberry

from hub.domain.invoicing import BookingPolicy, InvoicedQuantity, InvoicePolicy, Invoicing


@strawberry.input(description="What a channel's sales become in the books after they were forwarded.")
class InvoicingInput:
    policy: InvoicePolicy = InvoicePolicy.OFF
    journal: str | None = strawberry.field(default=None, description="The code of Exact's sales journal.")
    quantity: InvoicedQuantity = InvoicedQuantity.DELIVERED
    refunding: BookingPolicy = strawberry.field(
        default=BookingPolicy.ASK, description="Who books credit notes of refunds."
    )
    returning: BookingPolicy = strawberry.field(
        default=BookingPolicy.ASK, description="Who plans returns of inspected goods in Exact."
    )

    def read(self) -> Invoicing:
        """Return the group."""
        return Invoicing(self.policy, self.journal, self.quantity, self.refunding, self.returning)
