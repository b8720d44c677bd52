"""Every change stands in the activity log: who made it, and what was there before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.audit.verifying import verify_stored
from hub.store.engine import Database, Work
from hub.store.sealed import CHANNEL_CREDENTIALS
from tests.api.caller import Caller, global_id
from tests.api.conftest import Calling
from tests.api.house import (
    DIVISION,
    NOON,
    VAULT,
    House,
    cancellation_row,
    line_row,
    order_row,
    refund_row,
    return_row,
    returned_row,
)
from tests.api.test_roles import mutations

ASLEEP = 654321
SECRETS = ("s3cret", "h00k", "r3fresh")
SHOP = {"channelId": global_id("Channel", "shop")}
APP = {"clientId": "app", "clientSecret": SECRETS[0], "webhookSecret": SECRETS[1]}
KEYS = {"values": [{"name": "consumer_key", "value": "k"}, {"name": "consumer_secret", "value": SECRETS[0]}]}


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation with input that is taken, and the values that it changes, before and after; None: it changes none."""

    given: Mapping[str, Any]
    kind: str
    changed: tuple[Mapping[str, Any] | None, Mapping[str, Any]] | None = None


def changes(house: House) -> dict[str, Change]:
    """Return a change for every mutation there is."""
    exact = {"connectionId": global_id("ErpConnection", house.key("exact"))}
    listing = {"listingId": global_id("Listing", house.key("listing"))}
    difference = {"differenceId": global_id("StockDifference", house.key("listing"))}
    order = {"orderId": global_id("Order", house.key("order"))}
    parked = {"parkedId": global_id("ParkedMessage", house.key("parked"))}
    held = {"status": "held", "hold_cause": "no_customer"}
    booked = {"orderId": global_id("Order", house.key("booked"))}
    refund = {"refundId": global_id("Refund", house.key("given back"))}
    coming = {"returnId": global_id("GoodsReturn", house.key("coming"))}
    return {
        "erpConnectionCreate": Change(
            {"name": "Exact NL", "credentials": APP},
            "erp.created",
            (None, {"name": "Exact NL", "base_url": "https://start.exactonline.nl", "credentials": "set"}),
        ),
        "erpConnectionReconnect": Change(
            exact | {"credentials": APP}, "erp.reconnect", ({"credentials": "set"}, {"credentials": "replaced"})
        ),
        "divisionEnable": Change(
            exact | {"number": ASLEEP}, "division.enabled", ({"enabled": False}, {"enabled": True})
        ),
        "channelCreate": Change(
            {"slug": "new", "platform": "WOOCOMMERCE", "name": "New", "baseUrl": "https://new.test",
             "credentials": KEYS, "settings": {"referencePrefix": "N"}},
            "channel.created",
            (None, {"name": "New", "platform": "woocommerce", "base_url": "https://new.test", "reference_prefix": "N"}),
        ),
        "channelConnect": Change({"channelId": global_id("Channel", "market")}, "channel.consent"),
        "channelConfigure": Change(
            SHOP | {"settings": {"forwarding": False, "rule": {"buffer": 2}}},
            "channel.configured",
            ({"forwarding": True, "reference_prefix": "W"}, {"forwarding": False, "reference_prefix": "W"}),
        ),
        "channelCredentialsReplace": Change(
            SHOP | {"credentials": KEYS | {"hookSecret": SECRETS[1]}},
            "channel.credentials",
            ({"credentials": "set", "hook_secret": "none"}, {"credentials": "replaced", "hook_secret": "replaced"}),
        ),
        "channelPause": Change(SHOP, "channel.paused", ({"status": "active"}, {"status": "paused"})),
        "channelResume": Change(
            {"channelId": global_id("Channel", "market")},
            "channel.resumed",
            ({"status": "paused"}, {"status": "active"}),
        ),
        "channelSweep": Change(SHOP, "channel.swept"),
        "channelRepublish": Change(SHOP, "channel.republished"),
        "listingMap": Change(
            listing | {"productId": None},
            "listing.mapped",
            ({"product_id": house.key("product"), "mapped_by": None}, {"product_id": None, "mapped_by": "hand"}),
        ),
        "stockDifferenceHeal": Change(
            difference, "stock.drift_heal", ({"asked": False}, {"asked": True})
        ),
        "stockDifferenceSetAside": Change(
            difference, "stock.drift_aside", ({"state": "open"}, {"state": "aside"})
        ),
        "channelZerosConfirm": Change(SHOP, "stock.zeros_confirmed"),
        "productSafetyStockSet": Change(
            {"productId": global_id("Product", house.key("product")), "units": "3"},
            "product.safety_stock",
            ({"safety_stock": "0"}, {"safety_stock": "3"}),
        ),
        "orderLineMap": Change(
            {"lineId": global_id("OrderLine", house.key("order") + ":1"),
             "productId": global_id("Product", house.key("product")), "units": "6"},
            "sku.mapped",
            ({"parts": []}, {"parts": [{"product_id": house.key("product"), "units": "6", "weight": None}]}),
        ),
        "listingRuleSet": Change(listing | {"rule": {"buffer": 3}}, "listing.rule", ({"rule": None}, {})),
        "orderRetry": Change(order, "order.retried", (held, {"status": "ready", "hold_cause": None})),
        "orderCancel": Change(
            order, "order.cancelled", (held, {"status": "cancelled", "hold_cause": "cancelled_by_hand"})
        ),
        "orderCustomerChoose": Change(
            order | {"accountId": house.key("account"), "remember": True},
            "order.customer",
            (
                {"account": None, "matched_by": None},
                {"account": house.key("account"), "matched_by": "chosen"},
            ),
        ),
        "orderCustomerAllow": Change(
            order, "order.customer_allowed", ({"may_create": False}, {"may_create": True})
        ),
        "orderAddressConfirm": Change(
            order | {"parts": {"street": "Dam", "houseNumber": "1"}},
            "order.address",
            ({"state": "sure"}, {"state": "confirmed", "corrected": True}),
        ),
        "orderEditApply": Change({"orderId": global_id("Order", house.key("edited"))}, "order.edit_accepted"),
        "orderSettle": Change(
            {"orderId": global_id("Order", house.key("edited"))},
            "order.settled",
            ({"status": "forwarded", "hold_cause": "order_edited"}, {"status": "forwarded", "hold_cause": None}),
        ),
        "cancellationAccept": Change(
            {"cancellationId": global_id("Cancellation", house.key("cancellation"))},
            "cancellation.accepted",
            ({"state": "requested"}, {"state": "telling"}),
        ),
        "cancellationDecline": Change(
            {"cancellationId": global_id("Cancellation", house.key("cancellation"))},
            "cancellation.declined",
            ({"state": "requested"}, {"state": "declined"}),
        ),
        "cancellationRetry": Change(
            {"cancellationId": global_id("Cancellation", house.key("untold"))},
            "cancellation.retried",
            ({"state": "untold"}, {"state": "telling"}),
        ),
        "parcelEnter": Change(
            order | {"carrier": "TNT", "tracking": "3SNEW"},
            "parcel.entered",
            (None, {"status": "ready", "carrier": "TNT", "units": {"1": 1}, "goods_delivery": "todo"}),
        ),
        "parcelRetry": Change(
            {"parcelId": global_id("Parcel", "refused"), "carrier": "DHL"},
            "parcel.retried",
            ({"status": "failed", "carrier": "TNT"}, {"status": "ready", "carrier": "DHL"}),
        ),
        "invoiceRetry": Change(booked, "invoice.retried", ({"status": "refused"}, {"status": "due"})),
        "refundBook": Change(
            refund, "refund.asked", ({"status": "held", "cause": "nothing_invoiced"}, {"status": "ready"})
        ),
        "refundDismiss": Change(refund, "refund.dismissed", ({"status": "held"}, {"status": "dismissed"})),
        "returnEnter": Change(
            booked | {"items": [{"lineId": "1", "quantity": 1}]},
            "return.entered",
            (None, {"status": "announced", "lines": [["1", 1, None, None]]}),
        ),
        "returnReceive": Change(coming, "return.received", ({"status": "announced"}, {"status": "received"})),
        "returnInspect": Change(
            coming | {"lines": [{"place": 0, "good": 1}]},
            "return.inspected",
            ({"status": "announced"}, {"status": "inspected"}),
        ),
        "returnBook": Change(
            {"returnId": global_id("GoodsReturn", house.key("stuck"))},
            "return.asked",
            ({"status": "held"}, {"status": "inspected"}),
        ),
        "returnClose": Change(
            {"returnId": global_id("GoodsReturn", house.key("stuck"))},
            "return.closed",
            ({"status": "held"}, {"status": "closed"}),
        ),
        "parkedRetry": Change(parked, "parked.retried", ({"resolution": None}, {"resolution": "retried"})),
        "parkedDiscard": Change(
            parked | {"reason": "sold out"}, "parked.discarded", ({"resolution": None}, {"resolution": "discarded"})
        ),
        "taxProfileSet": Change({"home": "NL"}, "tax.profile", ({"oss_country": "NL"}, {"oss_country": None})),
        "buyerErase": Change(order, "buyers.erased"),
        "buyerExport": Change(order, "buyers.exported"),
        "apiTokenCreate": Change(
            {"label": "till", "role": "VIEWER"},
            "token.created",
            (None, {"label": "till", "role": "viewer", "expires_at": None, "revoked": False}),
        ),
        "apiTokenRevoke": Change(
            {"tokenId": global_id("ApiToken", "old")},
            "token.revoked",
            ({"label": "old", "role": "viewer", "revoked": False}, {"label": "old", "revoked": True}),
        ),
    }  # fmt: skip


async def fill_after_sales(house: House, work: Work) -> None:
    """Put an order into the house that stands in Exact, with what may follow a sale."""
    forwarded = {"status": "forwarded", "hold_cause": None, "hold_detail": None, "division": DIVISION}
    rows = [
        (tables.orders, order_row(house, "booked", **forwarded, sales_order_id="so")),
        (tables.order_line, line_row(house, "booked", quantity=9)),
        (
            tables.invoicing,
            {"order_id": house.key("booked"), "division": DIVISION, "status": "refused", "changed_at": NOON},
        ),
        (tables.refund, refund_row(house, "given back", "booked")),
        (tables.goods_return, return_row(house, "coming", "booked")),
        (tables.goods_return_line, returned_row(house, "coming")),
        (tables.goods_return, return_row(house, "stuck", "booked", status="held", cause="refused_by_erp")),
        (tables.goods_return_line, returned_row(house, "stuck", good=1, written_off=0)),
    ]
    for table, row in rows:
        await work.execute(insert(table).values(tenant_id="acme", **row))


@pytest.fixture
async def furnished(house: House, database: Database) -> House:
    """The house with what some changes need besides."""
    sealed = VAULT.seal_json({"refresh_token": SECRETS[2]}, CHANNEL_CREDENTIALS.place("acme", "market"))

    async def fill(work: Work) -> None:
        shop = (await work.execute(tables.channel.select().where(tables.channel.c.tenant_id == "acme"))).one()
        market = {"channel_id": "market", "platform": "amazon", "status": "paused", "credentials": sealed}
        await work.execute(insert(tables.channel).values(shop._asdict() | market))
        parcel = (await work.execute(tables.parcel.select().where(tables.parcel.c.tenant_id == "acme"))).one()
        refused = {"parcel_id": "refused", "reference": "refused", "status": "failed", "units": []}
        await work.execute(insert(tables.parcel).values(parcel._asdict() | refused))
        edited = {"status": "forwarded", "hold_cause": "order_edited", "hold_detail": {"message": "It was edited.",
                  "lines": []}, "division": DIVISION, "sales_order_id": "so-1"}  # fmt: skip
        await work.execute(insert(tables.orders).values(tenant_id="acme", **order_row(house, "edited", **edited)))
        await work.execute(insert(tables.order_line).values(tenant_id="acme", **line_row(house, "edited")))
        untold = cancellation_row(house, "untold", state="untold", asked_by="seller", problem="shipped")
        await work.execute(insert(tables.cancellation).values(tenant_id="acme", **untold))
        division = (await work.execute(tables.division.select().where(tables.division.c.tenant_id == "acme"))).one()
        await work.execute(insert(tables.division).values(division._asdict() | {"code": ASLEEP, "enabled": False}))
        await fill_after_sales(house, work)
        await work.execute(
            insert(tables.api_token).values(
                tenant_id="acme", token_id="old", digest="0" * 64, role="viewer", label="old", created_at=NOON,
                created_by="test",
            )
        )  # fmt: skip

    await database.write(fill)
    return house


QUERY = "{ syncEvents(first: 20) { nodes { kind actor before after detail digest } } }"


async def log_of(caller: Caller) -> list[Any]:
    """Return the newest lines of the activity log, the newest first."""
    nodes: list[Any] = (await caller.ask(QUERY))["syncEvents"]["nodes"]
    return nodes


def test_there_is_a_change_for_every_mutation() -> None:
    assert set(changes(House("acme"))) == set(mutations())


@pytest.mark.parametrize("name", sorted(mutations()))
async def test_a_change_is_told_with_who_made_it_and_what_it_changed(
    name: str, calling: Calling, furnished: House, database: Database
) -> None:
    caller, change = await calling(Role.ADMIN), changes(furnished)[name]
    before = await log_of(caller)
    answer = await caller.change(name, "__typename", **change.given)
    assert answer["userErrors"] == []
    told = (await log_of(caller))[: -len(before) or None]
    (event,) = [one for one in told if one["kind"] == change.kind]
    assert event["actor"] == "user:admin of acme"
    if change.changed is not None:
        assert {"before", "after"} <= set(event["detail"]), "a change of settings tells both, null where nothing was"
        for part, expected in zip((event["before"], event["after"]), change.changed, strict=True):
            assert (part is None) is (expected is None)
            assert part is None or part.items() >= (expected or {}).items()
        assert event["before"] != event["after"]
    assert not any(secret in str(told) for secret in SECRETS)
    assert (await verify_stored(database, "acme")).broken is None


@pytest.mark.parametrize("name", sorted(mutations()))
async def test_a_change_that_is_not_allowed_is_not_told(name: str, calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    before = await log_of(caller)
    await caller.answer(
        f"mutation Change($input: {name[0].upper() + name[1:]}Input!) {{ {name}(input: $input) {{ __typename }} }}",
        input=changes(house)[name].given,
    )
    assert await log_of(caller) == before
