"""A division's stock lane whose turns are taken by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, cast

import orjson
from sqlalchemy import insert, select

from hub.actors.desk import Desk, Pace, Teller, erp_address
from hub.actors.erp.scene import Scene
from hub.actors.erp.stock import StockLane
from hub.actors.messages import SweepStock
from hub.actors.runtime.message import Envelope, Message
from hub.actors.runtime.turn import Turn, run_steps
from hub.adapters.exact.erp import ExactErp
from hub.adapters.port import Erp, Page, StockRow
from hub.clock import SystemClock
from hub.outcome import Outcome
from hub.store.engine import Database, Work
from hub.store.secrets import Vault
from hub.store.tables import erp_item, stock_reading
from tests.adapters.exact.conftest import Shop as Exact
from tests.store.test_claims import SELLS
from tests.store.test_claims import Shop as Sales

SOLD = 3


class Moody:
    """Exact's adapter, which counts what it is asked and refuses what it is told to."""

    def __init__(self, erp: ExactErp) -> None:
        self.asked: Counter[str] = Counter()
        self.refusals: dict[str, list[Outcome]] = defaultdict(list)
        self.allowed: tuple[int, Outcome] | None = None
        self.deleted_since = erp.deleted_since
        self.time_at = erp.time_at
        self._erp = erp

    async def stock_since(self, cursor: str | None) -> Page[StockRow]:
        self._meet("pages")
        return await self._erp.stock_since(cursor)

    async def generation(self) -> str:
        self._meet("generation")
        return await self._erp.generation()

    def allow(self, calls: int, word: Outcome) -> None:
        """Answer so many calls more, and any other with this word."""
        self.allowed = self.asked.total() + calls, word

    def _meet(self, what: str) -> None:
        self.asked[what] += 1
        if self.allowed is not None and self.asked.total() > self.allowed[0]:
            raise self.allowed[1]
        if self.refusals[what]:
            raise self.refusals[what].pop(0)


class Reader:
    """A stock lane, one product that an order claims, and its item in the simulated books."""

    def __init__(self, exact: Exact, database: Database, erp: Moody) -> None:
        self.exact, self.database, self.erp = exact, database, erp
        self.sales = Sales(database)
        self.state, self.sold = b"{}", 0
        self.left: list[Message] = []
        clock, self._address = SystemClock(), erp_address("acme", SELLS)
        desk = Desk(database, clock, Vault([b"k" * 32]), None, Pace(stock_gather=0.0, stock_gather_most=0.0))
        register: Any = None
        teller = Teller(self._address, clock)
        self.lane = StockLane(Scene(desk, cast(Erp, erp), "acme", SELLS, "exact", teller, register))

    async def set_up(self) -> None:
        """Store what a catalogue would have told: which product each item is."""
        await self.sales.fill()

        async def items(work: Work) -> None:
            for place in range(12):
                product = "a" if place == 0 else f"p{place}"
                row = {"tenant_id": "acme", "division": SELLS, "item_id": self.exact.item(place)}
                await work.execute(
                    insert(erp_item).values(**row, product_id=product, stocked=True, sold=True, ended=False)
                )

        await self.database.write(items)

    async def turn(self, *bodies: Message) -> Outcome | None:
        """Take a turn with these messages, keep what it leaves, and return the word that it ended with, if any."""
        desk = self.lane.scene.desk
        now = desk.clock.now()
        envelopes = [
            Envelope(self._address, place, "stock", "", body, 0, 0, 0, now, now, None)
            for place, body in enumerate(bodies)
        ]
        turn = Turn(self._address, "stock", envelopes, state=self.state, epoch=1, commit=self.database.write)
        self.left = []
        turn.post = lambda _, message, **__: self.left.append(message)  # type: ignore[method-assign]
        try:
            await self.lane.handle(turn)
        except Outcome as word:
            return word
        steps, self.state = turn.gathered(complete=True)
        await self.database.write(lambda work: run_steps(steps, work))
        return None

    async def sweep(self, times: int = 1) -> None:
        """Let as many sweeps come; none of them may promise more than Exact has."""
        for _ in range(times):
            await self.turn(SweepStock(tick=False))
            assert await self.promised() <= self.free()

    async def sell(self) -> None:
        """Let an order be booked that no read has seen yet."""
        self.sold += 1
        order = await self.sales.sell(("A", SOLD), number=str(self.sold))
        books, item = self.exact.exact.main, self.exact.item(0)
        books.move(item, books.table("stock").of(item)[0]["Warehouse"], ReservedStock=Decimal(SOLD))
        await self.sales.show(order)

    def remember(self, **what: Any) -> None:
        """Change what the lane remembers."""
        self.state = orjson.dumps(orjson.loads(self.state) | what)

    def free(self) -> Decimal:
        """What Exact has free of the product."""
        return self.exact.exact.main.free_of(self.exact.item(0))

    async def read(self) -> Decimal:
        """What the hub believes to be free of it."""
        async with self.database.read() as connection:
            found = await connection.execute(
                select(stock_reading.c.free_stock).where(stock_reading.c.product_id == "a")
            )
            return sum(found.scalars(), Decimal(0))

    async def claimed(self) -> Decimal:
        """What orders still claim of it."""
        return (await self.sales.claimed()).get("a", Decimal(0))

    async def promised(self) -> Decimal:
        """What channels may be told."""
        return await self.read() - await self.claimed()

    async def is_read(self) -> bool:
        """Say whether what is booked is read and no longer claimed."""
        return await self.read() == self.free() and not await self.claimed()

    async def until_read(self) -> None:
        """Sweep until it is; no sweep may promise more than Exact has."""
        await self._until_read(self.sweep)

    async def until_read_anyhow(self) -> None:
        """Sweep until it is, where too much has been promised already."""
        await self._until_read(lambda: self.turn(SweepStock(tick=False)))

    async def _until_read(self, sweep: Callable[[], Awaitable[object]]) -> None:
        for _ in range(12):
            await sweep()
            if await self.is_read():
                return
        raise AssertionError(f"still {await self.read()} less {await self.claimed()}, where {self.free()} are free")
