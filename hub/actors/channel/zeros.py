"""A mass zero waits for a person, or for a while: what empties a shop at once may be a mistake in Exact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.actors.channel.publications import Plan
from hub.actors.channel.scene import Scene
from hub.actors.messages import PublishStock
from hub.actors.runtime.turn import Turn
from hub.domain.zero_guard import ZeroGuard
from hub.store.engine import Work
from hub.store.zeros import count_shown, hold_zeros, let_go


class Zeros:
    """Holds back zeros that look like a mistake; one that a buyer has had a part in never waits."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def let_through(self, turn: Turn, plans: Sequence[Plan]) -> list[Plan]:
        """Return the plans that may go out now; the others come again when their time is up."""
        now = self.scene.desk.clock.now()
        emptying = [plan for plan in plans if plan.empties and not _is_over(plan, now)]
        recovered = [plan.listing.listing_id for plan in plans if plan.listing.zero_due and not plan.empties]
        if emptying and not await self._suspects(emptying, len(recovered), now):
            recovered += [plan.listing.listing_id for plan in emptying if plan.listing.zero_due]
            emptying = []
        if recovered:
            turn.write(lambda work: let_go(work, self.scene.tenant, recovered))
        self._wait(turn, emptying, now + self._guard.wait)
        held = {plan.listing.listing_id for plan in emptying}
        return [plan for plan in plans if plan.listing.listing_id not in held]

    @property
    def _guard(self) -> ZeroGuard:
        return self.scene.stored.settings.zero_guard

    async def _suspects(self, emptying: Sequence[Plan], recovered: int, now: datetime) -> bool:
        async with self.scene.desk.database.read() as connection:
            shown = await count_shown(connection, *self.scene.key, since=now - self._guard.wait)
        fresh = sum(plan.listing.zero_due is None for plan in emptying)
        return self._guard.suspects(fresh + shown.emptied - recovered, shown.with_stock + shown.emptied)

    def _wait(self, turn: Turn, emptying: Sequence[Plan], due: datetime) -> None:
        fresh = [plan.listing.listing_id for plan in emptying if plan.listing.zero_due is None]
        if fresh:
            turn.write(lambda work: self._hold(work, fresh, due))
        for plan in emptying:
            again = PublishStock(plan.listing.listing_id, "a zero that was held for a person")
            turn.post(turn.address, again, due_at=plan.listing.zero_due or due)

    async def _hold(self, work: Work, ids: Sequence[str], due: datetime) -> None:
        await hold_zeros(work, self.scene.tenant, ids, due)
        self.scene.tell(
            work,
            "stock.zeros_held",
            f"{len(ids)} listings would show nothing at once; they wait for a person until {due:%H:%M:%S} UTC",
            level="warning",
            listings=len(ids),
            due=due.isoformat(),
        )


def _is_over(plan: Plan, now: datetime) -> bool:
    return plan.listing.zero_due is not None and plan.listing.zero_due <= now
