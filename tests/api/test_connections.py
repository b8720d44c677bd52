"""Connections to Exact, their divisions, and tokens of the API."""

from __future__ import annotations

from hub.store.connections import load_connection
from hub.store.engine import Database
from tests.api.caller import Caller, global_id
from tests.api.changing import kinds_posted, newest_events
from tests.api.conftest import Calling
from tests.api.house import DIVISION, VAULT, House


async def test_a_connection_is_prepared_and_its_consent_asked_for_again(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling()
    credentials = {"clientId": "app", "clientSecret": "s3cret", "webhookSecret": "h00k"}
    made = await caller.change(
        "erpConnectionCreate",
        "erpConnection { id name status baseUrl } authorizeUrl",
        name="Exact NL",
        credentials=credentials,
    )
    assert made["erpConnection"]["status"] == "CONNECTING"
    assert made["erpConnection"]["baseUrl"] == "https://start.exactonline.nl"
    assert made["authorizeUrl"].startswith("https://hub.test/oauth/exact/start?subject=")
    connection = made["erpConnection"]["id"]
    asked = await caller.change(
        "erpConnectionReconnect",
        "authorizeUrl",
        connectionId=connection,
        credentials=credentials | {"clientSecret": "n3w"},
    )
    assert asked["authorizeUrl"] == made["authorizeUrl"]
    async with database.read() as reading:
        stored = await load_connection(reading, "acme", made["authorizeUrl"].rpartition("=")[2])
    assert stored is not None
    assert stored.opened(VAULT).client_secret == "n3w"
    assert "s3cret" not in str(await newest_events(caller, 5))


async def test_a_division_is_enabled_for_its_own_connection(calling: Calling, house: House, database: Database) -> None:
    caller = await calling()
    connection = global_id("ErpConnection", house.key("exact"))
    enabled = await caller.change(
        "divisionEnable", "division { enabled number }", connectionId=connection, number=DIVISION
    )
    assert enabled["division"] == {"enabled": True, "number": DIVISION}
    assert "erp.catalogue.read" in await kinds_posted(database, f"erp/acme/{DIVISION}")
    unknown = await caller.change("divisionEnable", "division { number }", connectionId=connection, number=1)
    assert unknown["userErrors"][0]["code"] == "DIVISION_UNKNOWN"


async def test_a_token_is_shown_once_works_and_ends(calling: Calling, house: House) -> None:
    admin = await calling()
    made = await admin.change(
        "apiTokenCreate", "token apiToken { id label role createdBy }", label="till", role="VIEWER"
    )
    assert made["apiToken"]["label"] == "till"
    assert made["apiToken"]["createdBy"] == "admin of acme"
    fresh = Caller(admin.app, made["token"])
    assert (await fresh.ask("{ viewer { label role } }"))["viewer"] == {"label": "till", "role": "VIEWER"}
    ended = await admin.change("apiTokenRevoke", "apiToken { revokedAt }", tokenId=made["apiToken"]["id"])
    assert ended["apiToken"]["revokedAt"] is not None
    assert (await fresh.send({"query": "{ viewer { label } }"})).status_code == 401
    again = await admin.change("apiTokenRevoke", "apiToken { id }", tokenId=made["apiToken"]["id"])
    assert again["userErrors"][0]["code"] == "NOT_FOUND"
    assert made["token"] not in str(await newest_events(admin, 5))


async def test_a_token_that_ended_before_it_began_is_refused(calling: Calling, house: House) -> None:
    given = {"label": "old", "role": "VIEWER", "expiresAt": "2020-01-01T00:00:00Z"}
    refused = await (await calling()).change("apiTokenCreate", "token", **given)
    assert (refused["token"], refused["userErrors"][0]["code"]) == (None, "EXPIRY_UNFIT")
