"""How writes to a channel end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel has taken the write; ``reference`` names the effect where it has a name."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The channel works on it; ``follow`` tells the end, which is not worth asking for ``look_again`` seconds.

    ``overtake`` says that a newer number need not wait for the end, as the channel takes writes in their order.
    """

    process_id: str
    look_again: float | None = None
    overtake: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will not take this one; the others of the batch are not touched by it."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not sent in this call (limit reached, connection lost midway); send it again later."""

    retry_after: float
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Not written: the channel shows ``found`` (offers), neither what the hub believed nor what it wanted to write.

    Only platforms that compare before they set tell this. Whoever moved the number may be a buyer whose order is
    not known yet, so the caller looks for orders and decides again, believing ``found``.
    """

    found: int


WriteResult: TypeAlias = Accepted | Pending | Refused | Deferred
StockResult: TypeAlias = WriteResult | Conflict
