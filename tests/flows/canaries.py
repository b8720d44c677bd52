"""Two days of a hub whose buyers are canaries, each run as a process of its own: ``first`` and ``later``.

The first day brings sales, holds, refusals and crashes that quote the buyer; the later one is forty days on. What a
day has to tell is written to a JSON file beside copies of the database's files as they were while it was open.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

import hub.adapters.woocommerce.mapping
import hub.sandbox.amazon.checkout
import hub.sandbox.bol.platform
import hub.sandbox.shopify.checkout
import hub.sandbox.woocommerce.platform
from hub.actors import commands
from hub.actors.desk import Desk, channel_address
from hub.actors.messages import FetchOrder
from hub.actors.runtime.mailbox import post
from hub.adapters.shopify.shipping import TRIES
from hub.clock import SystemClock
from hub.domain.customers import CustomerPolicy
from hub.node.actors import Actors
from hub.sandbox.buyers import Buyer
from hub.settings import read_settings
from hub.store.buyers import load_buyer
from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.tables import buyer, order_key, order_line, orders, parcel, parked, sync_event
from hub.telemetry import telemetry
from tests.flows.stage import PACE, TENANT, WHO, Stage, eventually, stage

CANARY = Buyer(
    first_name="Zwaluwtje",
    last_name="Kanariëvogel",
    salutation="UNKNOWN",
    street="Pietjesvinkenlaan",
    house_number="8391",
    extension="",
    postcode="9753KV",
    city="Kwettergaten",
    country="NL",
    phone="+31687654321",
    email="zanger.8391@volière.example.test",
)
QUOTED = (
    f"{CANARY.first_name} {CANARY.last_name}, {CANARY.street} 8391, {CANARY.postcode} {CANARY.city}, {CANARY.email}"
)
VAULT = Vault([b"k" * 32])
LATER = timedelta(days=40)
CHANNELS = ("bol", "woocommerce", "amazon", "shopify")
BUYERS_MADE_BY = (
    hub.sandbox.bol.platform,
    hub.sandbox.woocommerce.platform,
    hub.sandbox.amazon.checkout,
    hub.sandbox.shopify.checkout,
)


@dataclass(frozen=True)
class Words:
    """An answer to the next request of this method to this path whose body holds ``asked``."""

    method: str
    path: str
    body: Any
    status: int = 400
    asked: str = ""

    def answers(self, scope: Scope, content: bytes) -> bool:
        return scope["method"] == self.method and self.path in scope["path"] and self.asked.encode() in content


class Quoting:
    """A platform that refuses requests with all it knows of the buyer, while told to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: list[Words] = []

    def refuse(self, method: str, path: str, body: Any, **more: Any) -> None:
        self._waiting.append(Words(method, path, body, **more))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._waiting:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        content = await request.body()
        for words in [one for one in self._waiting if one.answers(scope, content)][:1]:
            self._waiting.remove(words)
            await JSONResponse(words.body, words.status)(scope, receive, send)
            return
        await self._app(scope, _again(content, receive), send)


def _again(content: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already once more."""
    left = [{"type": "http.request", "body": content, "more_body": False}]

    async def next_message() -> Any:
        return left.pop() if left else await receive()

    return next_message


@dataclass
class Later(SystemClock):
    """The machine's clock, so much ahead."""

    ahead: timedelta

    def now(self) -> datetime:
        return super().now() + self.ahead


async def first_day(url: str, told: Path) -> None:
    """Sell to canaries in every way that could let one slip."""
    for module in BUYERS_MADE_BY:
        vars(module)["make_buyer"] = lambda *_, **__: CANARY
    async with stage(url, channels=CHANNELS) as made:
        exact, shop = _quoting(made, "exact"), _quoting(made, "woocommerce")
        for channel in CHANNELS:
            await made.configure(channel, buyer_days=30, customers=CustomerPolicy(address_on_collective=True))
        for channel in ("bol", "amazon", "shopify"):
            await _shipped(made, channel, "confirmed")
        await _refused_by_amazon(made, _quoting(made, "amazon"))
        await _refused_by_shopify(made, _quoting(made, "shopify"))
        shop.refuse("POST", "shipment-trackings", {"code": "no", "message": f"Cannot ship to {QUOTED}", "data": {}})
        known = await _shipped(made, "woocommerce", "failed")
        await _refused_by_exact(made, exact)
        await _parked(made, shop, known)
        await _crashed(made)
        await _cancelled(made)
        open_order = await made.until_order(await made.sell("woocommerce", paid=False), "waiting")
        facts = await _facts(made.database) | {"open": open_order.order_id}
        _write(told, url, facts)


def _quoting(made: Stage, platform: str) -> Quoting:
    doors = made.sandbox._doors
    wrapped = Quoting(doors[platform])
    doors[platform] = wrapped
    return wrapped


async def _shipped(made: Stage, channel: str, ends: str) -> str:
    external_id = await made.sell(channel)
    order = await made.until_order(external_id, "forwarded")
    await made.control("deliver", your_ref=order.your_ref, tracking="auto", shipping_method="POSTNL")
    ended = select(parcel).where(parcel.c.order_id == order.order_id, parcel.c.status == ends)
    await eventually(lambda: made.rows(ended))
    return external_id


async def _refused_by_amazon(made: Stage, amazon: Quoting) -> None:
    errors = [{"code": "InvalidInput", "message": f"Cannot confirm for {QUOTED}", "details": CANARY.phone}]
    amazon.refuse("POST", "shipmentConfirmation", {"errors": errors})
    await _shipped(made, "amazon", "failed")


async def _refused_by_shopify(made: Stage, shopify: Quoting) -> None:
    errors = [{"field": ["fulfillment"], "message": f"Cannot fulfil for {QUOTED}"}]
    answer = {"data": {"fulfillmentCreate": {"fulfillment": None, "userErrors": errors}}}
    for _ in range(TRIES):
        shopify.refuse("POST", "graphql.json", answer, status=200, asked="fulfillmentCreate")
    await _shipped(made, "shopify", "failed")


async def _refused_by_exact(made: Stage, exact: Quoting) -> None:
    words = {"lang": "", "value": f"Ongeldig afleveradres: {QUOTED}"}
    exact.refuse("POST", "SalesOrders", {"error": {"code": "", "message": words}})
    held = await made.until_order(await made.sell("woocommerce"), "held")
    await made.command(commands.cancel_order, held.order_id)


async def _parked(made: Stage, shop: Quoting, known: str) -> None:
    shop.refuse("GET", f"orders/{known}", {"code": "no", "message": f"Ask {QUOTED} or {CANARY.phone}", "data": {}})
    address = channel_address(TENANT, "woocommerce")

    async def ask(work: Any) -> None:
        post(work, address, FetchOrder(known))

    await made.database.write(ask)
    await eventually(lambda: made.rows(select(parked)))


async def _crashed(made: Stage) -> None:
    """Let a bug quote what it was given, once; the order comes in all the same."""
    names = vars(hub.adapters.woocommerce.mapping)
    right = names["_address"]

    def wrong(place: Any) -> Any:
        names["_address"] = right
        raise KeyError(QUOTED, place.values)

    names["_address"] = wrong
    external_id = await made.sell("woocommerce", paid=False)
    await eventually(lambda: made.events("actor.crashed"))
    await made.until_order(external_id, "waiting")
    await made.control("cancel", channel="woocommerce", id=external_id)
    await made.until_order(external_id, "cancelled")


async def _cancelled(made: Stage) -> None:
    external_id = await made.sell("woocommerce", paid=False)
    await made.until_order(external_id, "waiting")
    await made.control("cancel", channel="woocommerce", id=external_id)
    await made.until_order(external_id, "cancelled")


async def forty_days_later(url: str, told: Path) -> None:
    """Start the hub on the database of before; no platform answers any more, and one channel is paused."""
    async with Database.open(url, Later(LATER)) as database:
        before = await _facts(database)
        await database.write(lambda work: commands.pause_channel(work, WHO, work.clock.now(), "bol"))
        desk = Desk(database, database.clock, VAULT, None, PACE)
        async with Actors(desk, read_settings({})).running():
            await eventually(lambda: _erased(database, len(before["orders"]) - 1))
            await eventually(database.scrub)
        _write(told, url, await _facts(database))


async def _erased(database: Database, wanted: int) -> bool:
    statement = select(func.count()).where(order_key.c.destroyed_at.is_not(None))
    async with database.read() as connection:
        return (await connection.execute(statement)).scalar_one() == wanted


async def _facts(database: Database) -> dict[str, Any]:
    """Return what is stored of the orders, and which of their buyers can still be opened."""
    async with database.read() as connection:

        async def rows(statement: Any) -> list[Any]:
            return list((await connection.execute(statement)).all())

        sales = await rows(select(orders).order_by(orders.c.order_id))
        lines = await rows(select(order_line).order_by(order_line.c.order_id, order_line.c.line_id))
        seals = await rows(select(buyer.c.order_id, buyer.c.sealed))
        keys = await rows(select(order_key.c.order_id, order_key.c.sealed).where(order_key.c.sealed.is_not(None)))
        opened = {one.order_id: await load_buyer(connection, VAULT, TENANT, one.order_id) for one in sales}
        return {
            "orders": {one.order_id: [one.country, str(one.total), one.currency, one.status] for one in sales},
            "lines": [[one.order_id, str(one.gross), str(one.vat_rate), str(one.vat)] for one in lines],
            "opened": {name: found.ship_to.name for name, found in opened.items() if found is not None},
            "sealed": {one.order_id: one.sealed.hex() for one in seals},
            "keys": {one.order_id: one.sealed.hex() for one in keys},
            "channels": {one.order_id: one.channel_id for one in sales},
            "refused_by": [
                one.channel_id for one in await rows(select(parcel.c.channel_id).where(parcel.c.status == "failed"))
            ],
            "said": await _said(rows),
        }


async def _said(rows: Callable[[Any], Any]) -> dict[str, list[str]]:
    """Return where a platform's words are kept."""
    held = await rows(select(orders.c.hold_detail).where(orders.c.hold_detail.is_not(None)))
    return {
        "held": [one.hold_detail["message"] for one in held],
        "parked": [one.error for one in await rows(select(parked.c.error))],
        "parcels": [one.problem for one in await rows(select(parcel.c.problem)) if one.problem],
        "crashed": [
            one.message for one in await rows(select(sync_event.c.message).where(sync_event.c.kind == "actor.crashed"))
        ],
    }


def _write(told: Path, url: str, facts: dict[str, Any]) -> None:
    told.mkdir()
    (told / "facts.json").write_text(json.dumps(facts))
    if url.startswith("sqlite"):
        file = Path(url.partition("///")[2])
        for each in file.parent.glob(f"{file.name}*"):
            shutil.copy(each, told)


async def run(day: str, url: str, told: str) -> None:
    """Live one of the two days."""
    await {"first": first_day, "later": forty_days_later}[day](url, Path(told))


def main(words: Sequence[str]) -> None:
    """Live the day that the command line names."""
    day, url, told = words
    with telemetry("canary", "debug", os.environ):
        anyio.run(run, day, url, told)


if __name__ == "__main__":
    main(sys.argv[1:])
