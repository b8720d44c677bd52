"""How long things took from hearing of a change to its effect: ours and the ERP's apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.metrics import Attribute, Metric, histogram


def record_delays(flow: str, platform: str, delays: Mapping[str, Any]) -> None:
    """Record ``hub_delay_ms`` and ``erp_delay_ms`` of one effect, as seconds."""
    attributes = {Attribute.FLOW.value: flow, Attribute.PLATFORM.value: platform}
    for name, metric in (("hub_delay_ms", Metric.HUB_DELAY), ("erp_delay_ms", Metric.ERP_DELAY)):
        if name in delays:
            histogram(metric).record(delays[name] / 1000, attributes)
