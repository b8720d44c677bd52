"""A division that moved to another database, noticed by the stock lane before it believes a reading.

Row versions begin anew there, mostly below the cursor: a reading brings little or nothing, and would release claims
that no reading reflects. The catalogue's own look comes by the hour; this one is made only where a reading met nothing
that the one before it had.
"""

from __future__ import annotations

from hub.actors.erp.deletions import CURSOR
from hub.actors.erp.pages import Reading
from hub.actors.erp.scene import Scene
from hub.actors.messages import ReadCatalogue, ReadStockAnew
from hub.actors.runtime.turn import Turn
from hub.adapters.port import StockRow
from hub.outcome import Rejected

GENERATION = "generation"


async def note_generation(turn: Turn, scene: Scene) -> None:
    """Note which database a reading begins in, at its very start."""
    if turn.state.get(CURSOR) is None:
        turn.state[GENERATION] = await generation_of(scene)


async def moved_unseen(turn: Turn, scene: Scene, reading: Reading[StockRow]) -> bool:
    """Say whether a reading that does not follow means that the division moved, and have all be read anew if so."""
    if reading.follows or not reading.complete:
        return False
    before, now = turn.state.get(GENERATION), await generation_of(scene)
    turn.state[GENERATION] = now
    if before is None or now is None or before == now:
        return False
    turn.post(turn.address, ReadStockAnew(moved=True))
    turn.post(turn.address, ReadCatalogue(tick=False))
    return True


async def generation_of(scene: Scene) -> str | None:
    """Return which database the division lies in; a user may read the books and not the list of divisions."""
    try:
        return await scene.erp.generation()
    except Rejected:
        return None
