"""Changes of what a channel does with cancellations, and of which orders it takes in."""

from __future__ import annotations

from datetime import UTC, datetime

import strawberry

from hub.domain.cancelling import CancelPolicy, OnCancel
from hub.domain.importing import ImportPolicy


@strawberry.input(description="What is decided once about cancellations; where goods have left a person is asked.")
class CancelPolicyInput:
    erp_on_cancel: OnCancel = OnCancel.ASK

    def read(self) -> CancelPolicy:
        """Return the policy."""
        return CancelPolicy(self.erp_on_cancel)


@strawberry.input(description="Which orders are the hub's business.")
class ImportPolicyInput:
    import_from: datetime | None = strawberry.field(
        default=None, description="Null is when the channel was connected, less the platform's horizon."
    )
    forward_authorized: bool = strawberry.field(default=False, description="Let orders go whose payment is reserved.")

    def read(self) -> ImportPolicy:
        """Return the policy, in UTC."""
        moment = self.import_from
        return ImportPolicy(None if moment is None else moment.astimezone(UTC), self.forward_authorized)
