"""What the lanes of one channel share during a turn: its settings, its platform, its name in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.actors.desk import Desk, Teller
from hub.adapters.port import Channel, ChannelListing
from hub.store.channels import StoredChannel
from hub.store.engine import Work
from hub.store.listings import StoredListing


@dataclass(frozen=True, slots=True)
class Scene:
    """One channel as it is configured at the start of a turn, with its adapter."""

    desk: Desk
    channel: Channel
    stored: StoredChannel
    teller: Teller

    @property
    def tenant(self) -> str:
        return self.stored.tenant_id

    @property
    def key(self) -> tuple[str, str]:
        return self.stored.tenant_id, self.stored.channel_id

    @property
    def is_told_of_orders(self) -> bool:
        """Whether the platform sends webhooks or events, so that a sweep should find nothing new."""
        return bool(self.channel.hook_topics) or self.channel.queue is not None

    def tell(self, work: Work, kind: str, message: str, *, level: str = "info", **fields: Any) -> None:
        """Write one sync event of this channel."""
        self.teller.tell(work, kind, message, level=level, channel_id=self.stored.channel_id, **fields)


def offered(listing: StoredListing) -> ChannelListing:
    """Return a stored listing in the words of the port."""
    return ChannelListing(
        external_id=listing.external_id,
        sku=listing.sku,
        ean=listing.ean,
        title=listing.title,
        quantity=listing.believed,
        references=listing.refs,
        stocked_by_platform=listing.by_platform,
    )
