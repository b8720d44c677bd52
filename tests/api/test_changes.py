"""What can be changed, by whom it was changed, and how input that cannot be taken is answered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.channels import load_channel
from hub.store.connections import load_connection
from hub.store.engine import Database
from hub.store.sealed import CHANNEL_CREDENTIALS
from tests.api.caller import Caller, global_id
from tests.api.conftest import Calling
from tests.api.house import DIVISION, VAULT, House

SHOP = global_id("Channel", "shop")


def values(**given: str) -> list[dict[str, str]]:
    """Return credentials as the API takes them."""
    return [{"name": name, "value": value} for name, value in given.items()]


def rule(**given: str) -> dict[str, Any]:
    """Return settings with one VAT rule that could be, but for what is given."""
    return {"vatRules": [{"taxedIn": "NL", "rate": "0.21", "code": "4"} | given]}


async def newest_events(caller: Caller, count: int = 1) -> list[Any]:
    """Return the newest lines of the activity log."""
    query = "query ($n: Int) { syncEvents(first: $n) { nodes { kind actor subjectId detail channel { name } } } }"
    nodes: list[Any] = (await caller.ask(query, n=count))["syncEvents"]["nodes"]
    return nodes


async def kinds_posted(database: Database, address: str) -> set[str]:
    """Return the kinds of messages that wait for an actor."""
    async with database.read() as reading:
        statement = select(tables.message.c.kind).where(tables.message.c.address == address)
        return set((await reading.execute(statement)).scalars())


async def test_a_pause_and_a_resume_are_carried_out_and_logged(calling: Calling, house: House) -> None:
    caller = await calling(Role.OPERATOR)
    paused = await caller.change("channelPause", "channel { status actor { status } }", channelId=SHOP)
    assert (paused["channel"]["status"], paused["userErrors"]) == ("PAUSED", [])
    [event] = await newest_events(caller)
    assert (event["kind"], event["actor"]) == ("channel.paused", "user:operator of acme")
    resumed = await caller.change("channelResume", "channel { status }", channelId=SHOP)
    assert resumed["channel"]["status"] == "ACTIVE"


async def test_settings_change_in_part_and_the_rest_stays(calling: Calling, house: House, database: Database) -> None:
    caller = await calling()
    changed = await caller.change(
        "channelConfigure",
        "channel { settings { forwarding stock customerId division chargeId rule { buffer cap } sources { division }}}",
        channelId=SHOP,
        settings={"forwarding": False, "customerId": None, "chargeId": "freight", "rule": {"buffer": 2}},
    )
    assert changed["channel"]["settings"] == {
        "forwarding": False,
        "stock": True,
        "customerId": None,
        "division": DIVISION,
        "chargeId": "freight",
        "rule": {"buffer": 2, "cap": 999},
        "sources": [{"division": DIVISION}],
    }
    [event] = await newest_events(caller)
    assert event["detail"]["before"]["customer_id"] == "acme-account"
    assert event["detail"]["after"]["customer_id"] is None
    assert "channel.stock.publish" in await kinds_posted(database, "channel/acme/shop")


@pytest.mark.parametrize(
    ("settings", "code", "field"),
    [
        ({"customerId": "nobody"}, "CUSTOMER_UNKNOWN", ["settings", "customerId"]),
        ({"division": 999}, "DIVISION_UNKNOWN", ["settings", "division"]),
        ({"vatCodes": [{"rate": "0.21", "code": "99"}]}, "VAT_CODE_UNKNOWN", ["settings", "vatCodes", "0.21"]),
        ({"sources": [{"division": DIVISION, "warehouseId": "x"}]}, "WAREHOUSE_UNKNOWN", ["settings", "sources", "0"]),
        ({"rule": {"buffer": -1}}, "RULE_UNFIT", ["settings", "rule", "buffer"]),
        ({"sweepSeconds": 0.0}, "PACE_UNFIT", ["settings", "sweepSeconds"]),
        ({"vatCodes": [{"rate": "0.21", "code": "4"}] * 2}, "MAPPED_TWICE", ["settings", "vatCodes"]),
        (rule(code="99"), "VAT_CODE_UNKNOWN", ["settings", "vatRules", "0", "code"]),
        (rule(taxedIn="CH"), "PLACE_UNKNOWN", ["settings", "vatRules", "0", "taxedIn"]),
        (rule(rate="0.19"), "VAT_CODE_UNFIT", ["settings", "vatRules", "0", "code"]),
        (rule(regime="EXPORT"), "RATE_UNFIT", ["settings", "vatRules", "0", "rate"]),
        (rule(regime="EVIDENCE_PENDING"), "REGIME_UNFIT", ["settings", "vatRules", "0", "regime"]),
        ({"vatRules": rule()["vatRules"] * 2}, "MAPPED_TWICE", ["settings", "vatRules"]),
        ({"goods": [{"code": "99", "goods": "FOOD"}]}, "VAT_CODE_UNKNOWN", ["settings", "goods", "0"]),
        ({"shipsFrom": "Holland"}, "COUNTRY_UNKNOWN", ["settings", "shipsFrom"]),
        (
            {"warehouseCountries": [{"warehouseId": "w", "country": "1"}]},
            "COUNTRY_UNKNOWN",
            ["settings", "warehouseCountries", "0"],
        ),
    ],
)
async def test_a_mapping_that_names_nothing_is_refused_when_it_is_saved(
    calling: Calling, house: House, settings: dict[str, Any], code: str, field: list[str]
) -> None:
    caller = await calling()
    refused = await caller.change("channelConfigure", "channel { name }", channelId=SHOP, settings=settings)
    assert refused["channel"] is None
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [(code, field)]
    assert (await newest_events(caller))[0]["kind"] == "order.imported"


async def test_where_and_how_sales_are_taxed_is_saved_and_shown(calling: Calling, house: House) -> None:
    caller = await calling()
    asked = "vatRules { taxedIn rate code regime } shipsFrom warehouseCountries { warehouseId country }"
    given = {
        "vatRules": [
            {"taxedIn": "nl", "rate": "0.21", "code": "4", "regime": "BELOW_THRESHOLD"},
            {"taxedIn": "BE", "rate": "0.21", "code": "4"},
        ],
        "shipsFrom": "NL",
        "warehouseCountries": [{"warehouseId": "w1", "country": "DE"}],
        "goods": [{"code": "4", "goods": "FOOD"}],
        "splitCharges": True,
    }
    changed = await caller.change(
        "channelConfigure",
        f"channel {{ settings {{ {asked} goods {{ code goods }} splitCharges }} }}",
        channelId=SHOP,
        settings=given,
    )
    shown = changed["channel"]["settings"]
    assert shown["vatRules"] == [
        {"taxedIn": "NL", "rate": "0.21", "code": "4", "regime": "BELOW_THRESHOLD"},
        {"taxedIn": "BE", "rate": "0.21", "code": "4", "regime": None},
    ]
    assert {name: shown[name] for name in given if name != "vatRules"} == {
        name: value for name, value in given.items() if name != "vatRules"
    }


async def test_a_business_says_how_it_stands_with_vat(calling: Calling, house: House) -> None:
    caller = await calling()
    payload = (
        "tenant { tax { home numbers { state number } ossCountry opted stockAbroad unknown carried {year amount}}}"
    )
    changed = await caller.change(
        "taxProfileSet",
        payload,
        home="nl",
        numbers=[{"state": "NL", "number": "NL004495445B01"}, {"state": "DE", "number": "DE136695976"}],
        ossCountry="NL",
        stockAbroad=True,
        unknown="AS_PRIVATE",
        carried=[{"year": 2025, "amount": "9000.00"}],
    )
    assert changed["tenant"]["tax"] == {
        "home": "NL",
        "numbers": [{"state": "DE", "number": "DE136695976"}, {"state": "NL", "number": "NL004495445B01"}],
        "ossCountry": "NL",
        "opted": False,
        "stockAbroad": True,
        "unknown": "AS_PRIVATE",
        "carried": [{"year": 2025, "amount": "9000.00"}],
    }
    [event] = await newest_events(caller)
    assert (event["kind"], event["actor"]) == ("tax.profile", "user:admin of acme")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"home": "CH"}, "home"),
        ({"home": "NL", "ossCountry": "US"}, "ossCountry"),
        ({"home": "NL", "numbers": [{"state": "NL", "number": "NL123456789B01"}]}, "numbers"),
        ({"home": "NL", "numbers": [{"state": "FR", "number": "DE136695976"}]}, "numbers"),
        ({"home": "NL", "carried": [{"year": 2025, "amount": "-1"}]}, "carried"),
    ],
)
async def test_a_standing_that_cannot_be_is_refused(
    calling: Calling, house: House, given: dict[str, Any], field: str
) -> None:
    caller = await calling()
    refused = await caller.change("taxProfileSet", "tenant { id }", **given)
    assert (refused["userErrors"][0]["code"], refused["userErrors"][0]["field"]) == (
        "PROFILE_UNFIT",
        ["profile", field],
    )


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


async def test_a_listing_is_mapped_and_given_a_rule(calling: Calling, house: House) -> None:
    caller = await calling(Role.OPERATOR)
    listing = global_id("Listing", house.key("listing"))
    unmapped = await caller.change(
        "listingMap", "listing { status product { code } }", listingId=listing, productId=None
    )
    assert (unmapped["listing"]["status"], unmapped["listing"]["product"]) == ("UNMAPPED", None)
    product = global_id("Product", house.key("product"))
    mapped = await caller.change(
        "listingMap", "listing { mappedBy product { code } }", listingId=listing, productId=product
    )
    assert mapped["listing"] == {"mappedBy": "hand", "product": {"code": "MUG"}}
    unknown = await caller.change(
        "listingMap", "listing { sku }", listingId=listing, productId=global_id("Product", "globex-product")
    )
    assert unknown["userErrors"][0]["code"] == "PRODUCT_UNKNOWN"
    ruled = await caller.change(
        "listingRuleSet", "listing { rule { mode fixed } }", listingId=listing, rule={"mode": "FIXED", "fixed": 3}
    )
    assert ruled["listing"]["rule"] == {"mode": "FIXED", "fixed": 3}
    freed = await caller.change("listingRuleSet", "listing { rule { mode } }", listingId=listing, rule=None)
    assert freed["listing"]["rule"] is None


async def test_a_held_order_is_tried_again_or_given_up(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    order = global_id("Order", house.key("order"))
    tried = await caller.change("orderRetry", "order { status hold { cause } }", orderId=order)
    assert tried["order"] == {"status": "READY", "hold": None}
    assert "erp.order.forward" in await kinds_posted(database, f"erp/acme/{DIVISION}")
    given_up = await caller.change("orderCancel", "order { status }", orderId=order)
    assert given_up["order"] == {"status": "CANCELLED"}
    again = await caller.change("orderRetry", "order { status }", orderId=order)
    assert (again["order"], again["userErrors"][0]["code"]) == (None, "NOT_WAITING")
    [event] = await newest_events(caller)
    assert (event["kind"], event["subjectId"]) == ("order.cancelled", house.key("order"))


async def test_a_parcel_is_entered_once(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    order, line = global_id("Order", house.key("order")), global_id("OrderLine", house.key("order") + ":1")
    given = {"orderId": order, "units": [{"lineId": line, "quantity": 1}], "carrier": "TNT", "tracking": "3SNEW"}
    entered = await caller.change(
        "parcelEnter", "parcel { tracking status order { number } units { quantity line { sku } } }", **given
    )
    assert entered["parcel"] == {
        "tracking": "3SNEW",
        "status": "READY",
        "order": {"number": "#order"},
        "units": [{"quantity": 1, "line": {"sku": "MUG"}}],
    }
    assert "channel.tracking.confirm" in await kinds_posted(database, "channel/acme/shop")
    twice = await caller.change("parcelEnter", "parcel { id }", **given)
    assert (twice["parcel"], twice["userErrors"][0]["code"]) == (None, "ENTERED_ALREADY")
    more = await caller.change("parcelEnter", "parcel { id }", **(given | {"tracking": "3SMORE"}))
    assert more["userErrors"][0]["code"] == "TOO_MANY"


async def test_a_line_of_another_order_or_an_id_of_another_kind_is_refused(calling: Calling, house: House) -> None:
    caller = await calling(Role.OPERATOR)
    stranger = [{"lineId": global_id("OrderLine", "other:1"), "quantity": 1}]
    query = "mutation ($input: ParcelEnterInput!) { parcelEnter(input: $input) { parcel { id } } }"
    order = global_id("Order", house.key("order"))
    for given in ({"orderId": order, "units": stranger}, {"orderId": SHOP}, {"orderId": "nonsense"}):
        answer = await caller.answer(query, input=given)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_parked_message_goes_back_or_is_put_aside(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    parked = global_id("ParkedMessage", house.key("parked"))
    silent = await caller.change("parkedDiscard", "parked { id }", parkedId=parked, reason=" ")
    assert silent["userErrors"][0]["code"] == "REASON_NEEDED"
    back = await caller.change("parkedRetry", "parked { resolution }", parkedId=parked)
    assert back["userErrors"] == []
    assert back["parked"]["resolution"] is not None
    assert "channel.order.fetch" in await kinds_posted(database, "channel/acme/shop")
    again = await caller.change("parkedDiscard", "parked { id }", parkedId=parked, reason="done already")
    assert again["userErrors"][0]["code"] == "NOT_FOUND"


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
