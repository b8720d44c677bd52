"""Subscribers who are told the same share its execution and its text, and nothing else."""

from __future__ import annotations

from typing import Any

import anyio
import orjson
import pytest
from graphql import ExecutionResult, GraphQLError
from strawberry.types import ExecutionResult as Finished

from hub.clock import SystemClock
from hub.graphql import sharing
from hub.graphql.sharing import PAGE, RecentAnswers, SharedData, ToldPage, alike, pages_of, text_of, texts_of

pytestmark = pytest.mark.anyio

TEXT = "subscription ($after: String, $id: ID) { syncEvents(after: $after, filter: { channelId: $id }) { cursor } }"


class Execution:
    """Counts how often something is executed."""

    def __init__(self, result: ExecutionResult) -> None:
        self.times = 0
        self._result = result

    async def __call__(self) -> ExecutionResult:
        self.times += 1
        await anyio.lowlevel.checkpoint()
        return self._result


async def all_ask(recent: RecentAnswers, execution: Execution) -> list[ExecutionResult]:
    found: list[ExecutionResult] = []

    async def ask() -> None:
        found.append(await recent.answer("key", execution))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask)
    return found


async def test_those_who_ask_at_once_are_given_one_answer() -> None:
    execution = Execution(ExecutionResult({"a": 1}))
    found = await all_ask(RecentAnswers(SystemClock()), execution)
    assert execution.times == 1
    assert [one.data for one in found] == [{"a": 1}] * 5


async def test_an_answer_with_errors_is_nobody_elses() -> None:
    execution = Execution(ExecutionResult({"a": None}, [GraphQLError("not for all")]))
    await all_ask(RecentAnswers(SystemClock()), execution)
    assert execution.times == 5


async def test_who_comes_later_is_not_told_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    recent, execution = RecentAnswers(SystemClock()), Execution(ExecutionResult({"a": 1}))
    await recent.answer("key", execution)
    monkeypatch.setattr(sharing, "FRESH_SECONDS", -1.0)
    await recent.answer("key", execution)
    assert execution.times == 2


async def test_only_so_many_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "ROOM", 2)
    recent = RecentAnswers(SystemClock())
    for number in range(5):
        await recent.answer(number, Execution(ExecutionResult({"a": number})))
    assert list(recent._answers) == [3, 4]


async def test_one_who_gives_up_does_not_take_the_answer_along() -> None:
    recent, begun = RecentAnswers(SystemClock()), anyio.Event()

    async def never() -> Any:
        begun.set()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(recent.answer, "key", never)
        await begun.wait()
        tasks.cancel_scope.cancel()
    assert (await recent.answer("key", Execution(ExecutionResult({"a": 1})))).data == {"a": 1}


def test_where_a_stream_begins_makes_no_difference_and_all_else_does() -> None:
    first = alike(TEXT, {"id": "1"})
    assert first == alike(TEXT, {"after": None, "id": "1"})
    assert first == alike(TEXT, {"after": "b", "id": "1"})
    assert first != alike(TEXT, {"after": "a", "id": "2"})
    assert first != alike(TEXT + " ", {"after": "a", "id": "1"})


def test_a_variable_that_says_more_than_where_to_begin_does() -> None:
    below = "channel { listings(after: $after) { nodes { id } } }"
    text = f"subscription ($after: String) {{ syncEvents(after: $after) {{ {below} }} }}"
    assert alike(text, {"after": "a"}) != alike(text, {"after": "b"})


def test_a_shared_text_is_put_into_each_subscribers_envelope() -> None:
    data = SharedData({"syncEvents": {"cursor": "a"}})
    for name in ("1", 'quo"ted'):
        message = {"id": name, "type": "next", "payload": {"data": data, "extensions": {"cost": 1}}}
        plain = {"id": name, "type": "next", "payload": {"data": dict(data), "extensions": {"cost": 1}}}
        assert text_of(message) == text_of(plain)
    assert text_of({"data": data, "extensions": {"cost": 1}}) == text_of(
        {"data": dict(data), "extensions": {"cost": 1}}
    )


def test_each_answer_of_a_page_is_a_message_of_its_own() -> None:
    shared, alone = Finished(SharedData({"a": 1}), None), Finished({"a": None}, [GraphQLError("not for all")])
    page = ToldPage([])
    page.finished = [shared, alone, shared]
    told = [orjson.loads(text) for text in texts_of(page, 'quo"ted')]
    assert [one["payload"].get("data") for one in told] == [{"a": 1}, {"a": None}, {"a": 1}]
    assert {(one["id"], one["type"]) for one in told} == {('quo"ted', "next")}
    assert [one["message"] for one in told[1]["payload"]["errors"]] == ["not for all"]
    assert "errors" not in told[0]["payload"]


def test_many_events_come_in_several_pages_in_their_order() -> None:
    events: Any = list(range(2 * PAGE + 1))
    pages = [page.events for page in pages_of(events)]
    assert [len(page) for page in pages] == [PAGE, PAGE, 1]
    assert [event for page in pages for event in page] == events
