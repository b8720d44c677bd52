"""What every actor has at hand, and the two things all of them do: tell the log, and pass on changed stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.actors.messages import PublishStock
from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox import post
from hub.clock import Clock
from hub.store.engine import Database, Work
from hub.store.events import SyncEvent, tell
from hub.store.listings import listings_selling
from hub.store.secrets import Vault


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are looked after, in seconds; webhooks make most of it happen sooner."""

    stock_sweep: float = 60.0
    delivery_sweep: float = 300.0
    catalogue: float = 3600.0
    hooks: float = 86_400.0
    listings: float = 3600.0
    stock_gather: float = 1.0
    stock_gather_most: float = 5.0
    follow: float = 2.0
    settle: float = 20.0
    queue: float = 5.0
    evidence: float = 300.0
    erasure: float = 86_400.0
    invoice_sweep: float = 900.0
    return_sweep: float = 900.0
    late_hint: float = 60.0
    patrol: float = 5.0
    read_lag: float = 60.0

    @property
    def hint_grace(self) -> timedelta:
        """How long a webhook may take before the sweep that found an order first counts as the only one."""
        return timedelta(seconds=self.late_hint)


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, the clock and the keys, handed to every actor; ``public_url`` is where webhooks reach the hub."""

    database: Database
    clock: Clock
    vault: Vault
    public_url: str | None = None
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stock is published: in words, and since when the hub and the ERP know (UTC).

    ``unannounced`` where a webhook should have told of it.
    """

    words: str
    event_at: datetime | None = None
    accepted_at: datetime | None = None
    unannounced: bool = False


def channel_address(tenant_id: str, channel_id: str) -> Address:
    """Return the address of a channel's actor."""
    return Address("channel", tenant_id, channel_id)


def erp_address(tenant_id: str, division: int) -> Address:
    """Return the address of a division's actor."""
    return Address("erp", tenant_id, str(division))


def privacy_address(tenant_id: str, channel_id: str) -> Address:
    """Return the address of the actor that lets a channel's buyers go."""
    return Address("privacy", tenant_id, channel_id)


async def pass_on_stock(
    work: Work,
    tenant_id: str,
    product_ids: Iterable[str],
    cause: Cause,
    *,
    causes: Mapping[str, Cause] | None = None,
) -> None:
    """Ask every channel that sells one of the products to publish it anew, in the work that changed it."""
    by_product = causes or {}
    for product_id, channel_id, listing_id in await listings_selling(work.connection, tenant_id, product_ids):
        why = by_product.get(product_id, cause)
        message = PublishStock(listing_id, why.words, why.event_at, why.accepted_at, unannounced=why.unannounced)
        post(work, channel_address(tenant_id, channel_id), message)


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes log lines in one actor's name."""

    address: Address
    clock: Clock

    def tell(self, work: Work, kind: str, message: str, *, level: str = "info", **fields: Any) -> None:
        """Write one sync event with the effects of ``work``; it never holds personal data."""
        names = {"channel_id", "division", "subject_type", "subject_id"}
        event = SyncEvent(
            tenant_id=self.address.tenant,
            kind=kind,
            message=message,
            at=self.clock.now(),
            level=level,
            actor=str(self.address),
            detail={name: value for name, value in fields.items() if name not in names},
            **{name: value for name, value in fields.items() if name in names},
        )
        tell(work, event)
