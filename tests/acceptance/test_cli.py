"""The command line as a person meets it: processes, exit statuses, and sentences."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from anyio.abc import Process

from demo.children import free_port
from hub.clock import SystemClock
from hub.settings import settings_table
from hub.store.engine import Database
from hub.store.secrets import Vault, read_keys
from tests.api.house import furnish
from tests.store.test_buyers import sell

ROOT = Path(__file__).parents[2]
COMMANDS = ("serve", "demo", "sandbox", "migrate", "token", "schema", "bench", "rotate-keys", "settings",
            "certificate", "report", "oss", "dashboards", "backup", "restore", "restored", "verify-log", "export-log",
            "export-buyer")  # fmt: skip


class Shell:
    """Runs the hub's commands with settings of their own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "OTEL_"))}
        own = {"HUB_DATABASE_URL": f"sqlite:///{folder}/hub.db", "HUB_KEY_FILE": f"{folder}/hub.key", "HUB_PORT": "0"}
        self.environ = {**kept, **own, **settings, "TERM": "dumb", "COLUMNS": "100"}

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "main.py", *words],
            cwd=ROOT, env={**self.environ, **settings}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    @asynccontextmanager
    async def serving(self, **settings: str) -> AsyncIterator[tuple[Process, str]]:
        """Run ``serve`` until the block ends, and give its process and address."""
        port = free_port()
        environ = {**self.environ, "HUB_PORT": str(port), **settings}
        command = [sys.executable, "main.py", "serve"]
        async with await anyio.open_process(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as process:
            try:
                await until_live(process, f"http://127.0.0.1:{port}")
                yield process, f"http://127.0.0.1:{port}"
            finally:
                if process.returncode is None:
                    process.kill()


async def until_live(process: Process, url: str) -> None:
    """Ask until the door answers; fails with the process's own words where it ended instead."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        with anyio.fail_after(60):
            while True:
                try:
                    if (await client.get(f"{url}/health/live")).status_code == 200:
                        return
                except httpx2.TransportError:
                    assert process.returncode is None, await words_of(process)
                    await anyio.sleep(0.05)


async def words_of(process: Process) -> str:
    assert process.stderr is not None
    return b"".join([chunk async for chunk in process.stderr]).decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_help_names_every_command(shell: Shell) -> None:
    done = shell.run("--help")
    assert done.returncode == 0
    assert all(re.search(rf"\b{command}\b", done.stdout) for command in COMMANDS)


def test_settings_prints_the_table_of_the_readme(shell: Shell) -> None:
    assert shell.run("settings").stdout.strip() == settings_table()


def test_every_wrong_setting_is_told_at_once_without_a_traceback(shell: Shell) -> None:
    done = shell.run("migrate", HUB_PORT="eighty", HUB_DEMO="maybe", HUB_PROT="1")
    assert done.returncode == 2
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["HUB_PROT", "HUB_PORT", "HUB_DEMO"]


def test_a_token_is_shown_once_listed_and_revoked(shell: Shell) -> None:
    made = shell.run("token", "create", "--tenant", "acme", "--name", "Acme BV", "--role", "admin", "--label", "ops")
    assert made.stdout.startswith("hub_")
    listed = shell.run("token", "list", "--tenant", "acme").stdout
    assert made.stdout.strip() not in listed
    token_id, role, state, _, label = listed.split()
    assert (role, state, label) == ("admin", "works", "ops")
    assert shell.run("token", "revoke", token_id, "--tenant", "acme").returncode == 0
    assert shell.run("token", "revoke", token_id, "--tenant", "acme").returncode == 2
    assert "ended" in shell.run("token", "list", "--tenant", "acme").stdout


async def test_a_person_is_shown_all_that_is_kept_one_order_a_line(shell: Shell, tmp_path: Path) -> None:
    shell.run("token", "create", "--tenant", "acme")
    vault = Vault(read_keys("", tmp_path / "hub.key"))
    async with Database.open(shell.environ["HUB_DATABASE_URL"], SystemClock()) as database:
        for order in ("one", "two"):
            await sell(database, vault, order)
    done = shell.run("export-buyer", "--tenant", "acme", "--email", "Anna@example.test")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["number"], one["buyer"]["ship_to"]["name"]) for one in told] == [
        ("one", "Anna Bos"),
        ("two", "Anna Bos"),
    ]
    assert shell.run("export-buyer", "--tenant", "acme", "--email", "bram@example.test").stdout == ""
    assert shell.run("export-buyer", "--tenant", "globex", "--email", "anna@example.test").returncode == 2


def test_a_tenant_needs_a_usable_id(shell: Shell) -> None:
    done = shell.run("token", "create", "--tenant", "Acme BV")
    assert done.returncode == 2
    assert "lower-case letters" in done.stderr


def test_a_wrong_key_stops_every_command_with_one_sentence(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("rotate-keys").returncode == 0
    (tmp_path / "hub.key").unlink()
    for command in (("rotate-keys",), ("serve",), ("token", "list", "--tenant", "acme")):
        done = shell.run(*command)
        assert done.returncode == 2
        assert len([line for line in done.stderr.splitlines() if "give that key too" in line]) == 1
        assert "Traceback" not in done.stderr


async def test_a_certificate_is_printed_as_text_and_as_a_page(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("migrate").returncode == 0
    async with Database.open(f"sqlite:///{tmp_path}/hub.db", SystemClock()) as database:
        await furnish(database, "acme")
    asked = ("certificate", "--tenant", "acme", "--order", "#order")
    text = shell.run(*asked)
    assert text.returncode == 0, text.stderr
    assert "Certificate of order #order" in text.stdout
    assert "1. The buyer accounts for the VAT." in text.stdout
    assert shell.run(*asked, "--page").stdout.startswith("<!doctype html>")
    other = shell.run("certificate", "--tenant", "globex", "--order", "#order")
    assert (other.returncode, other.stderr.strip()) == (2, "tenant globex has no order #order with a certificate")


async def test_the_hub_serves_until_sigterm_and_ends_well(shell: Shell) -> None:
    token = shell.run("token", "create", "--tenant", "acme", "--role", "admin").stdout.strip()
    async with shell.serving() as (process, url), httpx2.AsyncClient(trust_env=False) as client:
        ready = await client.get(f"{url}/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        asked = await client.post(
            f"{url}/graphql", json={"query": "{ __typename }"}, headers={"authorization": f"Bearer {token}"}
        )
        assert asked.json()["data"] == {"__typename": "Query"}
        assert (await client.post(f"{url}/webhooks/exact/nobody")).status_code == 404
        second = shell.run("token", "list", "--tenant", "acme")
        assert second.returncode == 2
        assert "in use by another process" in second.stderr
        process.send_signal(signal.SIGTERM)
        with anyio.fail_after(60):
            assert await process.wait() == 0
        assert '"message":"stopped"' in await words_of(process)


async def test_a_taken_port_is_one_sentence(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = await anyio.to_thread.run_sync(lambda: shell.run("serve", HUB_PORT=str(listener.getsockname()[1])))
    assert done.returncode == 2
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr
