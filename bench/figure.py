"""One measured number, what bounds it on this machine, and whether it reaches what was aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` and ``bound`` share the unit; ``spread`` holds the smallest and the largest run.

    ``met`` tells whether the aim was reached, None where there is no aim.
    """

    name: str
    value: float
    unit: str
    bound: float | None = None
    bound_is: str = ""
    aim: str = ""
    met: bool | None = None
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float | None:
        """Return the value as a part of its bound."""
        return self.value / self.bound if self.bound else None

    @property
    def shown(self) -> str:
        """Return the value with its unit, and how far the runs lie apart."""
        spread = "" if self.spread is None else f" ({' to '.join(f'{rounded(one):,}' for one in self.spread)})"
        return f"{rounded(self.value):,} {self.unit}{spread}"

    @property
    def sentence(self) -> str:
        """Return it as one line."""
        bound = "" if self.ratio is None else f", {rounded(self.ratio)} of the bound"
        return f"{self.name}: {self.shown}{bound}"

    def as_json(self) -> dict[str, Any]:
        """Return everything, the ratio too, rounded to what means something."""
        told = asdict(self) | {"ratio": self.ratio}
        return {name: rounded(value) for name, value in told.items()}


@dataclass(frozen=True, slots=True)
class Aim:
    """What is aimed at: a value, or with ``of_bound`` a part of the bound; ``most`` where less is better."""

    limit: float
    most: bool = False
    of_bound: bool = False

    def reached(self, value: float, bound: float | None) -> bool:
        """Say whether a value reaches it."""
        measured = value / (bound or value) if self.of_bound else value
        return measured <= self.limit if self.most else measured >= self.limit

    def __str__(self) -> str:
        what = f"{self.limit:g} of the bound" if self.of_bound else f"{self.limit:,g}"
        return f"{'at most' if self.most else 'at least'} {what}"


def figure(
    name: str,
    runs: Sequence[float] | float,
    unit: str,
    *,
    bounds: Sequence[float] | float | None = None,
    bound_is: str = "",
    aim: Aim | None = None,
) -> Figure:
    """Return the median of the runs beside the median of the bounds."""
    values = [runs] if isinstance(runs, int | float) else list(runs)
    value, bound = median(values), _median(bounds)
    spread = (min(values), max(values)) if len(values) > 1 else None
    met = None if aim is None else aim.reached(value, bound)
    return Figure(name, value, unit, bound, bound_is, str(aim or ""), met, spread)


def _median(bounds: Sequence[float] | float | None) -> float | None:
    if bounds is None or isinstance(bounds, int | float):
        return bounds
    return median(bounds)


def rounded(value: Any) -> Any:
    """Return a number with four digits that count, and anything else as it is."""
    if isinstance(value, float):
        return float(f"{value:.4g}") if abs(value) < 1000 else round(value)
    if isinstance(value, tuple):
        return [rounded(one) for one in value]
    return value


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that ``part`` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
