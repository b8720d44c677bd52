"""What a wholesaler decides once about cancellations of a channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OnCancel(StrEnum):
    """What a cancellation on the channel does to an order that stands in Exact: ``ASK`` a person, or ``APPLY`` it."""

    ASK = "ask"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class CancelPolicy:
    """Where goods have left already a person is asked in any case."""

    erp_on_cancel: OnCancel = OnCancel.ASK
