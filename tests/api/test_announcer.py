"""Live events: each once, in order, from where a subscriber left off."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest

from hub.graphql.announcer import Announcer
from hub.graphql.errors import FellBehind, Unauthenticated
from hub.graphql.feed import PAGE, Subscriber
from hub.store.engine import Database
from hub.store.events import EventFilter, events_after
from tests.api.house import House, happen
from tests.api.served import until

ALL = EventFilter()


async def welcome() -> None:
    """Nobody is sent away."""


async def taken(announcer: Announcer, count: int, after: int | None = 0, only: EventFilter = ALL) -> list[int]:
    """Return the numbers of the first events that a subscriber of acme gets."""
    found: list[int] = []
    stream = announcer.follow("acme", after, only, 10.0, welcome)
    with anyio.fail_after(60):
        async for page in stream:
            found += [event.seq for event in page]
            if len(found) >= count:
                break
    await stream.aclose()
    return found


@pytest.fixture
async def distant(database: Database) -> AsyncIterator[Announcer]:
    """An announcer that no bell reaches in time: what it hears, it heard from the store's signal."""
    announcer = Announcer(database, poll_seconds=3600)
    async with announcer.running():
        yield announcer


async def test_stored_events_come_first_and_then_live_ones(
    announcer: Announcer, database: Database, house: House
) -> None:
    found: list[int] = []

    async def listen() -> None:
        found.extend(await taken(announcer, 6))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await happen(database, "acme", 3)
    assert found == [1, 2, 3, 4, 5, 6]


async def test_a_subscriber_resumes_behind_its_last_event(announcer: Announcer, house: House) -> None:
    assert await taken(announcer, 1, after=2) == [3]


async def test_more_stored_events_than_a_page_come_whole(
    announcer: Announcer, database: Database, house: House
) -> None:
    await happen(database, "acme", PAGE + 5)
    assert await taken(announcer, PAGE + 8) == list(range(1, PAGE + 9))


async def test_a_commit_of_this_process_rings_at_once(distant: Announcer, database: Database, house: House) -> None:
    found: list[int] = []

    async def listen() -> None:
        found.extend(await taken(distant, 4))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await until(lambda: distant.listeners("acme") > 0)
        await happen(database, "acme", 1)
    assert found == [1, 2, 3, 4]


async def test_every_subscriber_gets_every_event_however_they_come_and_go(
    announcer: Announcer, database: Database, house: House
) -> None:
    """Forty subscribers start at different numbers while events happen; none misses or repeats one."""
    found: dict[int, list[int]] = {}

    async def listen(after: int) -> None:
        found[after] = []
        while not found[after] or found[after][-1] < 63:
            last = found[after][-1] if found[after] else after
            found[after] += await taken(announcer, min(5, 63 - last), after=last)

    async with anyio.create_task_group() as tasks:
        for after in range(40):
            tasks.start_soon(listen, after)
        for _ in range(6):
            await happen(database, "acme", 10)
    assert all(numbers == list(range(after + 1, 64)) for after, numbers in found.items())


async def test_a_filter_lets_through_what_it_names(announcer: Announcer, database: Database, house: House) -> None:
    await happen(database, "acme", 2, kind="stock.published", level="warning")
    await happen(database, "acme", 2, kind="order.held", subject_type="order", subject_id="o")
    assert await taken(announcer, 2, only=EventFilter(kinds=("stock.published",))) == [4, 5]
    assert await taken(announcer, 2, only=EventFilter(subject_type="order", subject_id="o")) == [6, 7]
    assert await taken(announcer, 2, only=EventFilter(levels=("warning",))) == [4, 5]


async def test_live_events_of_another_tenant_never_come(announcer: Announcer, database: Database, house: House) -> None:
    found: list[str] = []

    async def listen() -> None:
        async for page in announcer.follow("acme", 3, ALL, 10.0, welcome):
            found.extend(event.tenant_id for event in page)
            if len(found) >= 2:
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await happen(database, "globex", 5)
        await happen(database, "acme", 2)
    assert found == ["acme", "acme"]


async def test_a_slow_subscriber_is_cut_off_with_a_clear_error(house: House, database: Database) -> None:
    subscriber = Subscriber(ALL, room=2)
    async with database.read() as reading:
        subscriber.offer(await events_after(reading, "acme", 0, ALL, 3))
    assert len(await subscriber.take(1)) == 2
    with pytest.raises(FellBehind, match="subscribe again after your last cursor"):
        await subscriber.take(1)


async def test_closing_completes_every_subscription(database: Database, house: House) -> None:
    announcer = Announcer(database)
    ended = []

    async def listen() -> None:
        async for _ in announcer.follow("acme", 3, ALL, 10.0, welcome):
            raise AssertionError("no event was expected")
        ended.append(True)

    async with announcer.running(), anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        await until(lambda: announcer.listeners("acme") > 0)
        announcer.close()
    assert ended == [True]


async def test_a_subscriber_whose_token_ends_is_sent_away(announcer: Announcer, house: House) -> None:
    async def unwelcome() -> None:
        raise Unauthenticated

    with pytest.raises(Unauthenticated):
        async for _ in announcer.follow("acme", 3, ALL, 0.01, unwelcome):
            pass


async def test_a_feed_without_listeners_reads_no_more(announcer: Announcer, house: House) -> None:
    await taken(announcer, 3)
    assert announcer.listeners("acme") == 0
