"""Rehearsing a change of settings on the orders of the last thirty days: read in chunks, nothing sent or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio.lowlevel

from hub.actors.rehearsed_case import Known, with_lines
from hub.domain.certificate import Evidence
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books
from hub.domain.product import VatCode
from hub.domain.rehearsal import Difference, Outcome, Rehearsed, differences
from hub.domain.tax import VatAnswer
from hub.domain.tax.vat_number import read_vat_number
from hub.store.catalogue import items_of, vat_codes_of
from hub.store.channels import StoredChannel
from hub.store.divisions import load_division
from hub.store.engine import Database
from hub.store.rehearsing import Kept, distance_sales_by_time, kept_orders, recent_orders
from hub.store.remapping import Remapped, remapped
from hub.store.secrets import Vault
from hub.store.tax_profiles import load_profile
from hub.store.vat_numbers import last_answer

PERIOD = timedelta(days=30)
AT_MOST = 5000
CHUNK = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """Settings that a channel might get, and perhaps a listing's product beside them (listing id, product id)."""

    settings: ChannelSettings
    listing: tuple[str, str | None] | None = None


@dataclass(slots=True)
class Rehearsal:
    """What a proposal would have changed since ``since`` (UTC).

    ``checked`` orders were thought through. ``unknowable`` ones were not: their buyer was erased, and whether it is a
    business with a VAT number went with it. ``truncated`` says that there are more orders than were looked at.
    """

    since: datetime
    checked: int = 0
    unknowable: int = 0
    truncated: bool = False
    changed: list[Rehearsed] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Difference]:
        """How many orders differ in each way; one may differ in several."""
        return Counter(one for each in self.changed for one in each.differences)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A division as cases need it."""

    country: str | None
    currency: str
    vat_codes: Mapping[str, VatCode]


@dataclass(slots=True)
class Rehearsing:
    """Thinks orders of one tenant through; reads the store and nothing else."""

    database: Database
    vault: Vault
    tenant_id: str
    at_most: int = AT_MOST
    _ledgers: dict[int, Ledger | None] = field(default_factory=dict)

    async def settings(self, channel: StoredChannel, proposal: Proposal, now: datetime) -> Rehearsal:
        """Return which orders a proposal would have forwarded otherwise than the channel's settings as they are.

        Both are taken as if forwarding were switched on. At most ``at_most`` orders are looked at, the newest first;
        other work gets its turn between any two of them.
        """
        found = Rehearsal(now - PERIOD)
        async with self.database.read() as reading:
            ids = await recent_orders(reading, self.tenant_id, channel.channel_id, found.since, self.at_most + 1)
        found.truncated = len(ids) > self.at_most
        async for kept, before, after in self._both(channel, proposal, ids[: self.at_most]):
            if _unknowable(kept):
                found.unknowable += 1
                continue
            found.checked += 1
            ways = differences(before, after)
            if ways:
                order = kept.stored
                found.changed.append(Rehearsed(order.order_id, order.number, order.placed_at, before, after, ways))
        return found

    async def order(self, channel: StoredChannel, order_id: str) -> Outcome | None:
        """Return what forwarding an order now would make of it; None where there is none."""
        outcomes = [after async for _, _, after in self._both(channel, Proposal(channel.settings), [order_id])]
        return outcomes[0] if outcomes else None

    async def _both(
        self, channel: StoredChannel, proposal: Proposal, ids: Sequence[str]
    ) -> AsyncIterator[tuple[Kept, Outcome, Outcome]]:
        """Yield orders with their outcomes under the present settings and under the proposed ones."""
        async with self.database.read() as reading:
            profile = await load_profile(reading, self.tenant_id)
            sold = await distance_sales_by_time(reading, self.tenant_id) if profile is not None else None
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            async with self.database.read() as reading:
                kept = await kept_orders(reading, self.vault, self.tenant_id, chunk)
                stored, units = [one.stored for one in kept], proposal.settings.rule.units_per_offer
                lines = await remapped(reading, channel, stored, units, proposal.listing)
            now_in = await self._books(channel.settings, kept, {})
            then_in = await self._books(proposal.settings, kept, lines)
            for one in kept:
                known = Known(one, profile, sold, await self._answer(one))
                before = known.outcome(channel.settings, now_in, one.stored.to_forward())
                after = known.outcome(proposal.settings, then_in, with_lines(one.stored.to_forward(), lines))
                yield one, before, after
                await anyio.lowlevel.checkpoint()

    async def _books(
        self, settings: ChannelSettings, kept: Iterable[Kept], lines: Mapping[tuple[str, str], Remapped]
    ) -> tuple[Books, str | None] | None:
        """Return the books of the division that settings name, with the items of these orders, and its country."""
        if settings.division is None:
            return None
        async with self.database.read() as reading:
            if settings.division not in self._ledgers:
                division = await load_division(reading, self.tenant_id, settings.division)
                codes = await vat_codes_of(reading, self.tenant_id, settings.division)
                ledger = None if division is None else Ledger(division.country, division.currency, codes)
                self._ledgers[settings.division] = ledger
            ledger = self._ledgers[settings.division]
            if ledger is None:
                return None
            products = {product for one in kept for product in one.stored.booked_products}
            products |= {one.product_id for one in lines.values() if one.product_id is not None}
            items = await items_of(reading, self.tenant_id, settings.division, products)
        return Books(items, ledger.vat_codes, ledger.currency), ledger.country

    async def _answer(self, kept: Kept) -> VatAnswer | None:
        """Return what the register said of the buyer's number, from the cache or the certificate; it is not asked."""
        if kept.buyer is None or not kept.buyer.vat_number:
            return None
        number = str(read_vat_number(kept.buyer.vat_number, kept.buyer.ship_to.country))
        async with self.database.read() as reading:
            cached = await last_answer(reading, self.vault, self.tenant_id, number)
        evidence = kept.certificate.evidence if kept.certificate is not None else None
        return cached or (None if evidence is None else _told_then(number, evidence))


def _unknowable(kept: Kept) -> bool:
    return kept.buyer is None and kept.certificate is not None and kept.certificate.evidence is not None


def _told_then(number: str, one: Evidence) -> VatAnswer:
    return VatAnswer(number, one.status, datetime.fromisoformat(one.at), one.consultation, one.reason)
