"""The order lane of a channel: sweep for what changed, fetch it, and hand it to the order book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.actors.channel.cancelling import Cancelling
from hub.actors.channel.order_book import OrderBook
from hub.actors.channel.scene import Scene
from hub.actors.each import for_each
from hub.actors.messages import FetchOrder, FollowCancellations, SweepOrders, TellCancellation
from hub.actors.refusals import discreetly
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import OrderRef
from hub.outcome import Throttled
from hub.store.channels import change_channel, lock_channel
from hub.store.engine import Work
from hub.store.order_state import known_changes
from hub.store.orders import order_id

CURSOR = "orders_cursor"
SURELY_PAST = timedelta(minutes=2)
"""How old an order's last change must be by our clock, which may be ahead of the platform's, to be surely its last."""


class OrderLane:
    """Brings orders in: any order of arrival of created, paid, changed and cancelled ends in the same state."""

    batch = 20

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Handle fetches side by side, then cancellations one by one, then a sweep if one is due."""
        fetches = [one for one in turn.messages if isinstance(one.body, FetchOrder)]
        if fetches:
            turn.write(self._configured)
        await for_each(turn, fetches, self._fetch)
        cancelling = Cancelling(self.scene)
        tellings = [one for one in turn.messages if isinstance(one.body, TellCancellation)]
        await for_each(turn, tellings, cancelling.tell, at_once=1)
        for envelope in turn.messages:
            if isinstance(envelope.body, FollowCancellations):
                await for_each(turn, [envelope], lambda turn, _: cancelling.follow(turn))
        for envelope in turn.messages:
            if isinstance(envelope.body, SweepOrders):
                await self._sweep_or_wait(turn, envelope, envelope.body)

    async def _configured(self, work: Work) -> None:
        """Go by the settings as they are when orders are stored: whoever changed them did not see these orders yet."""
        stored = await lock_channel(work, *self.scene.key)
        if stored is not None:
            self.scene = replace(self.scene, stored=stored)

    async def _sweep_or_wait(self, turn: Turn, envelope: Envelope, sweep: SweepOrders) -> None:
        """Let a sweep wait alone: a list may have a limit of minutes, while single orders have room."""
        try:
            await self._sweep(turn, sweep)
        except Throttled as wait:
            turn.retry(envelope, wait)

    async def _sweep(self, turn: Turn, sweep: SweepOrders) -> None:
        page = await self.scene.channel.changed_orders(turn.state.get(CURSOR))
        async with self.scene.desk.database.read() as connection:
            known = await known_changes(connection, *self.scene.key, [ref.external_id for ref in page.rows])
        for ref in _news(page.rows, known):
            turn.post(turn.address, FetchOrder(ref.external_id, swept=True))
        turn.state[CURSOR] = page.cursor
        now = self.scene.desk.clock.now()
        turn.write(lambda work: change_channel(work, *self.scene.key, orders_swept_at=now))
        if page.more:
            turn.post(turn.address, sweep)
        elif sweep.tick:
            seconds = self.scene.stored.settings.sweep_seconds
            turn.post(turn.address, sweep, due_at=now + timedelta(seconds=seconds))

    async def _fetch(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, FetchOrder)
        external_id, swept = envelope.body.external_id, envelope.body.swept
        asked_at = self.scene.desk.clock.now()
        async with discreetly(self.scene.desk, self.scene.tenant, order_id(*self.scene.key, external_id)):
            fetched = await self.scene.channel.order(external_id)
        if fetched is None:
            turn.write(lambda work: OrderBook(self.scene).vanished(work, external_id))
        else:
            sure = replace(fetched, changed_at=_surely_changed(fetched.changed_at, asked_at))
            turn.write(lambda work: OrderBook(self.scene).apply(work, sure, swept=swept))


def _surely_changed(changed_at: datetime, asked_at: datetime) -> datetime:
    """Return up to when an order's changes are known: not to the end of a second in which it was read.

    Platforms tell times by the second, so another change in that second bears the same time. The next sweep finds the
    order newer than this, and reads it.
    """
    return changed_at if asked_at - changed_at > SURELY_PAST else changed_at - timedelta(microseconds=1)


def _news(refs: Sequence[OrderRef], known: Mapping[str, datetime]) -> list[OrderRef]:
    """Return the orders that are new, or changed after what is surely known."""
    return [ref for ref in refs if ref.external_id not in known or ref.changed_at > known[ref.external_id]]
