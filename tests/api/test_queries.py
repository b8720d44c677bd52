"""What can be asked of one house, and what comes back."""

from __future__ import annotations

from hub.domain.tenant import Role
from tests.api.caller import global_id
from tests.api.conftest import Calling
from tests.api.house import DIVISION, House


async def test_the_viewer_knows_who_asks_and_for_whom(calling: Calling, house: House) -> None:
    caller = await calling(Role.OPERATOR)
    found = await caller.ask("{ viewer { label role tenant { name } } tenant { id name } }")
    assert found["viewer"] == {"label": "operator of acme", "role": "OPERATOR", "tenant": {"name": "House of acme"}}
    assert found["tenant"] == {"id": global_id("Tenant", "acme"), "name": "House of acme"}


async def test_an_order_shows_its_certificate_with_every_reason(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    found = await caller.ask(
        """{ orders { nodes { certificate {
            day shipsFrom shipsTo total channelTotal equal
            entries { name lineId regime taxedIn rate code net vat gross rounding reasons { rule says source } }
            sums { regime taxedIn rate net vat gross }
            evidence { number status at consultation }
        } } } }"""
    )
    [order] = found["orders"]["nodes"]
    one = order["certificate"]
    assert (one["day"], one["shipsFrom"], one["shipsTo"]) == ("2026-11-23", "NL", "DE")
    assert (one["total"], one["channelTotal"], one["equal"]) == ("24.20", "24.20", True)
    [entry] = one["entries"]
    assert (entry["regime"], entry["code"], entry["net"], entry["vat"]) == ("REVERSE_CHARGE", "7", "24.20", "0")
    assert entry["reasons"][0]["says"] == "The buyer accounts for the VAT."
    assert one["sums"] == [
        {"regime": "REVERSE_CHARGE", "taxedIn": "NL", "rate": "0", "net": "24.20", "vat": "0", "gross": "24.20"}
    ]
    assert (one["evidence"]["status"], one["evidence"]["consultation"]) == ("VALID", house.key("proof"))


async def test_an_order_shows_its_money_hold_lines_claims_and_parcels(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    found = await caller.ask(
        """{ orders { nodes {
            number status payment fulfilledBy total { amount currency } hold { cause message detail }
            channel { name } lines { sku quantity open gross vatRate product { code } }
            claims { quantity product { code } }
            parcels { tracking status units { quantity line { title } } delivery { number } }
            journey { nodes { message } }
        } } }"""
    )
    assert found["orders"]["nodes"] == [
        {
            "number": "#order",
            "status": "HELD",
            "payment": "PAID",
            "fulfilledBy": "SELLER",
            "total": {"amount": "24.20", "currency": "EUR"},
            "hold": {"cause": "NO_CUSTOMER", "message": "Choose a customer.", "detail": {"field": "customerId"}},
            "channel": {"name": "Web shop"},
            "lines": [
                {
                    "sku": "MUG",
                    "quantity": 2,
                    "open": 2,
                    "gross": "24.20",
                    "vatRate": "0.21",
                    "product": {"code": "MUG"},
                }
            ],
            "claims": [{"quantity": "2.00", "product": {"code": "MUG"}}],
            "parcels": [
                {
                    "tracking": "3SABC",
                    "status": "CONFIRMED",
                    "units": [{"quantity": 1, "line": {"title": "Mug, blue"}}],
                    "delivery": {"number": 9},
                }
            ],
            "journey": {"nodes": []},
        }
    ]


async def test_a_listing_explains_its_published_number(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    found = await caller.ask(
        """{ listings(filter: { statuses: [PUBLISHED], search: "blue" }) { nodes {
            quantity explanation { name value } product { code openClaims readings { freeStock } }
        } } }"""
    )
    assert found["listings"]["nodes"] == [
        {
            "quantity": 11,
            "explanation": [
                {"name": "free stock", "value": "12"},
                {"name": "claims", "value": "-1"},
                {"name": "quantity", "value": "11"},
            ],
            "product": {"code": "MUG", "openClaims": "2.00", "readings": [{"freeStock": "12.00"}]},
        }
    ]


async def test_a_division_offers_what_a_mapping_screen_looks_up(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    found = await caller.ask(
        """query ($number: Int!) { division(number: $number) {
            description budgets { name remaining } hooks { topic status } connection { name }
            vatCodes(search: "high") { code percentage } customers(search: "WEB") { accountId }
            warehouses { code } shippingMethods(search: "nothing like it") { code }
        } }""",
        number=DIVISION,
    )
    assert found["division"] == {
        "description": "Trade",
        "budgets": [{"name": "day", "remaining": 4321}],
        "hooks": [{"topic": "StockPositions", "status": "active"}],
        "connection": {"name": "Exact"},
        "vatCodes": [{"code": "4", "percentage": "0.21"}],
        "customers": [{"accountId": "acme-account"}],
        "warehouses": [{"code": "1"}],
        "shippingMethods": [],
    }


async def test_an_actor_shows_its_lanes_and_what_is_parked(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    found = await caller.ask(
        """{ channels {
               settings { vatCodes { rate code } rule { mode } }
               actor { restarts lanes { name depth attempts oldestSeconds } }
             }
             parkedMessages { nodes { code actor { address } } } actors { nodes { kind } } }"""
    )
    lane = found["channels"][0]["actor"]["lanes"][0]
    assert (lane["name"], lane["depth"], lane["attempts"]) == ("stock", 2, 3)
    assert lane["oldestSeconds"] >= 0
    assert found["channels"][0]["settings"] == {
        "vatCodes": [{"rate": "0.21", "code": "4"}],
        "rule": {"mode": "FREE_STOCK"},
    }
    assert found["parkedMessages"]["nodes"] == [{"code": "rejected", "actor": {"address": "channel/acme/shop"}}]
    assert found["actors"]["nodes"] == [{"kind": "channel"}]


async def test_every_object_is_found_again_by_its_id(calling: Calling, house: House) -> None:
    caller = await calling()
    kinds = {
        "Tenant": "acme",
        "ErpConnection": house.key("exact"),
        "Division": DIVISION,
        "Channel": "shop",
        "Product": house.key("product"),
        "Listing": house.key("listing"),
        "StockDifference": house.key("listing"),
        "Order": house.key("order"),
        "OrderLine": house.key("order") + ":1",
        "Parcel": house.key("parcel"),
        "Delivery": house.key("delivery"),
        "Refund": house.key("refund"),
        "GoodsReturn": house.key("return"),
        "SyncEvent": 2,
        "Actor": "channel/acme/shop",
        "ParkedMessage": house.key("parked"),
    }
    ids = [global_id(kind, key) for kind, key in kinds.items()]
    found = await caller.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    assert [node["id"] for node in found["nodes"]] == ids
    assert [node["__typename"] for node in found["nodes"]] == list(kinds)


async def test_the_risk_list_holds_open_orders_with_the_nearest_deadline_first(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    found = await caller.ask("{ riskList { nodes { number shipBy } } }")
    assert found["riskList"]["nodes"] == [{"number": "#order", "shipBy": "2026-11-24T12:00:00Z"}]
