"""The API seen by the stock JavaScript client."""

from __future__ import annotations

import shutil
from pathlib import Path

import anyio
import pytest
from starlette.types import ASGIApp

from hub.domain.tenant import Role
from hub.graphql.cursor import encode_cursor
from hub.store.engine import Database
from tests.api.conftest import token_for
from tests.api.house import House, happen
from tests.api.served import served

CLIENT = Path(__file__).parent / "node"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not on PATH"),
    pytest.mark.skipif(
        not (CLIENT / "node_modules").is_dir(), reason="the client is not installed: run make test-node"
    ),
]


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


async def test_the_stock_client_resumes_and_follows(app: ASGIApp, database: Database, house: House) -> None:
    token = await token_for(database, "acme", Role.VIEWER)
    async with served(app) as place, anyio.create_task_group() as tasks:
        tasks.start_soon(happen, database, "acme", 5)
        command = [NODE or "", "client.mjs", f"ws://{place}/graphql", token, "6", encode_cursor([2])]
        with anyio.fail_after(60):
            done = await anyio.run_process(command, cwd=CLIENT, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split() == [encode_cursor([number]) for number in range(3, 9)]
