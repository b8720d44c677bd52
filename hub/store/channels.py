"""Statements about channels and their settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.channel import ChannelSettings, ChannelStatus, FulfilmentMode, StockSource
from hub.domain.platform import Platform
from hub.domain.retention import usual_days
from hub.domain.stock import RuleMode, StockRule
from hub.domain.tax.rates import Goods
from hub.domain.tax.treatment import Regime
from hub.domain.vat_mapping import VatRule
from hub.store.engine import Work
from hub.store.tables import channel


@dataclass(frozen=True, slots=True)
class StoredChannel:
    """A channel as configured; credentials stay sealed."""

    tenant_id: str
    channel_id: str
    platform: Platform
    name: str
    base_url: str
    status: ChannelStatus
    settings: ChannelSettings
    credentials: bytes
    hook_secret: bytes | None


async def load_channel(connection: AsyncConnection, tenant_id: str, channel_id: str) -> StoredChannel | None:
    """Return one channel of the tenant, None if there is none."""
    statement = select(channel).where(channel.c.tenant_id == tenant_id, channel.c.channel_id == channel_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _stored(row)


async def list_channels(connection: AsyncConnection, tenant_id: str) -> list[StoredChannel]:
    """Return all channels of the tenant, by id."""
    statement = select(channel).where(channel.c.tenant_id == tenant_id).order_by(channel.c.channel_id)
    return [_stored(row) for row in (await connection.execute(statement)).all()]


async def insert_channel(work: Work, stored: StoredChannel, created_at: datetime) -> None:
    """Create a channel; the caller has checked that its id is free."""
    row = {
        "tenant_id": stored.tenant_id,
        "channel_id": stored.channel_id,
        "platform": stored.platform.value,
        "name": stored.name,
        "base_url": stored.base_url,
        "status": stored.status.value,
        "settings": settings_to_json(stored.settings),
        "credentials": stored.credentials,
        "hook_secret": stored.hook_secret,
        "created_at": created_at,
    }
    await work.execute(insert(channel).values(row))


async def change_channel(work: Work, tenant_id: str, channel_id: str, **values: Any) -> None:
    """Set columns of one channel of the tenant; ``settings`` may be a ChannelSettings."""
    if isinstance(values.get("settings"), ChannelSettings):
        values["settings"] = settings_to_json(values["settings"])
    statement = update(channel).where(channel.c.tenant_id == tenant_id, channel.c.channel_id == channel_id)
    await work.execute(statement.values(**values))


def _stored(row: Row[Any]) -> StoredChannel:
    return StoredChannel(
        tenant_id=row.tenant_id,
        channel_id=row.channel_id,
        platform=Platform(row.platform),
        name=row.name,
        base_url=row.base_url,
        status=ChannelStatus(row.status),
        settings=settings_from_json(row.settings, Platform(row.platform)),
        credentials=row.credentials,
        hook_secret=row.hook_secret,
    )


def settings_to_json(settings: ChannelSettings) -> dict[str, Any]:
    """Return settings as plain JSON; amounts as text, so that nothing is rounded."""
    plain = asdict(settings)
    plain["fulfilment"] = settings.fulfilment.value
    plain["vat_codes"] = {str(rate): code for rate, code in settings.vat_codes.items()}
    plain["sources"] = [asdict(source) for source in settings.sources]
    plain["rule"] = rule_to_json(settings.rule)
    plain["vat_rules"] = [_vat_rule_to_json(rule) for rule in settings.vat_rules]
    plain["goods"] = {code: goods.value for code, goods in settings.goods.items()}
    return plain


def _vat_rule_to_json(rule: VatRule) -> dict[str, Any]:
    regime = None if rule.regime is None else rule.regime.value
    return {"taxed_in": rule.taxed_in, "rate": str(rule.rate), "code": rule.code, "regime": regime}


def _vat_rule_from_json(plain: Mapping[str, Any]) -> VatRule:
    regime = None if plain["regime"] is None else Regime(plain["regime"])
    return VatRule(plain["taxed_in"], Decimal(plain["rate"]), plain["code"], regime)


def settings_from_json(plain: Mapping[str, Any], platform: Platform) -> ChannelSettings:
    """Read a channel's settings back from JSON; what older ones lack is as usual for the platform."""
    values = {"buyer_days": usual_days(platform), **plain}
    values["fulfilment"] = FulfilmentMode(plain["fulfilment"])
    values["vat_codes"] = {Decimal(rate): code for rate, code in plain["vat_codes"].items()}
    values["sources"] = _sources(plain["sources"])
    values["rule"] = rule_from_json(plain["rule"])
    values["vat_rules"] = tuple(_vat_rule_from_json(rule) for rule in plain.get("vat_rules", ()))
    values["goods"] = {code: Goods(goods) for code, goods in plain.get("goods", {}).items()}
    return ChannelSettings(**values)


def _sources(plain: Sequence[Mapping[str, Any]]) -> tuple[StockSource, ...]:
    return tuple(StockSource(**source) for source in plain)


def rule_to_json(rule: StockRule) -> dict[str, Any]:
    """Return a stock rule as plain JSON."""
    return asdict(rule) | {"mode": rule.mode.value, "buffer_percent": str(rule.buffer_percent)}


def rule_from_json(plain: Mapping[str, Any]) -> StockRule:
    """Read a stock rule back from JSON."""
    values = dict(plain)
    values["mode"] = RuleMode(plain["mode"])
    values["buffer_percent"] = Decimal(plain["buffer_percent"])
    return StockRule(**values)
