"""What a channel does with cancellations, and which of its orders are the hub's business."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry

from hub.domain import cancelling, importing
from hub.domain.cancelling import OnCancel


@strawberry.type(description="What is decided once about cancellations; where goods have left a person is asked.")
class CancelPolicy:
    erp_on_cancel: OnCancel

    @classmethod
    def of(cls, one: cancelling.CancelPolicy) -> Self:
        return cls(erp_on_cancel=one.erp_on_cancel)


@strawberry.type(description="Which orders are the hub's business.")
class ImportPolicy:
    import_from: datetime | None = strawberry.field(
        description="Orders placed before are not taken in; null is when it was connected, less the platform's horizon."
    )
    forward_authorized: bool = strawberry.field(description="Whether orders go whose payment is only reserved.")

    @classmethod
    def of(cls, one: importing.ImportPolicy) -> Self:
        return cls(import_from=one.import_from, forward_authorized=one.forward_authorized)
