"""Requests that a channel adapter really sends, recorded between it and its platform's sandbox."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from hub.adapters.http import Caller
from hub.adapters.port import StockUpdate
from hub.domain.goods_return import AnsweredItem, ReturnAnswer
from hub.outcome import Rejected
from hub.sandbox.control_aftersales import TakesBack
from hub.sandbox.control_people import Refunds
from hub.sandbox.ledger import Units
from tests.adapters.channel_ground import Fixture
from tests.adapters.channel_stage import Stage, staged

SENDERS = {"send", "read", "_post"}
CALLBACK = "https://hub.test:8080/hooks"


class Recording(httpx2.AsyncHTTPTransport):
    """Notes every request on its way out, with its answer's status."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[httpx2.Request, httpx2.Response]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        self.seen.append((request, response))
        return response


def literals(adapter: str) -> list[str]:
    """Return every text that stands in an adapter's source."""
    return [node.value for node in _nodes(adapter) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def operations_named(adapter: str) -> set[str]:
    """Return the names of all operations that an adapter's source gives to what sends them."""
    calls = [node for node in _nodes(adapter) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    sending = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in SENDERS]
    return {
        first.value
        for node in sending
        for first in node.args[:1]
        if isinstance(first, ast.Constant) and isinstance(first.value, str)
    }


def _nodes(adapter: str) -> list[ast.AST]:
    sources = (Path(__file__).parents[2] / "hub" / "adapters" / adapter).glob("*.py")
    return [node for source in sorted(sources) for node in ast.walk(ast.parse(source.read_text()))]


def noted_operations(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills with the names of the operations that are really sent."""
    names: set[str] = set()
    send = Caller.send

    async def noting(self: Caller, operation: str, *asked: Any, **more: Any) -> httpx2.Response:
        names.add(operation)
        return await send(self, operation, *asked, **more)

    monkeypatch.setattr(Caller, "send", noting)
    return names


@asynccontextmanager
async def everything_asked(fixture: Fixture, *, goods: int = 8) -> AsyncIterator[tuple[Stage, Recording]]:
    """Use each operation of the port at least once."""
    recording = Recording()
    with anyio.fail_after(60):
        async with staged(fixture, goods=goods, transport=recording) as stage:
            await _orders_and_parcels(stage)
            await _refunds_and_returns(stage)
            await _stock(stage)
            await _hooks(stage)
            yield stage, recording


async def _orders_and_parcels(stage: Stage) -> None:
    order_id = await stage.sell(quantity=3)
    _, cursor = await stage.sweep(None)
    await stage.sweep(cursor)
    await stage.patiently(stage.channel.order, "999999")
    for reference, quantity in (("first", 1), ("second", 2)):
        shipment = await stage.parcel(order_id, quantity, reference, completes=reference == "second")
        await stage.ship_as_the_hub_does(shipment)
        await stage.patiently(stage.channel.find_shipment, shipment)
    untracked = await stage.parcel(await stage.sell(quantity=1), 1, "untracked")
    await stage.ship_as_the_hub_does(replace(untracked, tracking=None))
    await stage.patiently(stage.channel.follow, ["no-such-process"])
    await stage.cancel_as_the_hub_does(await stage.cancellation(await stage.sell(quantity=2)))


async def _refunds_and_returns(stage: Stage) -> None:
    """Read an order of which many lines were refunded in part, and answer a return, where the platform has them."""
    order_id = await stage.sell(quantity=2)
    units = [Units(str(stage.listings[0].sku), 1)]
    if isinstance(stage.platform, Refunds):
        await stage.platform.refund(order_id, units)
        found = await stage.patiently(stage.channel.order, order_id)
        assert found is not None
        assert [line.quantity for line in found.refunds[0].lines] == [1]
    if isinstance(stage.platform, TakesBack):
        await stage.platform.announce_return(order_id, units)
    page = await stage.patiently(stage.channel.changed_returns, None)
    while page.more:
        for told in page.rows:
            item = AnsweredItem(told.external_id, told.items[0].external_id, ReturnAnswer.RECEIVED, 1)
            assert await stage.patiently(stage.channel.find_answer, item) is None
            await stage.patiently(stage.channel.answer_return, item)
        page = await stage.patiently(stage.channel.changed_returns, page.cursor)


async def _stock(stage: Stage) -> None:
    updates = [StockUpdate(each, quantity) for each, quantity in zip(stage.listings, (0, 1, 998, 5000), strict=False)]
    await stage.patiently(stage.channel.publish_stock, updates)
    await stage.patiently(
        stage.channel.publish_stock, [replace(updates[0], listing=stage.fixture.unknown(updates[0].listing)), *updates]
    )


async def _hooks(stage: Stage) -> None:
    callback = stage.channel.queue or CALLBACK
    for topic in stage.channel.hook_topics:
        await stage.patiently(stage.channel.subscribe, topic, callback, "secret")
        await stage.patiently(stage.channel.subscribe, topic, callback, "secret")
    stage.fixture.switch_off_hooks(stage.platform)
    made = await stage.patiently(stage.channel.subscribe, stage.channel.hook_topics[0], callback, "secret")
    await stage.patiently(stage.channel.unsubscribe, made.external_id)
    await stage.patiently(stage.channel.hook_secret)
    await stage.patiently(stage.channel.subscriptions)
    try:
        await stage.patiently(stage.channel.subscribe, "no.such-topic", callback, "secret")
    except Rejected:
        return
    raise AssertionError("a topic that does not exist was taken")
