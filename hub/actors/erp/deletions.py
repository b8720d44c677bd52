"""What was deleted in Exact no longer sells: no stock row will ever tell so."""

from __future__ import annotations

from hub.actors.desk import Cause, pass_on_stock
from hub.actors.erp.cursor import start_over
from hub.actors.erp.pages import read_on
from hub.actors.erp.scene import Scene
from hub.actors.messages import SweepStock
from hub.actors.runtime.turn import Turn
from hub.adapters.port import DeletedKind
from hub.outcome import Rejected
from hub.store.engine import Work
from hub.store.stock import end_items, forget_readings, reads_begun

FORGOTTEN = "forgotten"
DELETED_CURSOR = "deleted_cursor"
DELETED_AT = "deleted_at"
REFUSED = "deleted_refused"
SWEEPS = 10
"""Sweeps between two readings of deletions; they are rare, and cost a call."""


async def read_deletions(turn: Turn, scene: Scene) -> None:
    """Read deletions if it is time: deleted items end, and for a deleted stock row all stock is read anew.

    Which reading a deleted stock row stood for is not stored; the row that is not met again was it.
    """
    now = scene.desk.clock.now()
    if now.timestamp() - turn.state.get(DELETED_AT, 0) < SWEEPS * scene.desk.pace.stock_sweep:
        return
    try:
        reading = await read_on(scene.erp.deleted_since, turn.state.get(DELETED_CURSOR), keep=True)
    except Rejected as refusal:
        _refused(turn, scene, refusal)
        return
    turn.state |= {DELETED_CURSOR: reading.cursor, REFUSED: False}
    if reading.complete:
        turn.state[DELETED_AT] = now.timestamp()
    if items := {row.key for row in reading.rows if row.kind is DeletedKind.ITEM}:
        turn.write(lambda work: _end(work, scene, items))
    if any(row.kind is DeletedKind.STOCK_ROW for row in reading.rows):
        read_all_anew(turn)
        turn.write(lambda work: forget_readings(work, *scene.key))
        turn.post(turn.address, SweepStock(tick=False))


def read_all_anew(turn: Turn) -> None:
    """Begin the reading of stock anew; to go with ``forget_readings``, so that what is not met again is known."""
    start_over(turn)
    turn.state[FORGOTTEN] = "read all"


def met_all(turn: Turn) -> bool:
    """Tell, at the end of a reading, whether all that was forgotten and still exists has been met again.

    A row that changes while all are read may come with the reading after it, and not before.
    """
    match turn.state.get(FORGOTTEN):
        case "read all":
            turn.state[FORGOTTEN] = "read on"
            turn.post(turn.address, SweepStock(tick=False))
        case "read on":
            turn.state[FORGOTTEN] = None
            return True
    return False


def _refused(turn: Turn, scene: Scene, refusal: Rejected) -> None:
    """Tell once that deletions may not be read; it is a right of its own in Exact, and stock flows without it."""
    if not turn.state.get(REFUSED):
        scene.refused(turn, "to let deletions be read", refusal)
    if refusal.code == "bad_cursor":
        turn.state[DELETED_CURSOR] = None
    turn.state |= {DELETED_AT: scene.desk.clock.now().timestamp(), REFUSED: True}


async def _end(work: Work, scene: Scene, items: set[str]) -> None:
    now = work.clock.now()
    number = await reads_begun(work, *scene.key)
    products = await end_items(work, *scene.key, items, number, now)
    if products:
        await pass_on_stock(work, scene.tenant, products, Cause("item deleted in Exact", None, now))
        scene.tell(work, "stock.ended", f"{len(products)} products deleted in Exact have no stock left there")
