"""The parts of the demo on their own: processes, the one address, the browser, the people, the verdict."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx2
import pytest
from anyio.abc import SocketStream
from graphql import build_schema, parse, validate
from rich.console import Console

from demo import documents
from demo.balancer import Balancer
from demo.browser import allow
from demo.children import Child, free_port, running
from demo.day import Day, Sold
from demo.delays import summary
from demo.failure import DemoFailed
from demo.plan import ROOT, Plan
from demo.screen import draw
from demo.shopkeeper import work_at_shop
from demo.shoppers import sell_at_desk, shop_at_amazon, shop_at_bol, shop_at_shopify, shop_at_webshop
from demo.verdict import problems
from demo.warehouse import deliver_in_exact
from demo.wholesaler import sales_codes
from hub.sandbox.app import Sandbox

SERVER = "from http.server import *; HTTPServer(('127.0.0.1', {}), SimpleHTTPRequestHandler).serve_forever()"
GOOD = {
    "sold": 3, "lost": 0, "duplicates": 0, "wrong_totals": 0, "oversold_by_hub": 0, "stock_converged": True,
    "channels": {}, "tracking": {"delivered": 2, "missing": 0, "wrong": 0, "doubled": 0, "untracked": 0},
}  # fmt: skip


async def test_a_killed_program_runs_again_and_ends_with_its_block(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    async with running(Child("server", (sys.executable, "-c", SERVER.format(port)), {}, tmp_path)) as child:
        await child.answering(url)
        await child.kill()
        assert child.ended
        await child.start()
        await child.answering(url)
    assert child.ended


async def test_a_program_that_heeds_no_signal_is_killed_and_said_to_be_deaf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.children.PATIENCE", 0.2)
    port = free_port()
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER.format(port)
    async with running(Child("deaf", (sys.executable, "-c", deaf), {}, tmp_path)) as child:
        await child.answering(f"http://127.0.0.1:{port}/")
        assert not await child.stop()
        assert child.ended
        assert await child.stop(), "who has ended needs no killing"


async def test_a_program_that_ends_early_is_reported_with_its_last_words(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no database today')")
    async with running(Child("broken", command, {}, tmp_path)) as child:
        with pytest.raises(DemoFailed, match="no database today"):
            await child.answering("http://127.0.0.1:1/")


async def test_connections_go_to_the_nodes_in_turn_and_pass_by_one_that_is_gone() -> None:
    answers: list[bytes] = []
    async with anyio.create_task_group() as group:
        nodes = [await group.start(_node, name) for name in (b"one", b"two")]
        port = free_port()
        await group.start(Balancer(port, [*nodes, free_port()]).run)
        for _ in range(6):
            async with await anyio.connect_tcp("127.0.0.1", port) as client:
                await client.send(b"?")
                answers.append(await client.receive())
        group.cancel_scope.cancel()
    assert set(answers) == {b"one", b"two"}
    assert len(answers) == 6


async def _node(name: bytes, *, task_status: anyio.abc.TaskStatus[int]) -> None:
    async def answer(client: SocketStream) -> None:
        async with client:
            await client.receive()
            await client.send(name)

    port = free_port()
    async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port) as listener:
        task_status.started(port)
        await listener.serve(answer)


async def test_the_browser_brings_back_a_code_even_when_the_consent_page_stumbles(sandbox: Sandbox) -> None:
    asked: list[str] = []
    url = sandbox.options.base_url
    async with anyio.create_task_group() as group:
        port = await group.start(partial(_callback, asked))
        for method in ("GET", "POST"):
            control = {"fault": "broken", "platform": "exact", "method": method, "path": "/oauth2/auth"}
            async with httpx2.AsyncClient(trust_env=False) as http:
                (await http.post(f"{url}/_control/fault", json=control)).raise_for_status()
        query = {"client_id": "sandbox-app", "response_type": "code", "state": "s&t"}
        query["redirect_uri"] = f"http://127.0.0.1:{port}/back"
        assert await allow(f"{url}/exact/api/oauth2/auth?{urlencode(query)}")
        group.cancel_scope.cancel()
    told = parse_qs(urlsplit(asked[0].split(" ")[1]).query)
    assert told["state"] == ["s&t"]
    assert told["code"]


async def _callback(asked: list[str], *, task_status: anyio.abc.TaskStatus[int]) -> None:
    async def answer(client: SocketStream) -> None:
        async with client:
            asked.append((await client.receive()).decode())
            await client.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")

    port = free_port()
    async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port) as listener:
        task_status.started(port)
        await listener.serve(answer)


async def test_buyers_leave_no_order_unpaid_at_closing_time(day: Callable[[float], Day]) -> None:
    today = day(8)
    async with anyio.create_task_group() as scenes:
        for scene in (shop_at_bol, shop_at_amazon, shop_at_shopify, shop_at_webshop, sell_at_desk):
            scenes.start_soon(scene, today)
    ledger = await today.site.control.ledger()
    channels = ledger["channels"]
    assert {name: one["unpaid"] for name, one in channels.items()} == dict.fromkeys(channels, 0)
    assert all(one["sold"] > 0 for one in channels.values())
    to_deliver = Counter(sold.channel for sold in today.to_deliver)
    for name in ("bol", "amazon"):
        counts = channels[name]
        assert to_deliver[name] == counts["sold"] - counts["by_platform"] - counts["cancelled"]
    assert ledger["sales_orders"] > 0


async def test_whatever_is_set_by_hand_in_the_shop_is_followed_by_a_change_in_exact(
    day: Callable[[float], Day], sandbox: Sandbox
) -> None:
    today = day(7)
    await work_at_shop(today)
    notes = sandbox.world.ledger.shown
    by_hand = [note for note in notes if note.channel == "shopify" and note.by == "platform" and note.at > notes[0].at]
    moved = {note.sku for note in sandbox.world.ledger.free}
    assert today.by_hand > 0
    assert {note.sku for note in by_hand} <= moved


async def test_every_delivery_has_its_tracking_code_in_the_end(day: Callable[[float], Day]) -> None:
    control, placed = day(0).site.control, []
    for number in range(1, 13):
        lines = [{"sku": f"ART-{number:05d}", "quantity": 2}, {"sku": f"ART-{number + 30:05d}", "quantity": 1}]
        sold = await control.act("sell", channel="bol", lines=lines)
        external_id = (sold or {})["ids"][0]
        await control.act("b2b-order", lines=lines, your_ref=f"B-{external_id}")
        placed.append(Sold("bol", external_id))
    today = day(3)
    today.to_deliver.extend(placed)
    await deliver_in_exact(today)
    tracking = (await today.site.control.ledger())["tracking"]
    assert tracking["delivered"] == today.parcels > 0
    assert tracking["untracked"] == 0


@pytest.mark.parametrize("name", [name for name in vars(documents) if name.isupper()])
def test_what_the_demo_asks_fits_the_committed_schema(name: str) -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    assert validate(schema, parse(getattr(documents, name))) == []


async def test_the_picture_shows_where_to_look_and_how_things_stand(day: Callable[[float], Day]) -> None:
    today = day(1)
    today.board.say("The shops are open")
    today.board.ledger = await today.site.control.ledger()
    today.board.events = [
        {"at": "2026-11-23T09:30:00Z", "kind": "order.held", "level": "warning", "message": "Waits", "channel": None}
    ]
    console = Console(record=True, width=120, file=io.StringIO())
    console.print(draw(today.board, today.site))
    picture = console.export_text()
    for slug in ("bol-1", "amazon-eu", "shopify", "webshop"):
        assert slug in picture
    for words in ("/graphql", "Bearer hub_none", "09:30:00", "Waits", "calls to Exact 0", "shops are open"):
        assert words in picture


def test_a_good_ledger_has_no_problems() -> None:
    assert problems(GOOD, 2) == []


@pytest.mark.parametrize("name", ["lost", "duplicates", "wrong_totals", "oversold_by_hub"])
def test_what_must_not_be_is_named_with_its_count(name: str) -> None:
    assert [text.split(" ")[0] for text in problems(GOOD | {name: 4}, 2)] == ["4"]


def test_stock_that_differs_and_parcels_that_vanished_are_named() -> None:
    shown = {"stock_converged": False, "channels": {"bol": {"shown_mismatches": 5}}}
    assert problems(GOOD | shown, 3) == [
        "5 listings show another number than Exact's stock allows",
        "1 parcels never became a delivery in Exact",
    ]


def test_delays_are_summed_up_by_nearest_rank() -> None:
    assert summary([]) == {"count": 0}
    assert summary([30, 10, 20]) == {"count": 3, "p50": 20, "p99": 30}


def test_the_plain_including_code_is_chosen_for_every_rate() -> None:
    codes = [
        ("2", "0.21", "E", "B", False), ("VH", "0.21", "I", "S", False), ("4", "0.21", "I", "B", False),
        ("1", "0.09", "I", "B", False), ("IH", "0.06", "I", "P", False), ("6", "0.19", "I", "B", True),
    ]  # fmt: skip
    names = ("code", "percentage", "kind", "transaction", "blocked")
    chosen = sales_codes([dict(zip(names, one, strict=True)) for one in codes])
    assert chosen == [{"rate": "0.09", "code": "1"}, {"rate": "0.21", "code": "4"}]


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (Plan(nodes=2), "PostgreSQL"),
        (Plan(faults="wild"), "harsh"),
        (Plan(nodes=0), "one node"),
        (Plan(for_seconds=1), "five seconds"),
    ],
)
def test_an_impossible_plan_is_refused_in_a_sentence(plan: Plan, word: str) -> None:
    assert word in (plan.problem() or "")


def test_several_nodes_on_one_postgresql_are_possible() -> None:
    assert Plan(nodes=2, database="postgresql://localhost/hub").problem() is None
