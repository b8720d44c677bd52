"""Channels are made, paused and asked to look again; their credentials are sealed."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.tenant import Role
from hub.store.channels import load_channel
from hub.store.engine import Database
from hub.store.sealed import CHANNEL_CREDENTIALS
from tests.api.caller import global_id
from tests.api.changing import SHOP, kinds_posted, newest_events
from tests.api.conftest import Calling
from tests.api.house import DIVISION, VAULT, House


def values(**given: str) -> list[dict[str, str]]:
    """Return credentials as the API takes them."""
    return [{"name": name, "value": value} for name, value in given.items()]


async def test_a_pause_and_a_resume_are_carried_out_and_logged(calling: Calling, house: House) -> None:
    caller = await calling(Role.OPERATOR)
    paused = await caller.change("channelPause", "channel { status actor { status } }", channelId=SHOP)
    assert (paused["channel"]["status"], paused["userErrors"]) == ("PAUSED", [])
    [event] = await newest_events(caller)
    assert (event["kind"], event["actor"]) == ("channel.paused", "user:operator of acme")
    resumed = await caller.change("channelResume", "channel { status }", channelId=SHOP)
    assert resumed["channel"]["status"] == "ACTIVE"


async def test_a_channel_is_made_with_sealed_credentials(calling: Calling, house: House, database: Database) -> None:
    caller = await calling()
    made = await caller.change(
        "channelCreate",
        "channel { id slug platform baseUrl status settings { forwarding } }",
        slug="bol-2",
        platform="BOL",
        name="bol.com België",
        credentials={"values": values(client_id="id", client_secret="s3cret"), "hookSecret": "h00k"},
        settings={"division": DIVISION},
    )
    assert made["userErrors"] == []
    assert made["channel"] == {
        "id": global_id("Channel", "bol-2"),
        "slug": "bol-2",
        "platform": "BOL",
        "baseUrl": "https://api.bol.com",
        "status": "ACTIVE",
        "settings": {"forwarding": False},
    }
    async with database.read() as reading:
        stored = await load_channel(reading, "acme", "bol-2")
    assert stored is not None
    place = CHANNEL_CREDENTIALS.place("acme", "bol-2")
    assert VAULT.open_json(stored.credentials, place) == {"client_id": "id", "client_secret": "s3cret"}
    assert b"s3cret" not in stored.credentials
    assert "s3cret" not in str(await newest_events(caller, 5))
    assert await kinds_posted(database, "channel/acme/bol-2") >= {"channel.order.sweep", "channel.listings.read"}


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"slug": "shop"}, "TAKEN", ["channelId"]),
        ({"slug": "No Slug"}, "SLUG_UNFIT", ["slug"]),
        ({"name": "  "}, "TEXT_UNFIT", ["name"]),
        ({"baseUrl": "ftp://x"}, "ADDRESS_UNFIT", ["baseUrl"]),
        ({"baseUrl": "https://[x"}, "ADDRESS_UNFIT", ["baseUrl"]),
        ({"baseUrl": "https://me:s3cret@shop.test"}, "ADDRESS_UNFIT", ["baseUrl"]),
        (
            {"credentials": {"values": values(consumer_key=" ", consumer_secret="s")}},
            "CREDENTIALS_UNFIT",
            ["credentials"],
        ),
        ({"credentials": {"values": values(client_id="x")}}, "CREDENTIALS_UNFIT", ["credentials"]),
    ],
)
async def test_a_channel_that_cannot_be_is_refused(
    calling: Calling, house: House, given: dict[str, Any], code: str, field: list[str]
) -> None:
    usual = {"slug": "new", "platform": "WOOCOMMERCE", "name": "New", "baseUrl": "https://new.test",
             "credentials": {"values": values(consumer_key="k", consumer_secret="s")}}  # fmt: skip
    refused = await (await calling()).change("channelCreate", "channel { slug }", **(usual | given))
    assert refused["channel"] is None
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [(code, field)]


async def test_credentials_are_replaced_and_never_shown(calling: Calling, house: House, database: Database) -> None:
    caller = await calling()
    given = {"values": values(consumer_key="k2", consumer_secret="s3cret")}
    changed = await caller.change("channelCredentialsReplace", "channel { slug }", channelId=SHOP, credentials=given)
    assert changed["userErrors"] == []
    async with database.read() as reading:
        stored = await load_channel(reading, "acme", "shop")
    assert stored is not None
    opened = VAULT.open_json(stored.credentials, CHANNEL_CREDENTIALS.place("acme", "shop"))
    assert opened == {"consumer_key": "k2", "consumer_secret": "s3cret"}
    assert "s3cret" not in str(await newest_events(caller, 5))
    assert "channel.hooks.keys" in await kinds_posted(database, "channel/acme/shop"), "they may sign webhooks too"


async def test_a_sweep_and_a_republish_are_posted(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    for name, kind in (("channelSweep", "channel.order.sweep"), ("channelRepublish", "channel.stock.publish")):
        assert (await caller.change(name, "channel { slug }", channelId=SHOP))["userErrors"] == []
        assert kind in await kinds_posted(database, "channel/acme/shop")
