"""Process statuses: asynchronous commands whose effect shows only when they succeed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

RETENTION = 86_400
"""Nominal seconds that bol remembers a finished process."""


class Outcome(StrEnum):
    """How a command may be made to end, whatever it asks for."""

    NORMAL = "normal"
    FAILURE = "failure"
    TIMEOUT_EXECUTED = "timeout_executed"  # reported TIMEOUT, yet the effect took place
    TIMEOUT_LOST = "timeout_lost"  # reported TIMEOUT, and nothing happened
    LATE = "late"  # succeeds, but thirty times later than usual


class Refused(Exception):
    """The command cannot be carried out; the text becomes the ``errorMessage``."""


@dataclass(slots=True)
class Process:
    """One command. ``effect`` runs at ``due`` and returns the new object's id, if the command makes one."""

    process_id: str
    event_type: str
    entities: tuple[str, ...]
    description: str
    created_at: datetime
    due: datetime
    effect: Callable[[], str | None]
    outcome: Outcome = Outcome.NORMAL
    status: str = "PENDING"
    error: str | None = None
    result: str | None = None

    def finish(self) -> None:
        """Carry the command out and take its final status."""
        if self.outcome is Outcome.FAILURE:
            self._fail("The request could not be processed. Please try again later.")
            return
        if self.outcome is not Outcome.TIMEOUT_LOST:
            self._carry_out()
        if self.outcome in (Outcome.TIMEOUT_EXECUTED, Outcome.TIMEOUT_LOST):
            self.status, self.error, self.result = "TIMEOUT", None, None

    def _carry_out(self) -> None:
        try:
            self.result = self.effect()
        except Refused as refusal:
            self._fail(str(refusal))
        else:
            self.status = "SUCCESS"

    def _fail(self, reason: str) -> None:
        self.status, self.error = "FAILURE", reason


@dataclass
class Processes:
    """The commands in flight and those still remembered, in the order in which they were given."""

    by_id: dict[str, Process] = field(default_factory=dict)

    def forget(self, before: datetime) -> None:
        """Drop, oldest first, what was finished before the given moment."""
        old = takewhile(lambda each: each.due < before and each.status != "PENDING", self.by_id.values())
        for process_id in [each.process_id for each in old]:
            del self.by_id[process_id]

    def of_entity(self, entity_id: str, event_type: str) -> list[Process]:
        """Return the processes about one object, newest first."""
        found = [
            each
            for each in self.by_id.values()
            if each.event_type == event_type and entity_id in (*each.entities, each.result)
        ]
        return sorted(found, key=lambda each: each.created_at, reverse=True)
