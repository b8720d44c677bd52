"""Every request the adapter can send to Exact is one that Exact's reference pages allow."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeAlias

import httpx2
import pytest

from hub.adapters.exact.erp import ExactErp
from hub.adapters.exact.online import ExactOnline
from hub.adapters.exact.subscriptions import TOPICS
from hub.adapters.http import Caller, open_client
from hub.adapters.oauth import MemoryGrants, OAuthApp, TokenEndpoint, Tokens
from hub.adapters.port import Grant
from hub.domain.aligning import SalesOrderChanges
from hub.domain.customers import AccountDraft, AddressDraft
from hub.domain.goods_return import PlannedLine, ReturnDraft
from hub.domain.invoicing import CreditLine, CreditNoteDraft, InvoicedQuantity
from hub.domain.sales_order import DraftCharge, DraftLine, SalesOrderDraft
from hub.outcome import Rejected
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import says
from tests.contract.channel_requests import literals
from tests.contract.defects import exact

SPECS = exact.FOLDER
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="Exact's contract files are not beside this checkout (../shared/contracts/exact)"
)

ID = "0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90"
LINE = DraftLine(
    "1", ID, Decimal(2), Decimal("41.28"), "4", Decimal("0.21"), Decimal("82.56"), Decimal("14.33"), "Bolt"
)
DRAFT = SalesOrderDraft(
    your_ref="WEB-1",
    customer_id=ID,
    order_date=START,
    currency="EUR",
    description="Order",
    lines=(LINE,),
    charges=(
        DraftCharge(Decimal("4.95"), "4", Decimal("0.21"), "Shipping", shipping=True),
        DraftCharge(Decimal("1.50"), "4", Decimal("0.21"), "Gift wrap", shipping=False, charge_id=ID),
    ),
    total=Decimal("89.01"),
    warehouse_id=ID,
    shipping_method_id=ID,
    delivery_address_id=ID,
)
ACCOUNT = AccountDraft(
    "Bouwbedrijf Jansen B.V.", "NL", "EUR", "NL001112223B01", "61112223", "Havenweg 1", "3511 AB", "Utrecht", "NL"
)
ADDRESS = AddressDraft("Havenweg 1", "Jan Jansen", "3511 AB", "Utrecht", "NL", "Primera")
CREDIT = CreditNoteDraft(
    your_ref="26700001-0c2f8a7e",
    customer_id=ID,
    journal="70",
    currency="EUR",
    made_at=START,
    description="Credit of invoice 26700001",
    lines=(
        CreditLine(ID, Decimal(2), Decimal("82.56"), Decimal("14.33"), "4", "Bolt"),
        CreditLine(None, Decimal(1), Decimal("4.95"), Decimal("0.86"), "4", "Shipping", shipping=True),
        CreditLine(None, Decimal(1), Decimal("1.50"), Decimal("0.26"), "4", "Gift wrap", charge_id=ID),
    ),
)
RETURN = ReturnDraft("RET-1", ID, ID, START, (PlannedLine(ID, ID, Decimal(1)),))
INVOICE = {"InvoiceID": ID, "InvoiceNumber": 26700001, "Type": 8020, "YourRef": "WEB-1", "AmountFC": 89.01}
INVOICED = {"ID": ID, "NumberOfCreatedInvoices": 1, "NumberOfFailedInvoices": 0, "Errors": None}
PLANNED = {"PlannedSalesReturnID": ID, "ReturnNumber": 26900001, "Status": 20, "Description": "RET-1"}
CHANGES = SalesOrderChanges({ID: LINE}, (LINE,), (ID,), DRAFT.charges)
HEADER = {
    "OrderID": ID,
    "OrderNumber": 7,
    "YourRef": "WEB-1",
    "AmountFC": 89.01,
    "AmountFCExclVat": 73.56,
    "Status": 12,
    "SalesOrderLines": {"__deferred": {"uri": "x"}},
}
DELIVERED = {
    "EntryID": ID,
    "DeliveryNumber": 3,
    "DeliveryDate": "/Date(1763856000000)/",
    "Description": "ours",
    "Warehouse": ID,
    "GoodsDeliveryLines": {"__deferred": {"uri": "x"}},
}
CHANGE = {"Timestamp": "5", "EntryID": ID, "Modified": None}

Call: TypeAlias = Callable[[ExactErp], Awaitable[object]]

CALLS: dict[str, Call] = {
    "divisions": lambda erp: erp.divisions(),
    "warehouses": lambda erp: erp.warehouses(),
    "vat codes": lambda erp: erp.vat_codes(),
    "shipping methods": lambda erp: erp.shipping_methods(),
    "customers": lambda erp: erp.customers_since(None),
    "items": lambda erp: erp.items_since(None),
    "stock": lambda erp: erp.stock_since(None),
    "deletions": lambda erp: erp.deleted_since(None),
    "generation": lambda erp: erp.generation(),
    "accounts with": lambda erp: erp.accounts_with("NL001112223B01", "61112223"),
    "create account": lambda erp: erp.create_account(ACCOUNT),
    "find address": lambda erp: erp.find_address(ID, ADDRESS),
    "create address": lambda erp: erp.create_address(ID, ADDRESS),
    "find order": lambda erp: erp.find_sales_orders(["WEB-1"]),
    "create order": lambda erp: erp.create_sales_order(DRAFT),
    "read order": lambda erp: erp.sales_order(ID),
    "read orders": lambda erp: erp.sales_orders([ID]),
    "change order lines": lambda erp: erp.change_sales_order_lines(ID, CHANGES),
    "delete order": lambda erp: erp.delete_sales_order(ID),
    "complete order": lambda erp: erp.complete_sales_order(ID),
    "deliveries": lambda erp: erp.deliveries_since(None),
    "delivery": lambda erp: erp.delivery(ID),
    "deliveries of lines": lambda erp: erp.deliveries_of([ID]),
    "deliver": lambda erp: erp.deliver({ID: Decimal("1.5")}, delivered_at=START, tracking="3S1", description="ours"),
    "find delivery": lambda erp: erp.find_delivery("ours", [ID]),
    "order progress": lambda erp: erp.order_progress([ID]),
    "invoice orders": lambda erp: erp.invoice_orders([ID], journal="70", counts=InvoicedQuantity.ORDERED),
    "documents": lambda erp: erp.documents_of([ID]),
    "create credit note": lambda erp: erp.create_credit_note(CREDIT),
    "find credit note": lambda erp: erp.find_credit_note("26700001-0c2f8a7e"),
    "delivered lines": lambda erp: erp.delivered_lines([ID]),
    "plan return": lambda erp: erp.plan_return(RETURN),
    "find return": lambda erp: erp.find_return("RET-1"),
    "planned returns": lambda erp: erp.planned_returns([ID]),
    "subscriptions": lambda erp: erp.subscriptions(),
    "subscribe": lambda erp: erp.subscribe("GoodsDeliveries", "https://hub.test/webhooks/exact/1"),
    "unsubscribe": lambda erp: erp.unsubscribe(ID),
}


class Witness:
    """Answers every request with something plausible, and keeps it."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if request.method == "DELETE":
            return httpx2.Response(204)
        rows: dict[str, object] = {
            "salesorder/SalesOrders": HEADER,
            "salesorder/SalesOrderLines": {"ID": ID, "Item": ID, "Quantity": 2, "NetPrice": 41.28},
            "salesorder/SalesOrderOrderChargeLines": {"ID": ID, "AmountFCInclVAT": 1, "IsShippingCost": True},
            "salesorder/CompleteSalesOrder": {"OrderID": ID, "SuccessMessage": "OK"},
            "salesorder/GoodsDeliveries": DELIVERED,
            "salesorder/GoodsDeliveryLines": {
                "ID": ID,
                "EntryID": ID,
                "SalesOrderLineID": ID,
                "Item": ID,
                "QuantityDelivered": 1,
            },
            "salesinvoice/SalesInvoices": INVOICE | {"AmountFCExclVat": 73.56},
            "salesinvoice/SalesInvoiceLines": {"InvoiceID": ID, "SalesOrder": ID, "AmountFC": 73.56, "VATAmountFC": 15},
            "salesinvoice/InvoiceSalesOrders": INVOICED,
            "salesorder/PlannedSalesReturns": PLANNED,
            "sync/SalesOrder/GoodsDeliveries": CHANGE,
            "sync/SalesOrder/GoodsDeliveryLines": CHANGE,
            "webhooks/WebhookSubscriptions": {"ID": ID, "Topic": "Items", "CallbackURL": "https://hub.test"},
            "system/Divisions": {"Code": 123456, "Description": "Handelshuis", "Currency": "EUR"},
            "crm/Accounts": {"ID": ID, "Code": "                 7", "Name": "Jansen", "Status": "C"},
            "crm/Addresses": {"ID": ID, "Type": 4},
            "current/Me": {"UserID": ID, "CurrentDivision": 123456},
        }
        row = rows.get(entity_of(request))
        if request.method == "POST":
            return says({"d": row}, 201)
        return says({"d": {"results": [] if row is None else [row]}})


def entity_of(request: httpx2.Request) -> str:
    path = request.url.path.removeprefix("/api/v1/").removeprefix("123456/")
    return path.partition("(")[0]


@pytest.fixture(scope="module")
def entities() -> dict[str, Any]:
    return {name: entity for name, entity in exact.read().items() if name != "_note"}


async def requests_of(call: Call) -> list[httpx2.Request]:
    clock, witness = HandClock(), Witness()
    async with open_client("https://exact.test", transport=httpx2.MockTransport(witness)) as http:
        tokens = Tokens(
            MemoryGrants(Grant("a", "r", clock.now(), 600.0)),
            TokenEndpoint(Caller(http, "exact"), OAuthApp("i", "s", "https://exact.test/api/oauth2/token"), clock),
            clock,
        )
        await call(ExactErp(http, 123456, tokens, clock))
    return witness.requests


def check(request: httpx2.Request, entities: dict[str, Any]) -> None:
    entity = entity_of(request)
    assert entity in entities, f"{entity} is not in Exact's reference"
    spec = entities[entity]
    assert request.method in spec["methods"]
    params = dict(request.url.params)
    expand = params.pop("$expand", None)
    if expand is not None:
        assert spec["fields"][expand]["type"].startswith("Collection(")
    for name in params.pop("$select", "").split(","):
        check_selected(name, entity, expand, entities)
    condition = re.sub(r"'(?:[^']|'')*'", "", params.pop("$filter", ""))
    for field in re.findall(r"(\w+) (?:eq|gt) ", condition):
        assert field in spec["fields"]
        if entity.startswith("sync/"):
            assert field == "Timestamp"
    assert not params, f"unknown options {params}"
    if request.method in ("POST", "PUT"):
        check_payload(request.method, json.loads(request.content), entity, entities)


def check_selected(name: str, entity: str, expand: str | None, entities: dict[str, Any]) -> None:
    head, _, tail = name.partition("/")
    if not name:
        return
    assert head in entities[entity]["fields"], f"{entity} has no {head}"
    if tail:
        assert head == expand
        assert tail in entities[f"salesorder/{head}"]["fields"]


def check_payload(method: str, payload: dict[str, Any], entity: str, entities: dict[str, Any]) -> None:
    fields = entities[entity]["fields"]
    for name, value in payload.items():
        assert name in fields, f"{entity} has no {name}"
        assert method in fields[name]["methods"], f"{entity}.{name} is read-only"
        check_type(value, fields[name]["type"], f"{entity}.{name}")
        if isinstance(value, list):
            for row in value:
                check_payload(method, row, nested(entity, name), entities)
    if method == "PUT":
        return
    derived = DERIVED if entity.startswith("salesinvoice/SalesInvoice") else set()
    missing = {name for name, field in fields.items() if field["mandatory"] and name not in payload} - derived
    if entity.endswith("OrderChargeLines") and not payload.get("IsShippingCost"):
        assert payload.get("OrderCharge"), "mandatory unless the charge is shipping"
    assert not missing, f"{entity} lacks {missing}"


DERIVED = {"GLAccount", "InvoiceID"}
"""Mandatory according to the page, and filled in by Exact: from the item, and from nesting."""


def nested(entity: str, name: str) -> str:
    """Return the entity of a nested collection."""
    return "salesinvoice/SalesOrderID" if name == "SalesOrderIDs" else f"{entity.partition('/')[0]}/{name}"


def check_type(value: Any, edm: str, where: str) -> None:
    match edm:
        case "Edm.Guid":
            assert re.fullmatch(r"[0-9a-f-]{36}", value), where
        case "Edm.String":
            assert isinstance(value, str), where
        case "Edm.DateTime":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", value), where
        case "Edm.Int16":
            assert type(value) is int, where
        case "Edm.Boolean":
            assert isinstance(value, bool), where
        case "Edm.Int32" | "Edm.Byte":
            assert isinstance(value, int), where
            assert not isinstance(value, bool), where
        case "Edm.Double":
            assert isinstance(value, int | float), where
            assert not isinstance(value, bool), where
        case _:
            assert edm.startswith("Collection("), where
            assert isinstance(value, list), where


@pytest.mark.parametrize("name", CALLS)
async def test_a_request_uses_only_what_exact_offers(name: str, entities: dict[str, Any]) -> None:
    requests = await requests_of(CALLS[name])
    assert requests
    for request in requests:
        assert request.headers["Accept"] == "application/json"
        check(request, entities)


async def test_the_calls_right_after_consent_are_offered_too(entities: dict[str, Any]) -> None:
    clock, witness = HandClock(), Witness()
    async with open_client("https://exact.test", transport=httpx2.MockTransport(witness)) as http:
        app = OAuthApp("i", "s", "https://exact.test/api/oauth2/token")
        online = ExactOnline(http, app, MemoryGrants(Grant("a", "r", clock.now(), 600.0)), clock)
        await online.divisions()
    assert [entity_of(request) for request in witness.requests] == ["current/Me", "system/Divisions"]
    for request in witness.requests:
        check(request, entities)


ASK_NOTHING = {"meters", "remember", "time_at", "until_refusable"}
"""What the adapter tells from earlier answers."""


def test_every_operation_of_the_adapter_is_covered_here() -> None:
    offered = {name for name in vars(ExactErp) if not name.startswith("_")} - {"open", *ASK_NOTHING}
    assert len(CALLS) == len(offered)


async def test_every_entity_that_the_adapter_names_is_asked_for(entities: dict[str, Any]) -> None:
    asked = {entity_of(request) for call in CALLS.values() for request in await requests_of(call)}
    named = {entity for text in literals("exact") if (entity := text.removeprefix("api/v1/")) in entities}
    assert asked | {"current/Me"} == named


def test_the_topics_subscribed_to_are_webhook_topics() -> None:
    known = json.loads((SPECS / "exact-webhook-topics.json").read_text())["topics"]
    assert set(TOPICS) <= set(known)


async def test_a_charge_without_its_mapping_is_refused_before_anything_is_sent() -> None:
    charge = DraftCharge(Decimal(1), "4", Decimal("0.21"), "Gift wrap", shipping=False)
    draft = SalesOrderDraft("WEB-1", ID, START, "EUR", "", (LINE,), (charge,), Decimal("83.56"))
    with pytest.raises(Rejected) as caught:
        await requests_of(lambda erp: erp.create_sales_order(draft))
    assert caught.value.code == "charge_unmapped"
