"""An alert, with the trial that proves it: series at which it must fire, and series at which it must not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from hub.metrics import Attribute, Metric, label

RUNBOOK = "docs/operations.md"
_LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


class Severity(StrEnum):
    """``PAGE`` wakes somebody up, ``TICKET`` can wait for the morning."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a trial: its labels, and a value a minute in promtool's notation (``3+1x20``: 3, 4, … 23)."""

    name: str
    values: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def to(self, label: str, value: str) -> Series:
        """Return the series with one more label."""
        return replace(self, labels={**self.labels, label: value})

    @property
    def text(self) -> str:
        """The selector as promtool reads it, with the node that says so."""
        labels = {"instance": "node-1", **self.labels}
        conditions = ",".join(f'{name}="{value}"' for name, value in labels.items())
        return f"{self.name}{{{conditions}}}"


def given(metric: Metric, values: str, *about: str, part: str = "") -> Series:
    """Return a series of a metric; ``about`` are the values of its declared attributes, in their order."""
    names = map(label, metric.attributes)
    return Series(metric.exported + part, values, dict(zip(names, about, strict=True)))


@dataclass(frozen=True, slots=True)
class Trial:
    """``fires`` makes the alert fire once, with ``labels``, at minute ``at``; ``quiet`` does not, at any time."""

    fires: tuple[Series, ...]
    quiet: tuple[Series, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    at: int = 60


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing an operator is called for. ``lasting`` is how long it must be true; ``summary`` may name labels."""

    name: str
    expression: str
    lasting: str
    severity: Severity
    summary: str
    trial: Trial

    @property
    def runbook(self) -> str:
        """Where it stands what to do: a heading of the guide is the alert's name."""
        return f"{RUNBOOK}#{self.name.lower()}"

    def told(self, labels: Mapping[str, str]) -> str:
        """Return the summary as Prometheus fills it in."""
        return _LABEL.sub(lambda found: labels.get(found.group(1), ""), self.summary)


def of(attribute: Attribute) -> str:
    """Return the place of an attribute in a summary."""
    return f"{{{{ $labels.{label(attribute)} }}}}"
