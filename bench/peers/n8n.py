"""n8n: a workflow of a webhook and four HTTP requests, in one process, with its default database: SQLite in a file.

A webhook is answered once its execution is in the database and has begun: no more than are under way at most wait for
an end. An execution that a crash has cut off is told as crashed, and never taken up again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import anyio
import anyio.to_thread

from bench.children import Child, clean_environment, stop
from bench.deliveries import bare_requests
from bench.failure import NotMeasured
from bench.peers.entrants import Entrant, Pace, Running
from bench.peers.environment import Missing, is_kept, run
from bench.peers.servers import Server, free_port
from bench.peers.shape import AT_ONCE, CALLS
from bench.place import Place

PINNED = Path(__file__).with_name("node") / "package.json"
OLDEST_NODE = (20, 19)
INSTALL = ("install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_DEADLINE = 1800.0
"""Seconds; two thousand packages took a quarter of an hour on a busy machine that had none of them yet."""
COMPILED = "sqlite3"
"""The only one of its packages that is compiled here, where no binary of it can be had."""
SLOWER = Pace(rate=20.0, accepted=150, flood=100)
"""It cannot follow as many as the others."""
ID, PATH = "benchworkflow001", "bench"
START_DEADLINE = 120.0
READY = b"Editor is now accessible"
SETTINGS = {
    "N8N_LISTEN_ADDRESS": "127.0.0.1",
    "N8N_CONCURRENCY_PRODUCTION_LIMIT": str(AT_ONCE),
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_DYNAMIC_BANNERS_ENABLED": "false",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_LICENSE_AUTO_RENEW_ENABLED": "false",
    "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
    "EXECUTIONS_DATA_SAVE_ON_SUCCESS": "all",
    "NO_PROXY": "127.0.0.1",
}


def entrants(folder: Path) -> Sequence[Entrant]:
    """Return n8n, installed into a folder when its turn has come."""
    return (Entrant("n8n", partial(_home, folder / "n8n"), partial(_start, folder / "n8n"), pace=SLOWER),)


@asynccontextmanager
async def _home(folder: Path, place: Place) -> AsyncIterator[Server]:
    """Lend a new folder for its database; raises ``Missing`` where n8n cannot be had."""
    await anyio.to_thread.run_sync(install, folder)
    yield Server(mkdtemp(prefix="n8n-", dir=place.folder))


def install(folder: Path) -> None:
    """Install n8n where it is not there; raises ``Missing``."""
    made_from = folder / "made-from.json"
    if is_kept(made_from, PINNED):
        return
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("no node and npm on PATH")
    version = run(node, "--version").strip()
    if tuple(map(int, version.lstrip("v").split(".")[:2])) < OLDEST_NODE:
        raise Missing(f"Node {version} is too old for it")
    _emptied(folder)
    shutil.copyfile(PINNED, folder / "package.json")
    run(npm, *INSTALL, cwd=folder, deadline=INSTALL_DEADLINE)
    run(npm, "rebuild", COMPILED, *_headers(Path(node)), cwd=folder)
    shutil.copyfile(PINNED, made_from)


def _emptied(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise Missing(f"cannot be installed: {error}") from error


def _headers(node: Path) -> Sequence[str]:
    """Return what makes a compiler use this Node's own headers where they are installed with it."""
    prefix = node.resolve().parents[1]
    return (f"--nodedir={prefix}",) if (prefix / "include" / "node" / "node_api.h").exists() else ()


@asynccontextmanager
async def _start(
    folder: Path, place: Place, server: Server, platform: str, new: bool, doing: bool
) -> AsyncIterator[Running]:
    """Start n8n with its workflow; it follows webhooks where it accepts them, whatever ``doing`` says."""
    home, port, n8n = Path(server.url), free_port(), folder / "node_modules" / ".bin" / "n8n"
    if new:
        prepared = await _prepared(n8n, place, platform)
        await anyio.to_thread.run_sync(partial(shutil.copytree, prepared, home, dirs_exist_ok=True))
    ports = {"N8N_PORT": str(port), "N8N_RUNNERS_BROKER_PORT": str(free_port())}
    log = home / "log"
    with log.open("wb") as told:
        process = await anyio.open_process(
            [str(n8n), "start"],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env=_environment(home) | ports,
            start_new_session=True,
        )
    try:
        await _ready(log)
        yield Running([Child(process, log, {"port": port})], server, partial(bare_requests, f"/webhook/{PATH}"))
    finally:
        with anyio.CancelScope(shield=True):
            await stop(process)


def _environment(home: Path) -> dict[str, str]:
    return clean_environment() | SETTINGS | {"N8N_USER_FOLDER": str(home)}


async def _prepared(n8n: Path, place: Place, platform: str) -> Path:
    """Return a home that has the workflow for a platform; making it takes as long as starting n8n three times."""
    home = place.folder / f"n8n-{platform.rpartition(':')[2]}"
    if not home.exists():
        home.mkdir()
        given = home / "workflow.json"
        given.write_text(json.dumps([workflow(platform)]))
        for command in (("import:workflow", f"--input={given}"), ("publish:workflow", f"--id={ID}")):
            await _told(n8n, command, _environment(home))
    return home


async def _told(n8n: Path, command: Sequence[str], env: Mapping[str, str]) -> None:
    with anyio.fail_after(START_DEADLINE):
        ended = await anyio.run_process([str(n8n), *command], env=env, stdin=subprocess.DEVNULL, check=False)
    if ended.returncode:
        raise NotMeasured(f"{command[0]} failed: {ended.stderr.decode(errors='replace')[-200:]}")


async def _ready(log: Path) -> None:
    """Wait until it says that it is there, which it does once its webhooks are."""
    with anyio.move_on_after(START_DEADLINE):
        while True:
            if READY in await anyio.Path(log).read_bytes():
                return
            await anyio.sleep(0.1)
    raise NotMeasured("n8n did not start")


def workflow(platform: str) -> Mapping[str, Any]:
    """Return a workflow that calls the platform for each webhook's key, one call after another."""
    nodes = [_webhook(), *(_call(platform, step) for step in range(1, CALLS + 1))]
    names = [str(node["name"]) for node in nodes]
    connections = {
        name: {"main": [[{"node": following, "type": "main", "index": 0}]]} for name, following in pairwise(names)
    }
    return {"id": ID, "name": "bench", "active": False, "nodes": nodes, "connections": connections, "settings": {}}


def _webhook() -> Mapping[str, Any]:
    parameters = {"httpMethod": "POST", "path": PATH, "responseMode": "onReceived", "options": {}}
    return _node("Webhook", "n8n-nodes-base.webhook", 2, 0, parameters) | {"webhookId": PATH}


def _call(platform: str, step: int) -> Mapping[str, Any]:
    url = f"={platform}/{{{{ $('Webhook').item.json.body.Content.Key }}}}/{step}"
    return _node(f"Call {step}", "n8n-nodes-base.httpRequest", 4.2, step, {"url": url, "options": {}})


def _node(name: str, kind: str, version: float, place: int, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "type": kind,
        "typeVersion": version,
        "position": [200 * place, 0],
        "parameters": parameters,
    }
