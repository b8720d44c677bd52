"""Which webhooks a read has answered already: of events from before it began, about items that came with it.

Events carry Exact's time, and so do Exact's answers, which tell how far its clock is ahead of ours at the least. Both
must agree before a hint is dropped: the event is older than the read by Exact's clock, and a read of late brought its
item. A hint that is wrongly taken as answered waits for the sweep, which looks without being told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.actors.erp.scene import Scene
from hub.actors.messages import ItemChanged
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.store.stock import items_read_since

UNTIL = "seen_until"
"""State: Exact's time (epoch seconds) from before which the last whole read has seen every event."""
FROM = "seen_from"
"""State: the number of the read of late that began first, and when it began (epoch seconds)."""
LATELY = timedelta(seconds=300)
MARGIN = timedelta(milliseconds=100)
"""How far the clocks of Exact's own machines may lie apart."""


def keep_horizon(turn: Turn, number: int, began_at: datetime, erp_time: datetime | None) -> None:
    """Note what a read has answered that was stored to its end; ``erp_time`` is when it began, by the ERP's clock."""
    if erp_time is None:
        turn.state[UNTIL] = None
        return
    turn.state[UNTIL] = (erp_time - MARGIN).timestamp()
    since = turn.state.get(FROM)
    if since is None or began_at.timestamp() - since[1] > LATELY.total_seconds():
        turn.state[FROM] = [number, began_at.timestamp()]


async def all_answered(turn: Turn, scene: Scene) -> bool:
    """Say whether the turn holds nothing but hints that a read has answered already."""
    until, since = turn.state.get(UNTIL), turn.state.get(FROM)
    if until is None or since is None or not all(_before(one, until) for one in turn.messages):
        return False
    items = {one.body.item_id for one in turn.messages if isinstance(one.body, ItemChanged)}
    async with scene.desk.database.read() as connection:
        return await items_read_since(connection, *scene.key, items, since[0]) == items


def _before(one: Envelope, until: float) -> bool:
    event_at = one.body.event_at if isinstance(one.body, ItemChanged) else None
    return event_at is not None and event_at.timestamp() <= until
