"""Every place where the simulation stands in for the machine; the hub itself runs as it is.

What is replaced: the network under the HTTP client, the thread under SQLite, threads for short blocking calls, the
system's randomness, the lock file that keeps a second process out, and what costs time and decides nothing (the
migrations' look at their own files, one TLS context per client).
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch

import anyio.to_thread
import httpx2
from anyio._backends._asyncio import CancelScope

import hub.actors.runtime.releaser
import hub.actors.runtime.supervisor
import hub.adapters.http
import hub.node.node
import hub.sandbox.amazon.platform
import hub.sandbox.amazon.sqs_doors
import hub.sandbox.bol.platform
import hub.sandbox.shopify.platform
import hub.store.engine.database
import hub.store.engine.sqlite
import hub.store.migrations
from hub.store.engine import Database
from simulation.bell import Bell
from simulation.clocks import WorldClock
from simulation.inline import Disk
from simulation.network import Network
from simulation.script import Script


IDLE_LOOK = 240.0
"""Seconds between two looks for actors to let go of; every second would be most of what a quiet day costs."""

LONGEST_NAP = 1800.0
"""Seconds that a simulated platform sleeps where nothing is due: its clock does not jump here."""


class Wire(httpx2.AsyncBaseTransport):
    """The transport of every client: the simulated network of the moment."""

    network: Network | None = None

    def __init__(self, **_: Any) -> None:
        """Take what a real transport takes, and need none of it."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert Wire.network is not None
        return await Wire.network.exchange(request)


@contextmanager
def in_place(
    script: Script, network: Network, entropy: Random, disk_random: Random, clock: WorldClock
) -> Iterator[None]:
    """Put everything in place for one play."""
    Wire.network = network
    disk = Disk(disk_random)

    def urandom(size: int) -> bytes:
        return entropy.randbytes(size)

    random.seed(entropy.random())
    with (
        patch.object(os, "urandom", urandom),
        patch.object(random, "_urandom", urandom),
        patch.object(httpx2._client, "AsyncHTTPTransport", Wire),
        patch.object(hub.adapters.http, "shared_tls", lambda: True),
        patch.object(anyio.to_thread, "run_sync", _at_once),
        patch.object(hub.store.engine.sqlite, "connector", disk.connector),
        patch.object(hub.store.engine.sqlite, "only_process", _alone),
        patch.object(hub.store.engine.sqlite, "scrub", _scrub),
        patch.object(hub.store.engine.database, "Random", lambda: Random(entropy.random())),  # noqa: S311
        patch.object(hub.node.node, "migrate", _migrated),
        patch.object(hub.store.migrations, "newest", _newest),
        patch.object(hub.store.migrations, "revision_of", _revision_of),
        patch.object(CancelScope, "__hash__", lambda _: 0),
        patch.object(hub.actors.runtime.releaser, "SWEEP", IDLE_LOOK),
        patch.object(hub.sandbox.bol.platform, "LONGEST_NAP", LONGEST_NAP),
        patch.object(hub.sandbox.amazon.platform, "LONGEST_NAP", LONGEST_NAP),
        patch.object(hub.sandbox.shopify.platform, "LONGEST_NAP", LONGEST_NAP),
        patch.object(Database, "shared", script.nodes > 1),
        patch.object(hub.actors.runtime.supervisor, "PostgresDoorbell", Bell.of_file()),
        patch.object(hub.sandbox.amazon.sqs_doors, "datetime", _ThatTime(clock)),
    ):
        yield


class _ThatTime:
    """``datetime`` for the one place that asks the machine for the time, to check a signature."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock

    def now(self, _: Any) -> datetime:
        return self._clock.now()


async def _at_once(function: Callable[..., Any], *given: Any, **_: Any) -> Any:
    return function(*given)


@contextmanager
def _alone(path: object) -> Iterator[None]:
    yield


def _scrub(path: Any) -> bool:
    """Empty the write-ahead log if nobody is in the way; nobody is waited for, for all are in this loop."""
    database = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        database.close()
    return not busy


async def _migrated(url: str) -> str:
    """Nothing: every play begins with a file of the newest schema."""
    return _newest()


_ask_newest = hub.store.migrations.newest


@cache
def _newest() -> str:
    return _ask_newest()


def _revision_of(connection: Any) -> str | None:
    return _newest()
