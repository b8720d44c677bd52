"""How long things took from hearing of a change to its effect, ours and the ERP's apart; and what drifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.domain.drift import DriftCause
from hub.metrics import Attribute, Metric, counter, histogram


def record_delays(flow: str, platform: str, delays: Mapping[str, Any]) -> None:
    """Record ``hub_delay_ms`` and ``erp_delay_ms`` of one effect, as seconds."""
    attributes = {Attribute.FLOW.value: flow, Attribute.PLATFORM.value: platform}
    for name, metric in (("hub_delay_ms", Metric.HUB_DELAY), ("erp_delay_ms", Metric.ERP_DELAY)):
        if name in delays:
            histogram(metric).record(delays[name] / 1000, attributes)


def count_drift(platform: str, cause: DriftCause) -> None:
    """Count a difference between what a channel shows and what Exact says, as it is found."""
    counter(Metric.DRIFT_FOUND).add(1, _about(platform, cause))


def record_healing(platform: str, cause: DriftCause, seconds: float) -> None:
    """Record how long a difference lasted from being found to its end."""
    histogram(Metric.DRIFT_HEALING).record(max(0.0, seconds), _about(platform, cause))


def _about(platform: str, cause: DriftCause) -> dict[str, str]:
    return {Attribute.PLATFORM.value: platform, Attribute.CAUSE.value: cause.value}
