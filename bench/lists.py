"""GraphQL list query: a hundred orders with seven fields each, over HTTP, read from the database every time."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
import orjson

from bench.children import Child, child
from bench.figure import Aim, figure
from bench.place import Place
from bench.plain_api import LIST, SIZE
from bench.webhooks import Runs, Target

HUB, STRAWBERRY, BARE = "/graphql", "/bench/strawberry/", "/bench/json"
LIKE_YOGA = Aim(4.85, of_bound=True)
"""1,000/s where plain Strawberry gives 206."""
A_FIFTH = Aim(4.7, most=True, of_bound=True)
"""1,000/s where bare JSON gives 4,714."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whole HTTP requests for one query."""

    token: str

    def requests(self, path: str, count: int) -> list[bytes]:
        body = orjson.dumps({"query": LIST})
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.token}\r\nAccept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return [head.encode() + body] * count


async def measure(place: Place) -> None:
    """Measure on SQLite; rounds of the hub's API and of its bounds alternate."""
    plan = {"database_url": await place.database("sqlite"), "orders": SIZE + 20}
    async with child("bench.api", place.folder, plan) as server:
        await _measure(place, server)


async def _measure(place: Place, server: Child) -> None:
    runs = {path: Runs() for path in (HUB, STRAWBERRY, BARE)}
    asked, port, count = Asked(server.facts["token"]), server.facts["port"], place.effort.lists
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        target = Target(port, http)
        for path in runs:
            await target.pour(asked.requests(path, 20))
        for _ in range(place.effort.rounds):
            for path, one in runs.items():
                await target.pour(asked.requests(path, count), one)
    hub, plain, bare = runs[HUB], runs[STRAWBERRY], runs[BARE]
    strawberry, json = "plain Strawberry, data in memory", "the answer as bare JSON, from memory"
    place.add(
        figure("list queries of 100 nodes", hub.rates, "/s", bounds=plain.rates, bound_is=strawberry, aim=LIKE_YOGA),
        figure("list queries beside bare JSON", hub.rates, "/s", bounds=bare.rates, bound_is=json),
        figure("list queries, CPU each", hub.cpu, "ms", bounds=bare.cpu, bound_is=json, aim=A_FIFTH),
    )
