"""The actor that lets a channel's buyers go in time.

It needs no platform and has an address of its own: a paused or locked-out channel is no reason to keep people.
"""

from __future__ import annotations

from datetime import timedelta

from hub.actors.desk import Desk, Teller
from hub.actors.messages import EraseBuyers
from hub.actors.runtime.turn import Turn
from hub.domain.retention import kept_since
from hub.outcome import Unavailable
from hub.store.channels import StoredChannel, load_channel
from hub.store.engine import Work
from hub.store.erasure import erase_due
from hub.store.order_keys import give_keys

BATCH = 200


class PrivacyActor:
    """Destroys the keys of orders that ended long enough ago, some at a time, and what the log still shows of them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def batch(self, lane: str) -> int:
        """Return the most messages that one turn of a lane takes."""
        return 1

    async def handle(self, turn: Turn) -> None:
        """Erase what is due; the mail of a channel that was removed is dropped. Repeatable."""
        body = turn.messages[0].body
        assert isinstance(body, EraseBuyers)
        async with self.desk.database.read() as connection:
            channel = await load_channel(connection, turn.address.tenant, turn.address.name)
        if channel is None:
            return
        keyed = await give_keys(self.desk.database, self.desk.vault, channel.tenant_id)
        erased = await turn.checkpoint(lambda work: self._erase(work, turn, channel))
        if BATCH in (keyed, erased):
            turn.post(turn.address, body)
            return
        if not await self.desk.database.scrub():
            raise Unavailable("somebody reads the write-ahead log that must be emptied")
        if body.tick:
            due = self.desk.clock.now() + timedelta(seconds=self.desk.pace.erasure)
            turn.post(turn.address, EraseBuyers(), due_at=due)

    async def _erase(self, work: Work, turn: Turn, channel: StoredChannel) -> int:
        since = kept_since(channel.settings.buyer_days, work.clock.now())
        if since is None:
            return 0
        erased = await erase_due(work, channel.tenant_id, channel.channel_id, since, BATCH)
        if erased:
            message = f"The buyers of {erased} orders were erased, {channel.settings.buyer_days} days after their end"
            Teller(turn.address, self.desk.clock).tell(
                work, "buyers.erased", message, channel_id=channel.channel_id, count=erased
            )
        return erased
