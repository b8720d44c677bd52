"""How operations are executed: the short way through plain fields, and one execution of an event for many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from hub.graphql.context import ApiContext
from hub.graphql.plain import PlainExecutor
from hub.graphql.types.event import SyncEvent


class HubExecutor(PlainExecutor):
    """Executes events of the log once for all subscribers who are told the same."""

    def build_per_event_executor(self, payload: Any) -> Any:
        context = self.context_value
        if isinstance(payload, SyncEvent) and isinstance(context, ApiContext) and context.told_like is not None:
            return Telling(self, context, payload)
        return super().build_per_event_executor(payload)

    def alone(self, event: SyncEvent, *given: Any) -> Any:
        """Execute an event for one subscriber."""
        return super().build_per_event_executor(event).execute_operation(*given)


@dataclass(frozen=True, slots=True)
class Telling:
    """One event on its way to one subscriber."""

    executor: HubExecutor
    context: ApiContext
    event: SyncEvent

    def execute_operation(self, *given: Any) -> Any:
        """Return what the subscriber is told, executed by the first who is."""
        context, event = self.context, self.event
        key = (context.tenant_id, context.who.role, context.told_like, event.seq)
        return context.needs.announcer.recent.answer(key, partial(self.executor.alone, event, *given))
