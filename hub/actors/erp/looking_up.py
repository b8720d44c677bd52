"""Orders whose earlier attempt has no known end, looked up in Exact by as few calls as may be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import anyio

from hub.actors.erp.scene import Scene
from hub.domain.sales_order import SalesOrder
from hub.outcome import Outcome, Rejected


@dataclass(slots=True)
class LookingUp:
    """Asks once for all references of a turn; where that is refused each is asked for alone, so none harms another."""

    scene: Scene
    _lock: anyio.Lock = field(default_factory=anyio.Lock)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _alone: bool = False

    async def find(self, reference: str, others: Collection[str]) -> tuple[SalesOrder | None, datetime]:
        """Return what stands in Exact by a reference, and when the look began (UTC).

        ``others`` are asked about by the same call. Raises what the call raised, of each that it asked about.
        """
        async with self._lock:
            if reference not in self._answers:
                await self._ask([reference] if self._alone else sorted({reference, *others} - self._answers.keys()))
        if reference not in self._answers:
            return await self.find(reference, ())
        return self._answers[reference].told(reference)

    async def _ask(self, references: list[str]) -> None:
        began = self.scene.desk.clock.now()
        try:
            answer = Answer(began, await self.scene.erp.find_sales_orders(references))
        except Rejected as refusal:
            self._alone = True
            if len(references) > 1:
                return
            answer = Answer(began, {}, refusal)
        except Outcome as outcome:
            answer = Answer(began, {}, outcome)
        self._answers |= dict.fromkeys(references, answer)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look told, or why it told nothing."""

    began: datetime
    found: Mapping[str, SalesOrder]
    outcome: Outcome | None = None

    def told(self, reference: str) -> tuple[SalesOrder | None, datetime]:
        """Return the sales order of a reference, None where there is none, and when the look began (UTC)."""
        if self.outcome is not None:
            raise self.outcome
        return self.found.get(reference), self.began
