"""What can be changed of listings, orders, parcels and parked messages."""

from __future__ import annotations

from hub.domain.tenant import Role
from hub.store.engine import Database
from tests.api.caller import global_id
from tests.api.changing import SHOP, kinds_posted, newest_events
from tests.api.conftest import Calling
from tests.api.house import DIVISION, House


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
