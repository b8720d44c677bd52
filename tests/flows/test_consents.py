"""A person's consent, through the hub's own doors and the platform's own page, becomes a grant that is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hub.adapters.bol.connector import CONNECTOR as BOL
from hub.adapters.connector import Account, Consented
from hub.adapters.port import Grant
from hub.clock import Clock, SystemClock
from hub.node.connecting import ChannelConsent, ExactConsent
from hub.node.platforms import Platforms
from hub.outcome import Rejected
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.faults import Fault, Forced
from hub.settings import Settings
from hub.store.channels import load_channel
from hub.store.connections import ConnectionStatus, ErpCredentials, create_connection, load_connection
from hub.store.engine import Database
from hub.store.grants import StoredGrant, channel_grant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault
from hub.store.tenants import create_tenant
from hub.store.tickets import Subject
from hub.web.doors import Limits
from tests.web.stage import Opening

CALLBACK = "http://127.0.0.1/oauth/exact/callback"
APP = ErpCredentials("sandbox-app", "sandbox-secret", "sandbox-hook-secret")


@asynccontextmanager
async def simulated_exact() -> AsyncIterator[Sandbox]:
    async with running(Options(platforms={"exact": ExactPlatform}, goods=3)) as sandbox:
        yield sandbox


async def allowed(place: str) -> dict[str, str]:
    """Press Allow on a consent page and return the parameters of the way back."""
    asked = urlsplit(place)
    async with httpx2.AsyncClient(trust_env=False) as browser:
        form = {name: values[0] for name, values in parse_qs(asked.query).items()}
        answer = await browser.post(asked._replace(query="").geturl(), data=form)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


@pytest.mark.parametrize("fault", [None, Fault.THROTTLE, Fault.BROKEN])
async def test_a_consent_at_exact_ends_connected_even_where_it_is_busy(database: Database, fault: Fault | None) -> None:
    """The code is used up by then: giving up would cost the person another consent."""
    vault = Vault([b"k" * 32])
    async with simulated_exact() as sandbox:
        await database.write(lambda work: create_tenant(work, "acme", "Acme"))
        place = f"{sandbox.options.base_url}/exact"
        made = await database.write(lambda work: create_connection(work, vault, "acme", "Exact", place, APP))
        subject, flow = Subject("acme", made.connection_id), ExactConsent(database, vault, SystemClock())
        address = await flow.address(subject, "state-1", CALLBACK)
        assert address is not None
        answer = await allowed(address)
        assert flow.consented(answer)
        if fault is not None:
            sandbox.world.faults.forced.append(Forced(fault, "exact", "GET", "", 1))
        assert "opened" in await flow.connect(subject, answer, CALLBACK)
        assert fault is None or sandbox.world.faults.met[f"exact.{fault.value}"] == 1
    async with database.read() as connection:
        found = await load_connection(connection, "acme", made.connection_id)
    assert found is not None
    assert found.status is ConnectionStatus.CONNECTED
    assert await StoredGrant(database, vault, "acme", made.connection_id).load() is not None


class Counter:
    """A platform's consent that tells the account's id along with its code."""

    def address(self, account: Account, state: str, redirect_uri: str) -> str:
        return f"{account.url}/consent?state={state}&redirect_uri={redirect_uri}"

    async def exchange(self, account: Account, clock: Clock, answer: Mapping[str, str], redirect_uri: str) -> Consented:
        if answer.get("signature") != "good":
            raise Rejected("The answer is not the platform's own.")
        return Consented(Grant("access", "refresh", datetime.now(UTC), 3600.0), {"client_id": "told"})


async def test_a_consent_for_a_channel_stores_its_grant_and_what_was_told(database: Database) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    async with Opening(database, key, Limits()) as made:
        platforms = Platforms(made.database, made.vault, Settings())
        flow = ChannelConsent(
            made.database, made.vault, made.clock, platforms, replace(BOL, consent=Counter()), Counter()
        )
        subject = Subject("acme", "bol-1")
        assert await flow.address(subject, "s", "r") == "https://shop.test/consent?state=s&redirect_uri=r"
        assert await flow.address(Subject("acme", "shop"), "s", "r") is None, "a channel of another platform"
        assert await flow.address(Subject("beta", "bol-1"), "s", "r") is None, "a channel of another tenant"
        assert not flow.consented({"error": "denied"})
        with pytest.raises(Rejected):
            await flow.connect(subject, {"code": "1", "signature": "forged"}, "r")
        assert await channel_grant(made.database, made.vault, "acme", "bol-1").load() is None
        assert "connected" in await flow.connect(subject, {"code": "1", "signature": "good"}, "r")
        grant = await channel_grant(made.database, made.vault, "acme", "bol-1").load()
        assert grant is not None
        assert grant.refresh_token == "refresh"
        async with made.database.read() as connection:
            stored = await load_channel(connection, "acme", "bol-1")
        assert stored is not None
        place = CHANNEL_CREDENTIALS.place("acme", "bol-1")
        assert made.vault.open_json(stored.credentials, place) == {"client_id": "told"}
        assert "channel.order.sweep" in [kind for _, kind, _ in await made.mail()]
