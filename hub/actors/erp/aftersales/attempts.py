"""What writes to Exact have in common: what was sent and never answered may still land for a while."""

from __future__ import annotations

from datetime import datetime

from hub.actors.erp.scene import Scene
from hub.outcome import Throttled


def let_it_land(scene: Scene, attempt_at: datetime | None) -> None:
    """Raise Throttled while an attempt may still land in Exact unseen by a look-up."""
    if attempt_at is None:
        return
    wait = scene.desk.pace.settle - (scene.desk.clock.now() - attempt_at).total_seconds()
    if wait > 0:
        raise Throttled(wait, "an earlier attempt may still land in Exact")
