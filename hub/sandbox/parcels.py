"""What left the warehouse against what the channels were told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hub.sandbox.ledger import Ledger, Units
from hub.sandbox.matching import Matches

CONTENTS_UNKNOWN = frozenset({"woocommerce"})
"""Channels that do not know which parcel holds what."""


@dataclass
class Tracking:
    """Parcels with a tracking code: how many left, how many are confirmed, and which are not as they should be."""

    delivered: int = 0
    confirmed: int = 0
    untracked: int = 0
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


Parcel = tuple[str, str, str]
"""Channel, order id on the channel, tracking code."""


def compare_parcels(ledger: Ledger, matches: Matches) -> Tracking:
    """Compare every delivered parcel of a live sale with the confirmations of its channel."""
    result = Tracking()
    delivered = _delivered(ledger, matches, result)
    confirmed, times = _confirmed(ledger)
    mixed = {(note.channel, note.external_id, note.tracking) for note in ledger.confirmed if note.mixed}
    for parcel, units in delivered.items():
        unknown = parcel[0] in CONTENTS_UNKNOWN or parcel in mixed
        _judge(parcel, units, confirmed.get(parcel), times[parcel], result, unknown=unknown)
    live = {key for key, sale in ledger.sales.items() if sale.cancelled_at is None and not sale.by_platform}
    result.wrong += [_name(parcel) for parcel in confirmed if parcel not in delivered and parcel[:2] in live]
    result.delivered = len(delivered)
    return result


def _judge(
    parcel: Parcel, units: Counter[str], told: Counter[str] | None, times: int, result: Tracking, *, unknown: bool
) -> None:
    if told is None:
        result.missing.append(_name(parcel))
        return
    if unknown:
        if times > 1:
            result.doubled.append(_name(parcel))
    elif any(told[sku] > quantity for sku, quantity in units.items()):
        result.doubled.append(_name(parcel))
    elif told != units:
        result.wrong.append(_name(parcel))
    result.confirmed += 1


def _delivered(ledger: Ledger, matches: Matches, result: Tracking) -> dict[Parcel, Counter[str]]:
    parcels: dict[Parcel, Counter[str]] = defaultdict(Counter)
    for note in ledger.delivered:
        sale = matches.sale_of.get(note.order_id)
        if sale is None or sale.cancelled_at is not None:
            continue
        if note.tracking:
            parcels[(sale.channel, sale.external_id, note.tracking)] += _count(note.units)
        else:
            result.untracked += 1
    return parcels


def _confirmed(ledger: Ledger) -> tuple[dict[Parcel, Counter[str]], Counter[Parcel]]:
    parcels: dict[Parcel, Counter[str]] = defaultdict(Counter)
    times: Counter[Parcel] = Counter()
    for note in ledger.confirmed:
        if note.tracking:
            parcel = (note.channel, note.external_id, note.tracking)
            parcels[parcel] += _count(note.units)
            times[parcel] += 1
    return parcels, times


def _count(units: tuple[Units, ...]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in units:
        counted[line.sku] += line.quantity
    return counted


def _name(parcel: Parcel) -> str:
    return "/".join(parcel)
