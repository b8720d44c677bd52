"""The states of a parcel's confirmation as one table."""

from __future__ import annotations

from enum import StrEnum

from hub.domain.delivery import ParcelStatus as S
from hub.domain.life.machine import Machine, Move


class ParcelEvent(StrEnum):
    """What moves a parcel; ``BEGIN`` is the mark before an attempt, ``TAKEN`` that the channel works on it."""

    TRACKED = "tracking code known"
    BEGIN = "begin"
    TAKEN = "accepted for processing"
    CONFIRMED = "known to the channel"
    REFUSED = "refused by the channel"
    RETRY = "retry"


E = ParcelEvent

PARCEL: Machine[S] = Machine(
    "Parcel",
    S.WAITING,
    (
        Move(S.WAITING, E.TRACKED, S.READY),
        Move(S.READY, E.BEGIN, S.SENT),
        Move(S.READY, E.CONFIRMED, S.CONFIRMED),
        Move(S.READY, E.RETRY, S.READY, "parcelRetry"),
        Move(S.SENT, E.BEGIN, S.SENT),
        Move(S.SENT, E.TAKEN, S.SENT),
        Move(S.SENT, E.CONFIRMED, S.CONFIRMED),
        Move(S.SENT, E.REFUSED, S.FAILED),
        Move(S.SENT, E.RETRY, S.READY, "parcelRetry"),
        Move(S.FAILED, E.RETRY, S.READY, "parcelRetry"),
    ),
)
