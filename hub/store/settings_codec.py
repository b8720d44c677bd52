"""A channel's settings and a listing's stock rule as the plain JSON that they are stored in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from hub.domain.channel import ChannelSettings
from hub.domain.platform import Platform
from hub.domain.retention import usual_days
from hub.domain.stock import StockRule
from hub.store.types import json_text, json_value

_SETTINGS = TypeAdapter(ChannelSettings)
_RULE = TypeAdapter(StockRule)


def settings_to_json(settings: ChannelSettings) -> dict[str, Any]:
    """Return settings as plain JSON; amounts as text, so that nothing is rounded."""
    plain: dict[str, Any] = _SETTINGS.dump_python(settings, mode="json")
    return plain


def settings_from_json(plain: Mapping[str, Any], platform: Platform) -> ChannelSettings:
    """Read a channel's settings back from JSON; what older ones lack is as usual for the platform."""
    return _settings(json_text(plain), platform)


@lru_cache(maxsize=1024)
def _settings(text: str, platform: Platform) -> ChannelSettings:
    """Read settings, which every turn of a channel asks for and hardly anybody changes."""
    return _SETTINGS.validate_python({"buyer_days": usual_days(platform), **json_value(text)})


def rule_to_json(rule: StockRule) -> dict[str, Any]:
    """Return a stock rule as plain JSON."""
    plain: dict[str, Any] = _RULE.dump_python(rule, mode="json")
    return plain


def rule_from_json(plain: Mapping[str, Any]) -> StockRule:
    """Read a stock rule back from JSON."""
    return _RULE.validate_python(plain)
