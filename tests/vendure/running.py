"""A real Vendure server in a process of its own, on loopback, with its database in memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from hub.sandbox.catalogue import Good

SERVER = Path(__file__).parent / "server"
NODE = shutil.which("node")
WANTED = "HUB_TEST_VENDURE"
"""Set by ``make test-vendure``: a server takes a core and some hundred megabytes, too much beside all other tests."""
STANDARD_RATE = Decimal("0.21")


def missing() -> str | None:
    """Say why no server runs here; None where one can."""
    if NODE is None:
        return "node is not on PATH"
    if not os.environ.get(WANTED):
        return "a real Vendure server is for make test-vendure"
    if not (SERVER / "node_modules" / "@vendure" / "core").is_dir():
        return "the Vendure server is not installed: run make test-vendure"
    return None


@contextmanager
def running_vendure(goods: Sequence[Good], **environment: str) -> Iterator[str]:
    """Run a server that sells these goods, none of them in stock; give its address."""
    command = [NODE or "node", "server.mjs"]
    with subprocess.Popen(
        command, cwd=SERVER, env=os.environ | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([_row(good) for good in goods]) + "\n")
        process.stdin.flush()
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), "the server did not start; its words are above"
        yield address
        process.stdin.close()
        process.wait(60)


def _row(good: Good) -> Mapping[str, str]:
    tax = "standard" if good.vat_rate == STANDARD_RATE else "reduced"
    return {"sku": good.sku, "title": good.title, "price": str(good.price), "tax": tax}
