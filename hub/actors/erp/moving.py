"""A division that moved to another database, noticed by the stock lane before it believes a reading.

Row versions begin anew there, mostly below the cursor: a reading brings little or nothing, and would release claims
that no reading reflects. The catalogue's own look comes by the hour or less often; this one is made where a reading
begins without a cursor, and where one met nothing that the one before it had.
"""

from __future__ import annotations

from hub.actors.erp.cursor import CURSOR, NOTED, UNSURE
from hub.actors.erp.deletions import DELETED_CURSOR, read_all_anew
from hub.actors.erp.scene import Scene
from hub.actors.messages import ReadCatalogue
from hub.actors.runtime.turn import Turn
from hub.outcome import Rejected, Throttled
from hub.store.stock import forget_readings

GENERATION = "generation"
UNASKED = "generation_unasked_until"
"""Until when Exact is not asked where the division lies, for it refused to tell."""
LOOK_AGAIN, HOUR = 60.0, 3600.0
PATIENCE = 300.0
"""Seconds for which Exact may refuse to tell where a division lies before that counts as a right that is missing."""


async def note_generation(turn: Turn, scene: Scene) -> bool:
    """Note which database a reading begins in, and say whether it took a call. Raises Throttled, Unavailable.

    What was stored of what may be another one is not trusted.
    """
    if turn.state.get(CURSOR) is not None or turn.state.get(NOTED):
        return False
    before, now = turn.state.get(GENERATION), await generation_of(scene)
    if before is not None and before != now:
        await _begin_in(turn, scene, now or before)
    turn.state |= {GENERATION: now or before, NOTED: True, UNASKED: 0 if now else _in_an_hour(scene)}
    return True


async def follow_move(turn: Turn, scene: Scene) -> bool:
    """Say whether the division moved since the reading began, and begin anew if so. Raises Throttled, Unavailable.

    Where Exact refused to tell within the hour, as the right to is missing, it is not asked.
    """
    if scene.desk.clock.now().timestamp() < turn.state.get(UNASKED, 0):
        return False
    before, now = turn.state.get(GENERATION), await generation_of(scene)
    if now is None:
        _refused(turn, scene)
        return False
    if before in (None, now):
        turn.state[GENERATION] = now
        return False
    await _begin_in(turn, scene, now)
    return True


async def begin_elsewhere(turn: Turn, scene: Scene) -> None:
    """Read all stock anew, trusting no stored row version."""
    await turn.checkpoint(lambda work: forget_readings(work, *scene.key))
    read_all_anew(turn)
    turn.state |= {DELETED_CURSOR: None, GENERATION: None}


async def _begin_in(turn: Turn, scene: Scene, generation: str) -> None:
    await begin_elsewhere(turn, scene)
    turn.post(turn.address, ReadCatalogue(tick=False))
    turn.state |= {GENERATION: generation, NOTED: True}


def _refused(turn: Turn, scene: Scene) -> None:
    """Wait for an answer where there was one before; one that does not come for long will not come soon."""
    now = scene.desk.clock.now().timestamp()
    since = turn.state.get(UNSURE) or now
    if turn.state.get(GENERATION) is not None and now - since < PATIENCE:
        raise Throttled(LOOK_AGAIN, "Exact does not tell whether the division moved")
    turn.state[UNASKED] = _in_an_hour(scene)


def _in_an_hour(scene: Scene) -> float:
    return scene.desk.clock.now().timestamp() + HOUR


async def generation_of(scene: Scene) -> str | None:
    """Return which database the division lies in; a user may read the books and not the list of divisions."""
    try:
        return await scene.erp.generation()
    except Rejected:
        return None
