"""How operations are executed: the short way through plain fields, and one execution of an event for many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakMethod

from graphql import ExecutionResult

from hub.graphql.context import ApiContext
from hub.graphql.feed import Event
from hub.graphql.plain import PlainExecutor
from hub.graphql.sharing import EventPage, ToldPage
from hub.graphql.types.event import SyncEvent


class HubExecutor(PlainExecutor):
    """Executes events of the log once for all subscribers who are told the same."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if isinstance(self.context_value, ApiContext):
            self.context_value.list_asked = WeakMethod(self.list_asked)

    def build_per_event_executor(self, payload: Any) -> Any:
        context = self.context_value
        if isinstance(payload, EventPage) and isinstance(context, ApiContext):
            return Telling(self, context, payload)
        return super().build_per_event_executor(payload)

    def alone(self, event: Event, *given: Any) -> Any:
        """Execute an event for one subscriber."""
        return super().build_per_event_executor(SyncEvent.of(event)).execute_operation(*given)


@dataclass(frozen=True, slots=True)
class Telling:
    """Some events on their way to one subscriber."""

    executor: HubExecutor
    context: ApiContext
    page: EventPage

    async def execute_operation(self, *given: Any) -> ExecutionResult:
        """Return what the subscriber is told of each, executed by the first who is."""
        context, recent = self.context, self.context.needs.announcer.recent
        like = context.tenant_id, context.who.role, context.told_like
        answers = [
            recent.known((like, event.seq))
            or await recent.answer((like, event.seq), partial(self.executor.alone, event, *given))
            for event in self.page.events
        ]
        return ExecutionResult(ToldPage(answers), None)
