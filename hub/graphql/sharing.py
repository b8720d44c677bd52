"""One execution and one text of an event for all subscribers who are told the same of it.

Each subscriber still has a stream of its own, with its own place in the log; only what an event looks like is shared,
by those with the same tenant, role, document and variables.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import isawaitable
from typing import Any, cast

import anyio
import orjson
from graphql import ExecutionResult
from strawberry.http import process_result
from strawberry.types import ExecutionResult as Finished

from hub.clock import Clock
from hub.graphql.feed import Event

PAGE = 50
"""So many events are executed before the first of them is sent, and no more, for a subscriber may be slow."""

ROOM = 512
FRESH_SECONDS = 1.0
"""A slow subscriber is told what surrounds an event as it is by then, not as it was for the quick ones."""


class SharedData(dict[str, Any]):
    """The data of an answer that several are given, ``finished`` once it was, and then put into words as ``text``."""

    finished: Finished | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events that a subscriber is told of in one step, oldest first."""

    events: Sequence[Event]


def pages_of(events: Sequence[Event]) -> Iterator[EventPage]:
    """Yield events in pages."""
    for start in range(0, len(events), PAGE):
        yield EventPage(events[start : start + PAGE])


class ToldPage(dict[str, Any]):
    """The answers of a page, one for each event, in the place of data; ``finished`` once they were."""

    def __init__(self, answers: Sequence[ExecutionResult]) -> None:
        super().__init__()
        self.answers = answers
        self.finished: Sequence[Finished] = ()


def answers_in(result: Finished) -> Sequence[Finished]:
    """Return the answers of a page, and any other answer as it is."""
    return result.data.finished if isinstance(result.data, ToldPage) else (result,)


@dataclass(slots=True)
class Answer:
    """What an event looks like to some, from ``made_at`` on; the first who asks makes it while the others wait."""

    made_at: float
    result: ExecutionResult | None = None
    lock: anyio.Lock = field(default_factory=anyio.Lock)


class RecentAnswers:
    """The newest answers of all streams in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def known(self, key: Hashable) -> ExecutionResult | None:
        """Return the answer under a key if somebody was given it just now."""
        found = self._fresh(key)
        return None if found is None else found.result

    async def answer(self, key: Hashable, execute: Callable[[], Any]) -> ExecutionResult:
        """Return the answer under a key, executed by the first who asks; one with errors is nobody else's."""
        answer = self._recent(key)
        if answer.result is not None:
            return answer.result
        async with answer.lock:
            if answer.result is None:
                executed = execute()
                result: ExecutionResult = await executed if isawaitable(executed) else executed
                if result.errors or result.data is None:
                    return result
                answer.result = ExecutionResult(SharedData(result.data), None)
        return answer.result

    def _fresh(self, key: Hashable) -> Answer | None:
        found = self._answers.get(key)
        return None if found is None or found.made_at < self._clock.monotonic() - FRESH_SECONDS else found

    def _recent(self, key: Hashable) -> Answer:
        found = self._fresh(key)
        if found is None:
            found = self._answers[key] = Answer(self._clock.monotonic())
            self._answers.move_to_end(key)
            if len(self._answers) > ROOM:
                self._answers.popitem(last=False)
        return found


def alike(text: str, variables: Mapping[str, Any]) -> Hashable:
    """Return what subscribers have in common who are told the same of every event.

    Where a subscriber begins is its own affair: a variable that says nothing else than that makes no difference.
    """
    own = _only_after(text)
    return text, orjson.dumps({name: value for name, value in variables.items() if name != own}, default=str)


@lru_cache(64)
def _only_after(text: str) -> str | None:
    found = re.findall(r"\bafter\s*:\s*\$(\w+)", text)
    if len(found) != 1 or len(re.findall(rf"\${found[0]}\b", text)) != 2:
        return None
    name: str = found[0]
    return name


def text_of(message: Any) -> str:
    """Return a message as JSON text; of an answer that is shared only its envelope is put into words anew."""
    payload = message.get("payload", message) if isinstance(message, dict) else None
    data = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(data, SharedData) or payload is None or "errors" in payload:
        return orjson.dumps(message, default=str).decode()
    if data.text is None:
        data.text = orjson.dumps(payload, default=str).decode()
    return data.text if payload is message else _enveloped(message["id"], data.text)


def texts_of(page: ToldPage, name: str) -> Iterator[str]:
    """Yield the messages that tell the answers of a page to the operation of this name."""
    for answer in page.finished:
        data = answer.data
        text = data.text if isinstance(data, SharedData) else None
        yield _enveloped(name, text or text_of(cast("dict[str, Any]", process_result(answer))))


def _enveloped(name: str, text: str) -> str:
    return f'{{"id":{orjson.dumps(name).decode()},"type":"next","payload":{text}}}'
