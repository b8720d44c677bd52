"""The verdict on a run: what was sold, what stands in Exact, what the channels show and were told."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hub.sandbox.expectation import Expectation, Rule
from hub.sandbox.ledger import Sale
from hub.sandbox.matching import Matches
from hub.sandbox.overselling import Oversold, find_oversold
from hub.sandbox.parcels import compare_parcels
from hub.sandbox.platform import Channel
from hub.sandbox.refunds import compare_refunds
from hub.sandbox.world import World

Json = dict[str, Any]
AT_MOST = 50
"""Lists of examples stop here; the counts beside them do not."""


def make_report(world: World, rules: dict[str, Rule], grace: float = 10.0) -> Json:
    """Return the ledger's verdict as JSON; ``grace`` in real seconds before too high a number is the hub's fault."""
    ledger = world.ledger
    matches = Matches(ledger)
    expectation = Expectation(world, matches, rules)
    channels = {
        each.name: _channel(world, each, matches, expectation, in_use=_in_use(world, each.name, rules))
        for each in world.channels()
    }
    oversold = find_oversold(ledger, matches, world.clock.now())
    by_hub = _by_hub(oversold, rules, grace)
    tracking = compare_parcels(ledger, matches)
    duplicates = [_name(sale) for sale in ledger.sales.values() if len(matches.live(sale)) > 1]
    lost = [_name(sale) for sale in ledger.sales.values() if sale.paid_at is not None and matches.is_waiting(sale)]
    wrong_totals = _wrong_totals(world, matches)
    _count(channels, "duplicates", Counter(name.partition("/")[0] for name in duplicates))
    _count(channels, "lost", Counter(name.partition("/")[0] for name in lost))
    _count(channels, "wrong_totals", Counter(each["sale"].partition("/")[0] for each in wrong_totals))
    _count(channels, "oversold_by_hub", sum((Counter({each.channel: each.units}) for each in by_hub), Counter[str]()))
    return {
        "channels": channels,
        "sold": sum(each["sold"] for each in channels.values()),
        "forwarded": sum(each["forwarded"] for each in channels.values()),
        "sales_orders": sum(order.deleted_at is None for order in ledger.sales_orders.values()),
        "duplicates": len(duplicates),
        "duplicate_ids": duplicates[:AT_MOST],
        "lost": len(lost),
        "lost_ids": lost[:AT_MOST],
        "wrong_totals": len(wrong_totals),
        "wrong_total_ids": wrong_totals[:AT_MOST],
        "oversold_units": sum(each.units for each in oversold),
        "oversold_by_hub": sum(each.units for each in by_hub),
        "oversold_by_hub_ids": [_told(each) for each in by_hub[:AT_MOST]],
        "stock_converged": not any(each["shown_mismatches"] for each in channels.values()),
        "tracking": {
            "delivered": tracking.delivered,
            "confirmed": tracking.confirmed,
            "untracked": tracking.untracked,
            "missing": len(tracking.missing),
            "wrong": len(tracking.wrong),
            "doubled": len(tracking.doubled),
            "ids": (tracking.missing + tracking.wrong + tracking.doubled)[:AT_MOST],
        },
        "refunds": compare_refunds(ledger, matches),
        "calls": dict(ledger.calls),
        "refusals": dict(ledger.refusals),
        "faults": dict(world.faults.met),
    }


def make_waiting(world: World) -> dict[str, list[str]]:
    """Return by name every paid sale that is not in Exact yet, and every parcel that its channel does not know."""
    matches = Matches(world.ledger)
    sales = world.ledger.sales.values()
    return {
        "sales": [_name(sale) for sale in sales if sale.paid_at is not None and matches.is_waiting(sale)],
        "parcels": compare_parcels(world.ledger, matches).missing,
    }


def _count(channels: dict[str, Json], name: str, found: Counter[str]) -> None:
    """Tell each channel its part of what was counted over all."""
    for channel, told in channels.items():
        told[name] = found[channel]


def _in_use(world: World, channel: str, rules: dict[str, Rule]) -> bool:
    """Say whether anybody sells there: calls, a rule or an opening shelf tell. A wholesaler may do without some."""
    if channel in rules or world.ledger.calls.get(channel):
        return True
    return any(note.channel == channel for note in world.ledger.shown)


def _channel(world: World, channel: Channel, matches: Matches, expectation: Expectation, *, in_use: bool) -> Json:
    sales = [sale for sale in world.ledger.sales.values() if sale.channel == channel.name]
    waiting = [sale.external_id for sale in sales if sale.paid_at is not None and matches.is_waiting(sale)]
    units: Counter[str] = Counter()
    for sale in sales:
        for line in sale.units:
            units[line.sku] += line.quantity
    mismatches = _mismatches(channel, expectation) if in_use else []
    return {
        "in_use": in_use,
        "sold": len(sales),
        "sold_units": units.total(),
        "cancelled": sum(sale.cancelled_at is not None for sale in sales),
        "by_platform": sum(sale.by_platform for sale in sales),
        "unpaid": sum(sale.paid_at is None and sale.cancelled_at is None for sale in sales),
        "forwarded": sum(bool(matches.orders(sale)) for sale in sales),
        "not_forwarded": waiting[:AT_MOST],
        "shown_mismatches": len(mismatches),
        "shown_mismatch": mismatches[:AT_MOST],
    }


def _is_used(world: World, channel: Channel) -> bool:
    """Say whether a channel has goods on show, or somebody who looks after it."""
    return channel.name in world.ledger.calls or any(channel.shown(sku) for sku in channel.listed())


def _mismatches(channel: Channel, expectation: Expectation) -> list[Json]:
    found = []
    for sku in channel.listed():
        expected, shown = expectation.of(channel.name, sku), channel.shown(sku)
        if expected is not None and expected != shown:
            found.append({"sku": sku, "expected": expected, "shown": shown})
    return found


def _by_hub(oversold: list[Oversold], rules: dict[str, Rule], grace: float) -> list[Oversold]:
    limit = timedelta(seconds=grace)
    return [each for each in oversold if each.shown_for > limit and not _is_free_hand(rules.get(each.channel))]


def _is_free_hand(rule: Rule | None) -> bool:
    return rule is not None and (rule.hands_off or rule.fixed is not None)


def _wrong_totals(world: World, matches: Matches) -> list[Json]:
    return [
        {"sale": _name(sale), "sold_for": str(sale.total), "in_exact": str(order.total)}
        for sale in world.ledger.sales.values()
        for order in matches.live(sale)
        if sale.cancelled_at is None and order.total != sale.total
    ]


def _name(sale: Sale) -> str:
    return f"{sale.channel}/{sale.external_id}"


def _told(each: Oversold) -> Json:
    return {
        "sale": f"{each.channel}/{each.external_id}",
        "sku": each.sku,
        "units": each.units,
        "shown_for_seconds": round(each.shown_for.total_seconds(), 3),
    }
