"""Buyers who would be recognised anywhere are found nowhere: not on the first day, and not forty days later."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import anyio
import pytest

from hub.store.sealed import BUYER
from hub.store.secrets import KeyMissing
from tests.flows.canaries import CANARY, CHANNELS, VAULT
from tests.flows.stage import TENANT
from tests.otlp import Receiver, collecting
from tests.postgres import Server

ROOT = Path(__file__).parents[2]
WORDS = (CANARY.first_name, CANARY.last_name, CANARY.street, CANARY.postcode, CANARY.city, CANARY.phone[1:],
         CANARY.email, "9753 KV")  # fmt: skip


def variants(word: str) -> Iterator[bytes]:
    """Yield the ways in which a word may stand among bytes."""
    for spelled in (word, word.lower(), word.upper()):
        yield from (spelled.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"))
        yield json.dumps(spelled)[1:-1].encode()
        yield from (quoted.encode() for quoted in (quote(spelled), quote_plus(spelled)))
        yield spelled.encode().hex().encode()
        yield from in_base64(spelled.encode())


def in_base64(plain: bytes) -> Iterator[bytes]:
    """Yield what base64 makes of bytes at each of the three places where they may begin, without uncertain ends."""
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + plain)
        yield whole[-(-lead * 8 // 6) : (lead + len(plain)) * 8 // 6]


NEEDLES = {needle for word in WORDS for needle in variants(word) if len(needle) >= 6}


def slipped(content: bytes) -> list[bytes]:
    """Return the canaries that are in there."""
    return sorted(needle for needle in NEEDLES if needle in content)


def test_a_canary_would_be_heard_in_any_disguise() -> None:
    said = f"to {CANARY.last_name} please"
    disguises = [said.encode(), said.encode("utf-16"), json.dumps(said).encode(), quote(said).encode()]
    disguises += [base64.b64encode(b"x" * lead + said.encode()) for lead in range(3)]
    assert all(slipped(one) for one in disguises)
    assert not slipped(b"order 4711 of channel/acme/bol")


class Witness:
    """Runs the days and keeps whatever left their processes."""

    def __init__(self, url: str, folder: Path, receiver: Receiver) -> None:
        self.url, self.folder, self.receiver = url, folder, receiver
        self.logs = b""

    async def day(self, name: str) -> dict[str, Any]:
        """Live one day and return what it told."""
        given = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "HUB_"))}
        export = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        command = [sys.executable, "-m", "tests.flows.canaries", name, self.url, str(self.folder / name)]
        done = await anyio.run_process(
            command, cwd=ROOT, env={**given, **export}, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert done.returncode == 0, done.stderr[-4000:].decode()
        self.logs += done.stdout + done.stderr
        found: dict[str, Any] = json.loads((self.folder / name / "facts.json").read_text())
        return found

    def exported(self) -> bytes:
        sent: list[Any] = [*self.receiver.traces, *self.receiver.metrics, *self.receiver.logs]
        return b"".join(one.SerializeToString() for one in sent)

    def files(self, name: str) -> dict[str, bytes]:
        """Return the database's files as they were at the end of a day, while it was still open."""
        return {one.name: one.read_bytes() for one in (self.folder / name).glob("hub.sqlite*")}


@pytest.fixture
async def witness(database_url: str, tmp_path: Path) -> Any:
    async with collecting() as receiver:
        yield Witness(database_url, tmp_path, receiver)


@pytest.mark.timeout(600)
async def test_no_canary_is_heard_and_after_forty_days_no_key_is_left(
    witness: Witness, request: pytest.FixtureRequest
) -> None:
    first = await witness.day("first")
    assert set(first["opened"].values()) == {f"{CANARY.first_name} {CANARY.last_name}"}
    assert first["opened"].keys() == first["orders"].keys()
    assert set(first["channels"].values()) == set(CHANNELS)
    assert set(first["refused_by"]) >= {"woocommerce", "amazon", "shopify"}
    assert_hidden(first["said"])
    later = await witness.day("later")
    assert set(later["opened"]) == set(later["sealed"]) == set(later["keys"]) == {first["open"]}
    assert (later["orders"], later["lines"]) == (first["orders"], first["lines"])
    assert_gone(first, later, b"".join(witness.files("later").values()))
    for name, content in heard(witness, request).items():
        assert not slipped(content), name


def assert_hidden(said: dict[str, list[str]]) -> None:
    """The platforms did quote the buyer, wherever their words are kept; the crash is told without any."""
    for place in ("held", "parked", "parcels"):
        assert said[place], place
        assert any("[hidden]" in words for words in said[place]), place
    assert said["crashed"]


def assert_gone(first: dict[str, Any], later: dict[str, Any], content: bytes) -> None:
    """No key of the hub's opens what was sealed, and of that and its keys nothing is left in SQLite's files."""
    erased = set(first["orders"]) - set(later["opened"])
    assert erased
    for one in erased:
        sealed = bytes.fromhex(first["sealed"][one])
        with pytest.raises(KeyMissing):
            VAULT.open(sealed, BUYER.place(TENANT, one))
        assert sealed not in content
        assert bytes.fromhex(first["keys"][one]) not in content
    if content:
        kept = next(iter(later["keys"]))
        assert bytes.fromhex(later["keys"][kept]) in content


def heard(witness: Witness, request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Return everything that left the hub or lies on a disk."""
    found = {"logs": witness.logs, "exports": witness.exported()}
    assert len(found["logs"]) > 1000
    assert witness.receiver.traces
    assert witness.receiver.logs
    for day in ("first", "later"):
        found |= {f"{day} {name}": content for name, content in witness.files(day).items()}
    if witness.url.startswith("postgresql"):
        server: Server = request.getfixturevalue("postgres_server")
        disk = [one for one in server.folder.rglob("*") if one.is_file() and one.stat().st_size]
        assert disk
        found |= {str(one): one.read_bytes() for one in disk}
    return found
