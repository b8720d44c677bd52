"""Every place where the simulation stands in for the machine; the hub itself runs as it is.

What is replaced: the network under the HTTP client, the thread under SQLite and SQLAlchemy's engine above it,
threads for short blocking calls, the system's randomness, the lock file that keeps a second process out, and what
costs time and decides nothing (the migrations' look at their own files, one TLS context per client).
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from inspect import isawaitable
from random import Random
from typing import Any
from unittest.mock import patch

import anyio.to_thread
import httpx2
from anyio._backends._asyncio import CancelScope
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.ext.asyncio import create_async_engine

import hub.actors.runtime.keeper
import hub.actors.runtime.releaser
import hub.actors.runtime.supervisor
import hub.adapters.http
import hub.node.actors
import hub.node.node
import hub.sandbox.agenda
import hub.sandbox.amazon.sqs_doors
import hub.sandbox.bol.push
import hub.store.engine.connect
import hub.store.engine.database
import hub.store.engine.sqlite
import hub.store.engine.sqlite_file
import hub.store.migrations
from hub.actors.desk import Pace
from hub.adapters.exchange import refuse_late
from hub.node.platforms import HOOK_READERS
from hub.sandbox.world import World
from hub.store.engine import Database
from simulation.bell import Bell
from simulation.clocks import WorldClock
from simulation.inline import Disk
from simulation.network import Network
from simulation.rsa_keys import drawn_key
from simulation.script import Script
from simulation.straight import STAND_INS as STRAIGHT
from simulation.straight import StraightEngine

IDLE_SHARE = 24.0
"""Which part of a lease an idle actor stays, and how often it is looked for: well within the lease's margin of trust.

The usual second between two looks would be most of what a quiet day costs."""

MONTH = 28 * 86400.0

FORGETTING = MONTH
"""Seconds between two times that a node forgets what is too old to matter."""

ALONE = 12 * MONTH
"""Lease in seconds of a node that has the file to itself: where renewals are rare it must not end before the next."""

RARE_LOOK = MONTH
"""Seconds between two looks for invoices and for returns, which no play has."""

SCRUB_PAUSES = (0.02, 0.08, 0.4, 1.5)
"""Seconds between two looks whether the write-ahead log can be emptied; together as long as SQLite waits."""

LONGEST_NAP = 86400.0
"""Seconds that a simulated platform sleeps where nothing is due: its clock does not jump here."""


class Wire(httpx2.AsyncBaseTransport):
    """The transport of every client: the simulated network of the moment."""

    network: Network | None = None

    def __init__(self, **_: Any) -> None:
        """Take what a real transport takes, and need none of it."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert Wire.network is not None
        await Wire.network.approach(request)
        refuse_late()
        return await Wire.network.exchange(request)


@contextmanager
def in_place(
    script: Script, network: Network, entropy: Random, disk: Disk, clock: WorldClock, chances: Chances
) -> Iterator[None]:
    """Put everything in place for one stage."""
    Wire.network = network

    def urandom(size: int) -> bytes:
        return entropy.randbytes(size)

    policy = hub.node.actors.policy
    random.seed(entropy.random())
    stand_ins: list[tuple[Any, str, Any]] = [
        (os, "urandom", urandom),
        (random, "_urandom", urandom),
        (httpx2._client, "AsyncHTTPTransport", Wire),
        (hub.adapters.http, "WireTransport", Wire),
        (hub.adapters.http, "shared_tls", lambda: True),
        (anyio.to_thread, "run_sync", _at_once),
        (hub.store.engine.connect, "create_async_engine", _engine),
        (hub.store.engine.sqlite, "connector", disk.connector),
        (hub.store.engine.sqlite_file, "only_process", _alone),
        (hub.store.engine.sqlite_file, "scrub", _scrub),
        (hub.node.node, "migrate", _migrated),
        (hub.store.migrations, "newest", _newest),
        (hub.store.migrations, "revision_of", _revision_of),
        (CancelScope, "__hash__", lambda _: 0),
        (hub.actors.runtime.releaser, "SWEEP", math.inf),
        (hub.actors.runtime.keeper, "HOUR", FORGETTING),
        (hub.node.node, "Pace", partial(Pace, invoice_sweep=RARE_LOOK, return_sweep=RARE_LOOK)),
        (hub.node.actors, "ALONE", ALONE),
        (hub.node.actors, "policy", lambda given: replace(policy(given), linger=given.lease_seconds / IDLE_SHARE)),
        (hub.sandbox.bol.push, "rsa", _OneKey),
        (HOOK_READERS["generic"], "_clock", clock),
        (hub.sandbox.agenda, "LONGEST_NAP", LONGEST_NAP),
        (World, "chance", chances.chance),
        (Database, "shared", script.nodes > 1),
        (hub.actors.runtime.supervisor, "PostgresDoorbell", Bell.of_file()),
        (hub.sandbox.amazon.sqs_doors, "datetime", _ThatTime(clock)),
        *STRAIGHT,
    ]
    with ExitStack() as stack:
        for whose, name, stand_in in stand_ins:
            stack.enter_context(patch.object(whose, name, stand_in))
        yield


class Chances:
    """The streams of chance of the simulated platforms, which can be begun anew."""

    def __init__(self) -> None:
        self._streams: list[tuple[str, Random]] = []
        self.seed: object = "setting up"

    def chance(self, purpose: str) -> Random:
        """Stand in for ``World.chance``."""
        self._streams.append((purpose, Random(f"{self.seed}/{purpose}")))
        return self._streams[-1][1]

    def drawn_from(self, seed: int) -> None:
        """Let all of them, and Python's own, follow from a seed from now on."""
        self.seed = seed
        random.seed(seed)
        for purpose, stream in self._streams:
            stream.seed(f"{seed}/{purpose}")


class _OneKey:
    """bol.com's key pair, the same in every play."""

    RSAPrivateKey = rsa.RSAPrivateKey
    generate_private_key = staticmethod(drawn_key)


class _ThatTime:
    """``datetime`` for the one place that asks the machine for the time, to check a signature."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock

    def now(self, _: Any) -> datetime:
        return self._clock.now()


_dialects: dict[str, Any] = {}


def _engine(url: Any, **options: Any) -> StraightEngine:
    """Make an engine with the dialect of those before it: what is compiled for that is found again."""
    made = create_async_engine(url, **options)
    made.sync_engine.dialect = _dialects.setdefault(url.drivername, made.sync_engine.dialect)
    most, patience = options.get("pool_size", math.inf), options.get("pool_timeout", 0.0)
    return StraightEngine(made, options["async_creator"], most, patience, keep="pool_size" in options)


async def _at_once(function: Callable[..., Any], *given: Any, **_: Any) -> Any:
    done = function(*given)
    return await done if isawaitable(done) else done


@contextmanager
def _alone(path: object) -> Iterator[None]:
    yield


async def _scrub(path: Any) -> bool:
    """Empty the write-ahead log as soon as nobody is in the way, who is waited for as long as SQLite would."""
    for pause in SCRUB_PAUSES:
        if _emptied(path):
            return True
        await asyncio.sleep(pause)
    return False


def _emptied(path: Any) -> bool:
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
