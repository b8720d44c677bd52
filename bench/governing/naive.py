"""The same day through a client that nobody governs: everything at once, and orders again a minute later if refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2

from bench.governing.day import Day, Event
from bench.governing.outcome import Outcome, Tally, left, spend
from bench.leaping import RUN
from hub.adapters.exact.online import ExactOnline
from hub.adapters.oauth import MemoryGrants
from hub.outcome import Outcome as Told
from hub.sandbox import control_exact
from hub.sandbox.app import Options, Sandbox, make_app
from hub.sandbox.control_exact import exact_of
from hub.sandbox.exact.catalogue import ITEMS
from hub.sandbox.exact.grants import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.exact.office import MAIN_DIVISION
from hub.sandbox.exact.platform import ExactPlatform
from simulation.clocks import NodeClock, WorldClock

URL, CALLBACK = "http://sandbox", "http://127.0.0.1/oauth/exact/callback"
AGAIN = 60.0
"""Seconds after which an order that was refused is tried once more."""
WATCHED = 3600.0
"""Seconds for which it is watched after its first block; what it had to do by then is never done any more."""
STOCK = ("sync/Inventory/StockPositions", {"$filter": "Timestamp gt 1L", "$select": "ItemId,FreeStock,Timestamp"})
ITEM_LIST = ("sync/Logistics/Items", {"$filter": "Timestamp gt 1L", "$select": "ID,Code,Timestamp"})
HEADERS = ("sync/SalesOrder/GoodsDeliveries", {"$filter": "Timestamp gt 1L", "$select": "EntryID,Timestamp"})
LINES = ("sync/SalesOrder/GoodsDeliveryLines", {"$filter": "Timestamp gt 1L", "$select": "ID,EntryID,Timestamp"})
ORDERS = "salesorder/SalesOrders"
SWEEPS = ((300.0, (STOCK,)), (600.0, (HEADERS, LINES)))
PLENTY = 20_000


def naive(day: Day) -> Outcome:
    """Let the client live through a day."""
    return anyio.run(_live, day, backend_options=RUN)


async def _live(day: Day) -> Outcome:
    began = time.process_time()
    options = Options(
        day.seed, goods=day.goods, base_url=URL, platforms={"exact": ExactPlatform},
        clock=lambda *_: WorldClock(day.begins),
    )  # fmt: skip
    app = make_app(options)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = await stack.enter_async_context(_connected(day, app))
        await client.live()
    return client.told(time.process_time() - began)


@asynccontextmanager
async def _connected(day: Day, app: Any) -> AsyncIterator[Naive]:
    sandbox: Sandbox = app.state.sandbox
    exact, transport = exact_of(sandbox), httpx2.ASGITransport(app=app)
    opened = ExactOnline.open(
        f"{URL}/exact", CLIENT_ID, CLIENT_SECRET, grants := MemoryGrants(), NodeClock(WorldClock(day.begins)),
        transport=transport,
    )  # fmt: skip
    async with opened as online, httpx2.AsyncClient(base_url=f"{URL}/exact/", transport=transport) as http:
        await grants.save(await online.exchange(exact.grants.consent(CALLBACK), CALLBACK))
        for sku in (*day.refused, *day.bought):
            await control_exact.receive(sandbox, {"sku": sku, "quantity": PLENTY})
        division = exact.office.divisions[MAIN_DIVISION]
        for sku in day.refused:
            division.table(ITEMS.table).rows[division.guid("item", sku)]["IsSalesItem"] = False
        exact.office.settings.day_limit = day.limit
        spend(exact.limits, day.spent)
        yield Naive(day, sandbox, online, http)


@dataclass
class Naive:
    """One client of one division: what comes, it does at once."""

    day: Day
    sandbox: Sandbox
    online: ExactOnline
    http: httpx2.AsyncClient
    tally: Tally = field(default_factory=Tally)
    waits: list[float] = field(default_factory=list)
    came: int = 0
    poisoned: int = 0
    remaining: int = 0

    async def live(self) -> None:
        """Do all that the day asks until it ends, or an hour past the first block."""
        loop = asyncio.get_running_loop()
        self.began = loop.time()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.day.seconds - 1.0) as self.end, asyncio.TaskGroup() as tasks:
                for seconds, reads in SWEEPS:
                    tasks.create_task(self._sweep(seconds, reads))
                for event in self.day.events():
                    await asyncio.sleep(max(0.0, event.at - self._at()))
                    tasks.create_task(self._do(event))
                await asyncio.sleep(self.day.seconds)
        self.remaining = left(exact_of(self.sandbox).limits)

    def told(self, cpu: float) -> Outcome:
        """Return the figures."""
        return Outcome(
            orders=self.came, posted=len(self.waits), poisoned=self.poisoned, calls=dict(self.tally.calls),
            statuses=dict(self.tally.statuses), blocked=self.tally.blocked, exhausted_at=self.tally.exhausted_at,
            left=self.remaining, waits=self.waits, cpu=cpu,
        )  # fmt: skip

    async def _do(self, event: Event) -> None:
        if event.kind in ("order", "poison"):
            await self._forward(event)
        elif event.kind == "move":
            await control_exact.receive(self.sandbox, {"sku": event.sku, "quantity": abs(event.quantity)})
            await self._read(STOCK)
        elif event.kind == "deliver":
            await self._read(HEADERS)
            await self._read(LINES)
        elif event.kind == "price":
            await self._read(ITEM_LIST)
        else:
            await self._read(STOCK)

    async def _forward(self, event: Event) -> None:
        """Post an order until Exact takes it, then read it back."""
        self.came += event.kind == "order"
        self.poisoned += event.kind == "poison"
        division = exact_of(self.sandbox).office.divisions[MAIN_DIVISION]
        line = {"Item": division.guid("item", event.sku), "Quantity": event.quantity, "VATCode": "2"}
        account = next(iter(division.table("crm/Accounts").rows.values()))["ID"]
        order = {"OrderedBy": account, "YourRef": f"N-{event.number}", "SalesOrderLines": [line]}
        made = await self._until_taken(lambda: self._send("POST", ORDERS, json=order))
        if event.kind == "order":
            self.waits.append(self._at() - event.at)
        found = {"$filter": f"OrderID eq guid'{made.json()['d']['OrderID']}'", "$select": "OrderID,AmountFC"}
        await self._read((ORDERS, found))
        await self._read(STOCK)

    async def _sweep(self, seconds: float, reads: tuple[tuple[str, dict[str, str]], ...]) -> None:
        while True:
            for one in reads:
                await self._read(one)
            await asyncio.sleep(seconds)

    async def _read(self, what: tuple[str, dict[str, str]]) -> None:
        endpoint, query = what
        with suppress(Told):
            await self._send("GET", endpoint, params=query)

    async def _until_taken(self, send: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        while True:
            with suppress(Told):
                answer = await send()
                if answer.is_success:
                    return answer
            await asyncio.sleep(AGAIN)

    async def _send(self, method: str, endpoint: str, **given: Any) -> httpx2.Response:
        token = await self.online.tokens.access_token()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = await self.http.request(method, f"api/v1/{MAIN_DIVISION}/{endpoint}", headers=headers, **given)
        self.tally.note(exact_of(self.sandbox).limits, endpoint, answer.status_code, self._at())
        if self.tally.blocked and not self.end.expired():
            self.end.reschedule(min(self.end.when() or 0.0, self.began + self.tally.blocked[0] + WATCHED))
        return answer

    def _at(self) -> float:
        return asyncio.get_running_loop().time() - self.began
