"""Which webhooks a read has answered already: of events from before it began, about items that came with it.

Exact tells the time of each event by its own clock. A read that began after a webhook had arrived began after that
webhook's event too, and later by what passed here in between; so no clock of ours is compared with one of Exact's.
A hint that is wrongly taken as answered waits for the sweep.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.actors.erp.scene import Scene
from hub.actors.messages import ItemChanged
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.store.stock import items_read_since

UNTIL = "seen_until"
"""State: Exact's time (epoch seconds) from before which the last announced read has seen every event."""
FROM = "seen_from"
"""State: the number of that read; what it brought carries this number or a later one."""
CLOCKS_APART = timedelta(seconds=1)
"""The most that is believed to lie between hearing of an event and reading: two nodes may tell the time differently."""


def keep_horizon(turn: Turn, number: int, began_at: datetime) -> None:
    """Note what a read has answered that was stored to its end; one that no webhook announced says nothing new."""
    seen = [_seen(one, began_at) for one in turn.messages if _event_at(one) is not None]
    if seen:
        turn.state[UNTIL] = max(seen).timestamp()
        turn.state[FROM] = number


async def all_answered(turn: Turn, scene: Scene) -> bool:
    """Say whether the turn holds nothing but hints that the last announced read has answered already."""
    until, number = turn.state.get(UNTIL), turn.state.get(FROM)
    if until is None or number is None or not all(_before(one, until) for one in turn.messages):
        return False
    items = set(_items(turn.messages))
    async with scene.desk.database.read() as connection:
        return await items_read_since(connection, *scene.key, items, number) == items


def _seen(one: Envelope, began_at: datetime) -> datetime:
    """Return the moment, by Exact's clock, when a read that began here at ``began_at`` had begun at the earliest."""
    body, event_at = one.body, _event_at(one)
    assert isinstance(body, ItemChanged)
    assert event_at is not None
    heard = body.accepted_at or one.posted_at
    return event_at + min(max(began_at - heard, timedelta()), CLOCKS_APART)


def _event_at(one: Envelope) -> datetime | None:
    return one.body.event_at if isinstance(one.body, ItemChanged) else None


def _before(one: Envelope, until: float) -> bool:
    event_at = _event_at(one)
    return event_at is not None and event_at.timestamp() <= until


def _items(messages: Iterable[Envelope]) -> Iterable[str]:
    return (one.body.item_id for one in messages if isinstance(one.body, ItemChanged))
