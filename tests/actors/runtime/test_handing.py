"""Mail that this node posted itself goes to its lane unread, where nothing else can be due before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

import anyio
import pytest

from hub.actors.runtime import mailbox
from hub.actors.runtime.dispatcher import Dispatcher
from hub.actors.runtime.mailbox.letters import Post, Status
from hub.actors.runtime.mailbox.ownership import Glimpse
from hub.actors.runtime.mailbox.reading import Mail, read_heads
from hub.actors.runtime.owned import MOST_HANDED
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.supervisor import Supervisor
from hub.actors.runtime.turn import Turn
from hub.outcome import Unavailable
from hub.store.engine import Database, Work
from hub.store.engine.bulk import FEW
from tests.actors.runtime.reads import KEY, Reads, at_rest
from tests.actors.runtime.stage import BOL, BRISK, Level, Note, Script, empty, later, node, row_of, send, until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def resting(
    database: Database, script: Script, reads: Reads, policy: Policy = BRISK
) -> AsyncIterator[Supervisor]:
    """Run a node that owns an actor whose lanes have had a message each and nothing more."""
    async with node(database, script, policy) as supervisor:
        await send(database, Note(0), Level("z", 0))
        for name in ("order", "stock"):
            await until(partial(at_rest, supervisor, name))
        script.turns.clear()
        reads.lanes.clear()
        yield supervisor


async def test_mail_for_a_lane_at_rest_is_handled_unread(database: Database, reads: Reads) -> None:
    script = Script()
    async with resting(database, script, reads):
        for number in range(1, 4):
            await send(database, Note(number))
            await until(partial(empty, database))
    assert script.bodies() == [Note(1), Note(2), Note(3)]
    assert reads.lanes == []


async def test_mail_of_one_transaction_is_one_turn(database: Database, reads: Reads) -> None:
    script, notes = Script(), [Note(number) for number in range(5)]
    async with resting(database, script, reads):
        await send(database, *notes)
        await until(partial(empty, database))
    assert [[one.body for one in turn.messages] for turn in script.turns] == [notes]
    assert reads.lanes == []


async def test_much_mail_at_once_does_not_have_all_that_follows_be_read(database: Database, reads: Reads) -> None:
    """SQLite tells no numbers of much mail, and leases that tell how far they are may not be renewed for hours."""
    script, many = Script(), [Note(number) for number in range(FEW + 1)]
    async with resting(database, script, reads, replace(BRISK, lease=3600.0)) as supervisor:
        for notes in (many, [Note(100)]):
            await send(database, *notes)
            await until(partial(empty, database))
            await until(partial(at_rest, supervisor, "order"))
        reads.lanes.clear()
        await send(database, Note(101))
        await until(partial(empty, database))
    assert script.bodies() == [*many, Note(100), Note(101)]
    assert reads.lanes == []


async def test_what_a_turn_posts_to_another_lane_is_handled_unread(database: Database, reads: Reads) -> None:
    async def pass_on(turn: Turn) -> None:
        if turn.lane == "order" and turn.messages[0].body.number:
            turn.post(BOL, Level("a", 7))

    script = Script(pass_on)
    async with resting(database, script, reads):
        await send(database, Note(1))
        await until(lambda: len(script.turns) == 2)
        await until(partial(empty, database))
    assert script.bodies() == [Note(1), Level("a", 7)]
    assert reads.lanes == []


async def test_what_others_posted_meanwhile_is_handled_before(database: Database, reads: Reads) -> None:
    script = Script()
    async with resting(database, script, reads):
        await reads.untold(Note(1))
        await send(database, Note(2))
        await until(partial(empty, database))
    assert script.bodies() == [Note(1), Note(2)]
    assert reads.lanes


async def test_more_than_a_lane_keeps_is_read_from_the_database(database: Database, reads: Reads) -> None:
    script, notes = Script(batches=100), [Note(number) for number in range(MOST_HANDED + 1)]
    async with resting(database, script, reads):
        await send(database, *notes)
        await until(partial(empty, database))
    assert script.bodies() == notes
    assert set(reads.lanes) == {"order"}


async def test_a_lane_that_nobody_looked_into_yet_is_read_first(database: Database, reads: Reads) -> None:
    read_by_then: list[bool] = []

    async def note(turn: Turn) -> None:
        read_by_then.append(turn.lane in reads.lanes)

    script = Script(note)
    async with node(database, script) as supervisor:
        await send(database, Note(0))
        await until(partial(at_rest, supervisor, "order"))
        await send(database, Level("a", 1))
        await until(partial(empty, database))
    assert script.bodies() == [Note(0), Level("a", 1)]
    assert read_by_then == [True, True]


async def test_what_a_turn_has_no_room_for_comes_in_the_next(database: Database, reads: Reads) -> None:
    script, notes = Script(batches=3), [Note(number) for number in range(8)]
    async with resting(database, script, reads):
        await send(database, *notes)
        await until(partial(empty, database))
    assert script.bodies() == notes
    assert [len(turn.messages) for turn in script.turns] == [3, 3, 2]


async def test_a_value_that_folds_into_one_that_waits_is_read(database: Database, reads: Reads) -> None:
    script = Script()
    async with resting(database, script, reads):
        await send(database, Level("a", 1), due_at=later(database, 3600))
        await send(database, Level("a", 2))
        await until(partial(empty, database))
    (turn,) = script.turns
    assert [(one.body, one.revision) for one in turn.messages] == [(Level("a", 2), 2)]


async def test_values_of_one_transaction_that_fold_are_handled_once(database: Database, reads: Reads) -> None:
    script = Script()
    async with resting(database, script, reads):
        await send(database, Level("a", 1), Level("b", 5), Level("a", 2))
        await until(partial(empty, database))
    assert script.bodies() == [Level("a", 2), Level("b", 5)]


async def test_mail_handled_unread_that_fails_is_tried_again(database: Database, reads: Reads) -> None:
    async def fail_once(turn: Turn) -> None:
        if turn.messages[0].body == Note(1) and not turn.messages[0].attempts:
            raise Unavailable("not now")

    script = Script(fail_once)
    async with resting(database, script, reads):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert [(one.body, one.attempts) for turn in script.turns for one in turn.messages] == [(Note(1), 0), (Note(1), 1)]


async def test_mail_told_after_it_was_read_is_not_handled_again(database: Database, reads: Reads) -> None:
    """Two writers may tell of their commits in the other order than they committed in."""
    script = Script()
    async with resting(database, script, reads) as supervisor:
        late = await reads.untold(Note(1))
        await send(database, Note(2))
        await until(partial(at_rest, supervisor, "order"))
        assert late.seq is not None
        supervisor.roster.owned[KEY].next_seq = late.seq
        supervisor.roster.ring([late])
        await until(partial(at_rest, supervisor, "order"))
    assert script.bodies() == [Note(1), Note(2)]


async def test_a_value_told_after_the_turn_that_it_folded_into_is_handled_as_it_stands(
    database: Database, reads: Reads
) -> None:
    entered, go_on = anyio.Event(), anyio.Event()

    async def wait(turn: Turn) -> None:
        if turn.messages[0].body == Level("a", 1):
            entered.set()
            await go_on.wait()

    script = Script(wait)
    async with resting(database, script, reads) as supervisor:
        await send(database, Level("a", 1))
        await entered.wait()
        late = await reads.untold(Level("a", 2))
        go_on.set()
        await until(partial(at_rest, supervisor, "stock"))
        supervisor.roster.ring([late])
        await until(partial(empty, database))
    assert [(one.body, one.revision) for turn in script.turns for one in turn.messages] == [
        (Level("a", 1), 1),
        (Level("a", 2), 2),
    ]


async def test_what_was_read_while_own_mail_came_is_read_again(
    database: Database, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else somebody else's timer, of which only the number is known, is hidden behind that mail."""
    anew, met = Dispatcher._anew, anyio.Event()

    async def and_then(dispatcher: Dispatcher, keys: Any) -> Any:
        found = await anew(dispatcher, keys)
        if not met.is_set():
            met.set()
            await send(database, Note(2))
        return found

    script = Script()
    async with resting(database, script, reads) as supervisor:
        monkeypatch.setattr(Dispatcher, "_anew", and_then)
        await reads.untold(Note(1), due_at=later(database, 0.5))
        row = await row_of(database)
        supervisor.roster.compare([Glimpse(KEY, row.epoch, row.next_seq, Status.ACTIVE)])
        await until(partial(empty, database), seconds=20)
    assert script.bodies() == [Note(2), Note(1)]


async def test_mail_of_a_node_whose_clock_is_ahead_is_due_at_once(database: Database, reads: Reads) -> None:
    script = Script()
    async with resting(database, script, reads) as supervisor:
        await reads.untold(Note(1), at=later(database, 3600))
        supervisor.roster.refresh(supervisor.roster.owned[KEY])
        await until(partial(empty, database))
    assert script.bodies() == [Note(1)]


async def test_a_letter_that_came_before_has_no_number(database: Database) -> None:
    letters: list[Post] = []

    async def work(work: Work) -> None:
        mailbox.post(work, BOL, Note(1), dedupe="one")
        letters[:] = [one for _, _, one in work.deferred if isinstance(one, Post)]
        letters[0].seq, letters[0].is_new = 1, True

    await database.write(work)
    assert (letters[0].seq, letters[0].is_new) == (1, True)
    await database.write(work)
    assert (letters[0].seq, letters[0].is_new) == (None, False)


async def test_a_node_knows_of_all_its_own_mail_and_need_not_look_when_it_renews(
    database: Database, reads: Reads
) -> None:
    async with resting(database, Script(), reads) as supervisor:
        await send(database, Note(1))
        await until(partial(empty, database))
        assert supervisor.roster.owned[KEY].next_seq == (await row_of(database)).next_seq


@pytest.mark.parametrize("way", ["mail alone", "mail that came before", "beside a change of who works"])
async def test_a_letter_knows_what_will_be_read(database: Database, way: str) -> None:
    letters: list[Post] = []
    dedupe = "new" if way == "mail that came before" else None

    async def work(work: Work) -> None:
        for body in (Note(1), Level("a", 5), Note(2)):
            mailbox.post(work, BOL, body, traceparent="00-1-2-00", dedupe=dedupe and f"{body}")
        letters[:] = [one for _, _, one in work.deferred if isinstance(one, Post)]
        if way == "beside a change of who works":
            await mailbox.pause(work, BOL, "test")

    await database.write(work)
    wanted = {(*KEY, "order"): 9, (*KEY, "stock"): 9}
    async with database.read() as connection:
        found = await read_heads(connection, wanted, later(database, 1))
    told = [Mail.of(one, one.seq) for one in letters if one.seq is not None and one.is_new]
    assert sorted(told, key=lambda mail: mail.seq) == sorted(chain(*found.values()), key=lambda mail: mail.seq)
    assert len(told) == 3
