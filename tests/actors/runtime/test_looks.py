"""Mail that has just come is read on the spot, and a full mailbox elsewhere: whoever reads it holds nobody up."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from hub.actors.runtime.address import Address
from hub.actors.runtime.dispatcher import FEW_LANES, FEW_MAILS
from hub.actors.runtime.mailbox.reading import read_mail
from hub.store.engine import Database
from tests.actors.runtime.stage import Note, Script, empty, node, send, until

pytestmark = pytest.mark.anyio

SHOPS = [Address("channel", f"tenant-{number}", "shop") for number in range(FEW_LANES + 4)]


@pytest.fixture
def looks(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, int]]:
    """How every look at mail went: whether on the spot, and the most messages that it brought of one lane."""
    found: list[tuple[bool, int]] = []
    look = database.look

    async def noted(glance: Any, *, short: bool = False) -> Any:
        answer = await look(glance, short=short)
        if glance.func is read_mail:
            found.append((short, max(map(len, answer[0].values()))))
        return answer

    monkeypatch.setattr(database, "look", noted)
    return found


@pytest.mark.parametrize("many", [1, FEW_MAILS - 1, FEW_MAILS, FEW_MAILS + 1, 5 * FEW_MAILS])
async def test_a_mailbox_is_read_whole_and_in_order_with_few_messages_on_the_spot(
    database: Database, looks: list[tuple[bool, int]], many: int
) -> None:
    notes, script = [Note(number) for number in range(many)], Script(batches=1000)
    await send(database, *notes)
    async with node(database, script):
        await until(partial(empty, database))
    assert [one.body for one in script.turns[0].messages] == notes
    assert any(short for short, _ in looks)
    assert all(brought <= FEW_MAILS for short, brought in looks if short)
    assert any(not short for short, _ in looks) == (many >= FEW_MAILS)


async def test_who_has_little_mail_is_served_beside_one_who_has_much(database: Database) -> None:
    script = Script(batches=1000)
    await send(database, *[Note(number) for number in range(3 * FEW_MAILS)], to=SHOPS[0])
    for address in SHOPS[1:]:
        await send(database, Note(1), to=address)
    async with node(database, script):
        for address in SHOPS:
            await until(partial(empty, database, address))
    assert sorted(len(turn.messages) for turn in script.turns) == [*[1] * (len(SHOPS) - 1), 3 * FEW_MAILS]
