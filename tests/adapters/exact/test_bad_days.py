"""Weather: broken wires, webhooks from the simulated Exact, and compressed time."""

from __future__ import annotations

import random
from decimal import Decimal

import anyio
import httpx2
import pytest

from hub.adapters.exact.erp import ExactErp
from hub.adapters.exact.webhooks import ExactHooks
from hub.adapters.port import Erp, Hint
from hub.domain.sales_order import DraftLine, SalesOrderDraft
from hub.outcome import Rejected, Throttled, Unavailable
from hub.sandbox.app import Options
from hub.sandbox.exact.announcer import HOOK_SECRET
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.faults import Fault, Forced
from tests.adapters.exact.conftest import Shop
from tests.adapters.exact.test_against_sandbox import NOW, customer, draft

BROKEN = (Fault.BROKEN, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.BROKEN_ANSWER)


async def forward(erp: Erp, wanted: SalesOrderDraft) -> None:
    """Forward as the hub does: look up after an unknown outcome, never post blindly again."""
    unknown = False
    while True:
        try:
            if unknown and wanted.your_ref in await erp.find_sales_orders([wanted.your_ref]):
                return
            unknown = False
            await erp.create_sales_order(wanted)
            return
        except Unavailable as unavailable:
            unknown = unknown or unavailable.unknown


@pytest.mark.parametrize("seed", range(3))
async def test_on_broken_wires_every_order_stands_in_exact_once(shop: Shop, erp: ExactErp, seed: int) -> None:
    chance = random.Random(seed)
    shop.exact.office.settings.minute_limit = 10_000
    faults = shop.sandbox.world.faults
    for number in range(12):
        for _ in range(chance.randrange(4)):
            faults.forced.append(Forced(chance.choice(BROKEN), "exact", chance.choice(("GET", "POST")), "SalesOrders"))
        await forward(erp, draft(shop, f"WEB-{number}"))
    booked = [order.your_ref for order in shop.sandbox.world.ledger.sales_orders.values()]
    assert sorted(booked) == sorted(f"WEB-{number}" for number in range(12))
    assert sum(faults.met.values()) > 5


async def test_a_blocked_endpoint_is_waited_for(shop: Shop, erp: ExactErp) -> None:
    shop.exact.limits.note_error(123456, "inventory/warehouses")
    for _ in range(10):
        shop.exact.limits.note_error(123456, "inventory/warehouses")
    with pytest.raises(Throttled) as caught:
        await erp.warehouses()
    assert caught.value.retry_after == 60


async def test_what_exact_sends_is_read_and_believed(shop: Shop, erp: ExactErp) -> None:
    came = anyio.Event()
    hints: list[Hint] = []

    def receive(request: httpx2.Request) -> httpx2.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        hints.extend(ExactHooks().read(headers, request.content, HOOK_SECRET))
        if {hint.topic for hint in hints} >= {"StockPositions", "SalesOrders"}:
            came.set()
        return httpx2.Response(200)

    settings = shop.exact.office.settings
    settings.hook_delay_min = settings.hook_delay_max = 0.0
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(receive)) as wire:
        shop.sandbox.world.http = wire
        await erp.subscribe("StockPositions", "http://127.0.0.1:1/hook")
        await erp.subscribe("SalesOrders", "http://127.0.0.1:1/hook")
        assert hints == []
        order_id = await erp.create_sales_order(draft(shop))
        with anyio.fail_after(60):
            await came.wait()
    assert {hint.key for hint in hints if hint.topic == "SalesOrders"} == {order_id}
    assert {hint.key for hint in hints if hint.topic == "StockPositions"} <= {shop.item(0), shop.item(1)}
    assert {(hint.division, hint.deleted) for hint in hints} == {(123456, False)}
    assert all(hint.event_at is not None for hint in hints)


class TestCompressedTime:
    """A world in which a token lives 30 seconds: the client believes what it is told."""

    @pytest.fixture
    def options(self) -> Options:
        return Options(platforms={"exact": ExactPlatform}, goods=3, speed=20.0)

    async def test_tokens_and_windows_follow_what_the_server_tells(self, shop: Shop, erp: ExactErp) -> None:
        grant = await shop.store.load()
        assert grant is not None
        assert grant.expires_in == 30.0
        shop.exact.office.settings.minute_limit = 3
        with pytest.raises(Throttled) as caught:
            await read_on(erp)
        assert caught.value.retry_after < 4


async def read_on(erp: ExactErp) -> None:
    while True:
        await erp.stock_since(None)


async def test_a_mistaken_vat_code_is_refused_in_the_users_language(shop: Shop, erp: ExactErp) -> None:
    line = DraftLine("1", shop.item(), Decimal(1), Decimal(1), "nope", Decimal("0.21"), Decimal(1), None, "Goods")
    wanted = SalesOrderDraft("WEB-1", customer(shop), NOW, "EUR", "x", (line,), (), Decimal(1))
    with pytest.raises(Rejected, match="Btw-code"):
        await erp.create_sales_order(wanted)
