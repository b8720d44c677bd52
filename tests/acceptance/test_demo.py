"""The demo as anybody starts it: a short busy day, an impossible wish, and Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from typing import Any

import anyio
import pytest
from anyio.streams.text import TextReceiveStream

from demo.plan import ROOT

DEMO = (sys.executable, "main.py", "demo")


async def run_demo(*options: str) -> tuple[int, dict[str, Any], str]:
    """Run the demo with ``--json`` to its end; return its status, its last line read as JSON, and what it told."""
    done = await anyio.run_process((*DEMO, "--json", *options), cwd=ROOT, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr.decode()


@pytest.mark.timeout(600)
async def test_a_busy_day_ends_well_with_one_json_object_as_its_last_line() -> None:
    status, told, lines = await run_demo("--for", "12", "--seed", "11")
    assert status == 0, told
    assert told["ok"] is True
    assert told["sold"] > 10
    assert (told["lost"], told["duplicates"], told["wrong_totals"], told["oversold_by_hub"]) == (0, 0, 0, 0)
    assert told["stock_converged"] is True
    assert told["tracking_confirmed"] is True
    assert told["restarts"] == 1
    assert told["books_equal_channels"] is True
    assert told["certificates"] == told["forwarded"] > 0
    assert told["held_orders"] == {}
    assert {"bol-1", "amazon-eu", "shopify", "webshop"} == set(told["channels"])
    assert all(one["sold"] > 0 and one["forwarded"] > 0 for one in told["channels"].values())
    assert all(told["hub_delay_ms"][flow]["count"] > 0 for flow in ("stock", "order", "tracking"))
    happened = ("1,000 positions", "Exact is down", "kill -9", "Closing time")
    assert all(words in lines for words in ("Amazon Europe lets the hub in", "Shopify lets the hub in", *happened))


async def test_an_impossible_wish_ends_with_its_reason_in_words_and_in_json() -> None:
    status, told, lines = await run_demo("--nodes", "2")
    assert status == 1
    assert told["ok"] is False
    assert "PostgreSQL" in told["problems"][0]
    assert "PostgreSQL" in lines


@pytest.mark.timeout(600)
async def test_ctrl_c_ends_the_demo_and_everything_it_started() -> None:
    async with await anyio.open_process(DEMO, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        told = ""
        async for text in TextReceiveStream(process.stdout):
            told += text
            if "The shops are open" in told and "Token: hub_" in told:
                break
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    ports = [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", told.splitlines()[0])]
    assert len(ports) == 2
    assert not any(answers(port) for port in ports)


def answers(port: int) -> bool:
    """Say whether somebody listens on a port of loopback."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
