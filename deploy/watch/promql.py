"""PromQL over declared metrics, so that no expression can name one that does not exist.

All nodes read the same gauges from one database, so a gauge is the greatest of what they say; counters add up.
"""

from __future__ import annotations

from hub.metrics import Attribute, Kind, Metric, label


def series(metric: Metric, matching: str = "", part: str = "") -> str:
    """Return a selector; ``part`` is ``_bucket``, ``_sum`` or ``_count`` of a histogram."""
    return metric.exported + part + (f"{{{matching}}}" if matching else "")


def having(attribute: Attribute, value: str, operator: str = "=") -> str:
    """Return one condition on an attribute."""
    return f'{label(attribute)}{operator}"{value}"'


def worst(metric: Metric, matching: str = "") -> str:
    """Return a gauge as all nodes see it, by its own attributes."""
    _must_be(metric, Kind.GAUGE)
    return f"max{_by(metric.attributes)} ({series(metric, matching)})"


def rate(metric: Metric, over: str, *by: Attribute, matching: str = "") -> str:
    """Return how often a second something happened on all nodes."""
    _must_be(metric, Kind.COUNTER)
    return f"sum{_by(by)} (rate({series(metric, matching)}[{over}]))"


def increase(metric: Metric, over: str, *by: Attribute, matching: str = "") -> str:
    """Return how often something happened on all nodes; what makes a new series appear is not counted."""
    _must_be(metric, Kind.COUNTER)
    return f"sum{_by(by)} (increase({series(metric, matching)}[{over}]))"


def quantile(part: float, metric: Metric, over: str, *by: Attribute, matching: str = "") -> str:
    """Return the duration that ``part`` of all happenings stayed below."""
    _must_be(metric, Kind.HISTOGRAM)
    buckets = f"rate({series(metric, matching, '_bucket')}[{over}])"
    return f"histogram_quantile({part}, sum by ({', '.join(['le', *map(label, by)])}) ({buckets}))"


def _by(attributes: tuple[Attribute, ...]) -> str:
    return f" by ({', '.join(map(label, attributes))})" if attributes else ""


def _must_be(metric: Metric, kind: Kind) -> None:
    if metric.kind is not kind:
        raise TypeError(f"{metric} is a {metric.kind.value}, not a {kind.value}")
