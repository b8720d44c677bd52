"""What cannot be made exact, line by line: what the channel says, what Exact would make of it, and the difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from hub.domain.order import HoldCause
from hub.domain.to_forward import Hold


class AmountOf(StrEnum):
    """Of what amount: one with VAT, the VAT in it, or the order's total."""

    GROSS = "gross"
    VAT = "vat"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount on both sides, in the order's currency; ``line_id`` is None for a charge and for the total."""

    name: str
    of: AmountOf
    channel: Decimal
    exact: Decimal
    line_id: str | None = None

    @property
    def difference(self) -> Decimal:
        """What Exact would have more than the channel."""
        return self.exact - self.channel

    def __str__(self) -> str:
        what = {AmountOf.GROSS: "", AmountOf.VAT: "VAT of ", AmountOf.TOTAL: ""}[self.of]
        return f"{what}{self.name}: channel {self.channel:.2f}, Exact {self.exact:.2f} ({self.difference:+.2f})"


def not_exact(message: str, rows: Sequence[Difference], difference: Decimal) -> Hold:
    """Return the hold of an order whose amounts differ; ``difference`` is that of its total or its VAT."""
    return Hold(
        HoldCause.TOTALS_DIFFER,
        message,
        difference=str(difference),
        differences=[_to_json(row) for row in rows],
    )


def _to_json(row: Difference) -> dict[str, str | None]:
    return {
        "name": row.name,
        "of": row.of.value,
        "line": row.line_id,
        "channel": str(row.channel),
        "exact": str(row.exact),
        "difference": str(row.difference),
    }


def differences_from_json(plain: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Read rows back from the detail of a hold."""
    return [
        Difference(row["name"], AmountOf(row["of"]), Decimal(row["channel"]), Decimal(row["exact"]), row["line"])
        for row in plain
    ]
