"""Mail of one transaction: numbered in the order posted, made one where it is about the same, and waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from hub.actors.runtime import mailbox
from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.ownership import glance
from hub.actors.runtime.message import Message
from hub.store.engine import Database, Draft, Work
from hub.store.tables import actor
from hub.store.tables import message as message_table
from tests.actors.runtime.stage import BOL, SHOP, Level, Note, send, steer

pytestmark = pytest.mark.anyio

LATER = datetime(2100, 1, 1, tzinfo=UTC)
OTHER = Address("channel", "acme", "other")


async def keep(database: Database, *letters: tuple[Address, Message, datetime | None], alone: bool = True) -> None:
    """Post letters in one transaction: nothing but mail, or beside a change of who works."""
    if alone:
        draft = Draft(database.clock)
        for address, body, due_at in letters:
            mailbox.post(draft, address, body, due_at=due_at)
        await database.keep(draft)
        return

    async def work(work: Work) -> None:
        for address, body, due_at in letters:
            mailbox.post(work, address, body, due_at=due_at)
        await mailbox.pause(work, OTHER, "test")

    await database.write(work)


async def mail(database: Database, address: Address = BOL) -> Sequence[Row[Any]]:
    statement = select(message_table).where(message_table.c.address == str(address)).order_by(message_table.c.seq)
    async with database.read() as connection:
        return (await connection.execute(statement)).all()


async def actor_row(database: Database, address: Address = BOL) -> Row[Any]:
    async with database.read() as connection:
        return (await connection.execute(select(actor).where(actor.c.address == str(address)))).one()


@pytest.mark.parametrize("alone", [True, False])
async def test_values_of_one_transaction_become_one_message(database: Database, alone: bool) -> None:
    before = database.clock.now()
    sooner = LATER - timedelta(days=1)
    levels = [(BOL, Level("a", 1), LATER), (BOL, Level("b", 5), LATER), (BOL, Level("a", 2), sooner)]
    await keep(database, *levels, (BOL, Level("a", 3), LATER), alone=alone)
    first, second = await mail(database)
    assert (first.body["quantity"], first.revision, first.due_at) == (3, 3, sooner)
    assert before <= first.posted_at < first.folded_at
    assert (second.body["sku"], second.revision, second.folded_at) == ("b", 1, None)
    assert first.seq < second.seq < (await actor_row(database)).next_seq


@pytest.mark.parametrize("alone", [True, False])
async def test_several_values_fold_into_one_that_waits(database: Database, alone: bool) -> None:
    await keep(database, (BOL, Level("a", 1), None), (BOL, Note(1), None), alone=alone)
    waited, _ = await mail(database)
    await keep(database, (BOL, Level("a", 2), None), (BOL, Level("a", 3), None), alone=alone)
    found, _ = await mail(database)
    assert (found.seq, found.posted_at, found.due_at) == (waited.seq, waited.posted_at, waited.due_at)
    assert (found.body["quantity"], found.revision) == (3, 3)
    assert found.folded_at > found.posted_at


@pytest.mark.parametrize("alone", [True, False])
async def test_many_messages_keep_their_order_and_take_no_number_twice(database: Database, alone: bool) -> None:
    for first in (0, 75):
        letters = [(address, Note(number), None) for number in range(first, first + 75) for address in (BOL, SHOP)]
        await keep(database, *letters, alone=alone)
    for address in (BOL, SHOP):
        rows = await mail(database, address)
        assert [row.body["number"] for row in rows] == list(range(150))
        assert (await actor_row(database, address)).next_seq == rows[-1].seq + 1


async def test_mail_goes_out_beside_statements_past_sqlalchemy(database: Database) -> None:
    async def work(work: Work) -> None:
        assert await glance(work.connection, "nobody") == []
        mailbox.post(work, BOL, Note(1))

    await database.write(work)
    assert [row.body["number"] for row in await mail(database)] == [1]


async def test_mail_wakes_an_actor_that_nobody_owns_when_the_first_of_it_is_due(database: Database) -> None:
    sooner = LATER - timedelta(days=1)
    await keep(database, (BOL, Note(1), LATER), (BOL, Note(2), sooner))
    assert (await actor_row(database)).due_at == sooner
    await keep(database, (BOL, Note(3), LATER))
    assert (await actor_row(database)).due_at == sooner
    await keep(database, (BOL, Note(4), None))
    assert (await actor_row(database)).due_at < sooner


async def test_mail_does_not_wake_an_actor_that_is_paused_or_owned(database: Database) -> None:
    await steer(database, mailbox.pause, "test")
    await send(database, Note(1), to=SHOP, due_at=LATER)
    lease = LATER + timedelta(days=1)
    owned = update(actor).where(actor.c.address == str(SHOP)).values(node="somebody", due_at=lease)
    await database.write(lambda work: work.execute(owned))
    await keep(database, (BOL, Note(1), None), (SHOP, Note(2), None))
    assert (await actor_row(database, BOL)).due_at is None
    assert (await actor_row(database, SHOP)).due_at == lease
