"""Which lanes a node reads, and what it knows of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from hub.actors.runtime.dispatcher import Dispatcher
from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Post
from hub.actors.runtime.mailbox.posting import LAST
from hub.actors.runtime.message import Message, fold_of, kind_of, pack_text
from hub.actors.runtime.owned import Lane
from hub.actors.runtime.supervisor import Supervisor
from hub.store.engine import Database, Work
from tests.actors.runtime.stage import BOL

KEY = (BOL.tenant, str(BOL))


class Reads:
    """Which lanes are read, and which are written where nobody tells the node."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.lanes: list[str] = []
        heads = Dispatcher._heads

        async def noted(dispatcher: Dispatcher, wanted: Any, now: Any) -> Any:
            self.lanes += [lane for _, _, lane in wanted]
            return await heads(dispatcher, wanted, now)

        monkeypatch.setattr(Dispatcher, "_heads", noted)

    async def untold(self, body: Message, at: datetime | None = None, due_at: datetime | None = None) -> Post:
        """Post a message as another node does whose ring is yet to come, at an instant of its own clock."""
        kind, now = kind_of(body), at or self.database.clock.now()
        letter = Post(KEY, kind.lane, kind.name, 1, pack_text(body), fold_of(kind, body), due_at or now, now, None)

        async def work(work: Work) -> None:
            work.defer(flush_mail, letter, order=LAST)

        await self.database.write(work)
        return letter


def lane_of(supervisor: Supervisor, name: str) -> Lane | None:
    owned = supervisor.roster.owned.get(KEY)
    return owned.lanes.get(name) if owned is not None else None


def at_rest(supervisor: Supervisor, name: str) -> bool:
    lane = lane_of(supervisor, name)
    return lane is not None and lane.sure and not lane.hungry and lane.running is None
