"""Two tenants' houses, furnished with one of everything, so that each may look for the other's things."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert

from hub.domain.address import Buyer, PostalAddress
from hub.domain.certificate import Certificate, Entry, Evidence
from hub.domain.channel import ChannelSettings, FulfilmentMode, StockSource
from hub.domain.customers import CountryAccount, CustomerPolicy
from hub.domain.tax import Reason, Regime, VatStatus
from hub.store import tables
from hub.store.certificates import certificate_to_json
from hub.store.engine import Database, Work
from hub.store.events import SyncEvent, tell
from hub.store.sealed import BUYER, CHANNEL_CREDENTIALS, ORDER_KEY
from hub.store.secrets import Vault
from hub.store.settings_codec import settings_to_json

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DIVISION = 123456
VAULT = Vault([b"k" * 32])
JANS_KEY = b"j" * 32
JAN = Buyer(PostalAddress("Jan Jansen", "Dam", "1012JS", "Amsterdam", "NL", house_number="1"), email="jan@example.org")


@dataclass(frozen=True, slots=True)
class House:
    """The keys of what stands in a tenant's house."""

    tenant_id: str

    def key(self, name: str) -> str:
        return f"{self.tenant_id}-{name}"


async def furnish(database: Database, tenant_id: str) -> House:
    """Put one of everything into a tenant's house, and a few events into its log."""
    house = House(tenant_id)

    async def fill(work: Work) -> None:
        for table, row in everything(house):
            await work.execute(insert(table).values(tenant_id=tenant_id, **row))

    await database.write(fill)
    await happen(database, tenant_id, 3)
    return house


async def happen(database: Database, tenant_id: str, count: int, **fields: Any) -> None:
    """Let so many events happen, one commit each."""
    for number in range(count):
        values = {"kind": "order.imported", "message": f"event {number}", "channel_id": "shop"} | fields
        event = SyncEvent(tenant_id=tenant_id, at=NOON, **values)

        async def write(work: Work, event: SyncEvent = event) -> None:
            tell(work, event)

        await database.write(write)


def everything(house: House) -> list[tuple[Table, dict[str, Any]]]:
    """Return the rows of one house."""
    return [*_books(house), *_shop(house), *_sales(house), *_after_sales(house, "order"), *_engine_room(house)]


def _books(house: House) -> list[tuple[Table, dict[str, Any]]]:
    tenant_id, owner = house.tenant_id, f"erp/{house.tenant_id}/{DIVISION}"
    division, product = {"division": DIVISION}, {"product_id": house.key("product")}
    return [
        (tables.tenant, {"name": f"House of {tenant_id}", "created_at": NOON, "event_seq": 0}),
        (
            tables.erp_connection,
            {"connection_id": house.key("exact"), "name": "Exact", "base_url": "https://exact.test",
             "status": "connected", "credentials": b"sealed", "created_at": NOON},
        ),
        (
            tables.division,
            {"code": DIVISION, "connection_id": house.key("exact"), "description": "Trade", "country": "NL",
             "currency": "EUR", "enabled": True},
        ),
        (tables.budget, {"owner": owner, "name": "day", "allowed": 5000, "remaining": 4321, "seen_at": NOON}),
        (tables.hook, {"owner": owner, "topic": "StockPositions", "status": "active", "checked_at": NOON}),
        (tables.product, {**product, "code": "MUG", "ean": "8712345678906", "description": "A mug"}),
        (
            tables.erp_item,
            {**division, **product, "item_id": house.key("item"), "vat_code": "4", "unit": "pc", "stocked": True,
             "sold": True, "ended": False},
        ),
        (
            tables.stock_reading,
            {**division, **product, "warehouse_id": house.key("warehouse"), "free_stock": Decimal("12"),
             "timestamp": 1, "read_no": 1, "read_at": NOON},
        ),
        (
            tables.vat_code,
            {**division, "code": "4", "description": "High", "percentage": Decimal("0.21"), "kind": "I",
             "transaction": "B", "blocked": False},
        ),
        (
            tables.tax_profile,
            {"profile": {"home": "NL", "numbers": {"NL": house.key("vat")}, "oss_country": "NL", "opted": False,
                         "stock_abroad": False, "unknown": "hold", "carried": {"2025": "8000.00"}}, "changed_at": NOON},
        ),
        (
            tables.vat_number,
            {"number_key": house.key("number"), "sealed": b"sealed", "answered_at": NOON},
        ),
        (
            tables.customer,
            {**division, "account_id": house.key("account"), "code": "100", "name": "Web sales", "is_customer": True},
        ),
        (
            tables.warehouse,
            {**division, "warehouse_id": house.key("warehouse"), "code": "1", "description": "Main", "main": True},
        ),
        (
            tables.shipping_method,
            {**division, "method_id": house.key("method"), "code": "PNL", "description": "PostNL"},
        ),
    ]  # fmt: skip


def settings(house: House) -> ChannelSettings:
    """Return settings that name what stands in the house."""
    return ChannelSettings(
        division=DIVISION,
        customer_id=house.key("account"),
        forwarding=True,
        stock=True,
        fulfilment=FulfilmentMode.BOOKKEEPING,
        vat_codes={Decimal("0.21"): "4"},
        reference_prefix="W",
        sources=(StockSource(DIVISION),),
        customers=CustomerPolicy((CountryAccount("BE", house.key("account")),), individual=True),
    )


def _shop(house: House) -> list[tuple[Table, dict[str, Any]]]:
    credentials = VAULT.seal_json({"consumer_key": "k"}, CHANNEL_CREDENTIALS.place(house.tenant_id, "shop"))
    return [
        (
            tables.channel,
            {"channel_id": "shop", "platform": "woocommerce", "name": "Web shop", "base_url": "https://shop.test",
             "status": "active", "settings": settings_to_json(settings(house)), "credentials": credentials,
             "created_at": NOON},
        ),
        (
            tables.listing,
            {"listing_id": house.key("listing"), "channel_id": "shop", "external_id": "77", "sku": "MUG",
             "product_id": house.key("product"), "title": "Mug, blue", "refs": {}, "by_platform": False,
             "status": "published", "quantity": 11, "sent": 11,
             "terms": [["free stock", "12"], ["claims", "-1"], ["quantity", "11"]]},
        ),
        (
            tables.listing_part,
            {"listing_id": house.key("listing"), "product_id": house.key("product"), "place": 0,
             "units": Decimal(1)},
        ),
        (
            tables.stock_difference,
            {"listing_id": house.key("listing"), "channel_id": "shop", "cause": "changed_by_hand", "state": "open",
             "settled": True, "says": 11, "believed": 11, "shown": 14, "units": 3, "price": Decimal("12.10"),
             "currency": "EUR", "amount": Decimal("36.30"), "since": NOON, "found_at": NOON, "looked_at": NOON},
        ),
        (
            tables.sku_mapping,
            {"channel_id": "shop", "sku": "OLD-MUG", "product_id": house.key("product"), "units": Decimal(1)},
        ),
    ]  # fmt: skip


def order_row(house: House, name: str, **fields: Any) -> dict[str, Any]:
    """Return an order of the house."""
    return {
        "order_id": house.key(name), "channel_id": "shop", "external_id": f"ext-{name}", "number": f"#{name}",
        "placed_at": NOON, "changed_at": NOON, "imported_at": NOON, "currency": "EUR", "total": Decimal("24.20"),
        "country": "NL", "payment": "paid", "fulfilled_by": "seller", "ship_by": NOON + timedelta(days=1),
        "raw_status": "processing", "cancelled": False, "charges": [], "status": "held",
        "hold_cause": "no_customer", "hold_detail": {"message": "Choose a customer.", "field": "customerId"},
    } | fields  # fmt: skip


def line_row(house: House, name: str, line_id: str = "1", **fields: Any) -> dict[str, Any]:
    """Return a line of an order of the house."""
    return {
        "order_id": house.key(name), "line_id": line_id, "place": 0, "sku": "MUG", "title": "Mug, blue",
        "product_id": house.key("product"), "units_per_offer": Decimal(1), "quantity": 2, "cancelled": 0, "shipped": 0,
        "cancellation_requested": False, "gross": Decimal("24.20"), "vat_rate": Decimal("0.21"),
        "vat": Decimal("4.20"), "discount": Decimal(0),
    } | fields  # fmt: skip


def cancellation_row(house: House, name: str, order: str = "order", **fields: Any) -> dict[str, Any]:
    """Return a cancellation of an order of the house: its buyer asks for one of two."""
    return {
        "cancellation_id": house.key(name), "order_id": house.key(order), "channel_id": "shop",
        "reference": house.key(name), "asked_by": "buyer", "reason": "buyer_asked", "units": [["1", 1, 1]],
        "whole": False, "state": "requested", "asked_at": NOON, "until": NOON + timedelta(days=1), "changed_at": NOON,
    } | fields  # fmt: skip


def certificate(house: House) -> Certificate:
    """Return the certificate of the house's order, as if it had been sent to a business abroad."""
    reason = Reason("reverse charge", "The buyer accounts for the VAT.")
    entry = Entry(
        "Mug, blue", Regime.REVERSE_CHARGE, "NL", Decimal(0), "7", Decimal("24.20"), Decimal(0), (reason,), "1",
        Decimal(2), Decimal("12.10"),
    )  # fmt: skip
    evidence = Evidence("DE******976", VatStatus.VALID, NOON.isoformat(), house.key("proof"), None)
    return Certificate(
        house.key("account"),
        "W1",
        NOON.date(),
        "EUR",
        "NL",
        "DE",
        (entry,),
        Decimal("24.20"),
        Decimal("24.20"),
        evidence,
    )


def _sales(house: House) -> list[tuple[Table, dict[str, Any]]]:
    order = {"order_id": house.key("order")}
    place = house.tenant_id, house.key("order")
    own_key = VAULT.seal(JANS_KEY, ORDER_KEY.place(*place))
    sealed = Vault([JANS_KEY]).seal_json(asdict(JAN), BUYER.place(*place))
    return [
        (tables.orders, order_row(house, "order", derivation=certificate_to_json(certificate(house)))),
        (tables.order_line, line_row(house, "order")),
        (
            tables.order_line_part,
            {**order, "line_id": "1", "product_id": house.key("product"), "place": 0, "units": Decimal(1),
             "booked": False},
        ),
        (
            tables.booking,
            {**order, "kind": "line", "place": 0, "channel_id": "shop", "day": "2026-11-23",
             "supplied_on": "2026-11-23", "currency": "EUR", "regime": "oss", "taxed_in": "BE", "ships_from": "NL",
             "rate": Decimal("0.21"), "code": "OB", "line_id": "1", "net": Decimal("20.00"), "vat": Decimal("4.20"),
             "discount": Decimal("1.21"), "cost": Decimal("9.00"), "unit_cost": Decimal("4.50")},
        ),
        (
            tables.claim,
            {**order, "product_id": house.key("product"), "line_id": "1", "quantity": Decimal(2), "made_at": NOON},
        ),
        (tables.order_customer, {**order, "identity": "d" * 64, "may_create": False, "decided_at": NOON}),
        (
            tables.customer_link,
            {"channel_id": "shop", "division": DIVISION, "identity": "e" * 64, "account_id": house.key("account"),
             "confirmed_at": NOON, "confirmed_by": "operator"},
        ),
        (
            tables.order_address,
            {**order, "state": "sure", "kind": "street", "confidence": 0.95, "doubts": [], "checked_at": NOON},
        ),
        (tables.cancellation, cancellation_row(house, "cancellation")),
        (
            tables.past_certificate,
            {**order, "version": 1, "derivation": certificate_to_json(certificate(house)), "replaced_at": NOON},
        ),
        (tables.buyer, {**order, "sealed": sealed, "stored_at": NOON}),
        (tables.order_key, {**order, "sealed": own_key, "made_at": NOON}),
        (
            tables.delivery,
            {"delivery_id": house.key("delivery"), "division": DIVISION, "entry_id": house.key("entry"),
             "number": 9, "delivered_at": NOON, "stored_at": NOON},
        ),
        (
            tables.parcel,
            {**order, "parcel_id": house.key("parcel"), "channel_id": "shop", "delivery_id": house.key("delivery"),
             "reference": house.key("reference"), "carrier": "TNT", "tracking": "3SABC", "units": [["1", 1]],
             "status": "confirmed", "shipped_at": NOON, "stored_at": NOON, "goods_delivery": "exact"},
        ),
    ]  # fmt: skip


def refund_row(house: House, name: str, order: str, **fields: Any) -> dict[str, Any]:
    """Return a refund of an order of the house."""
    return {
        "refund_id": house.key(name), "order_id": house.key(order), "channel_id": "shop", "external_id": f"ext-{name}",
        "origin": "channel", "made_at": NOON, "currency": "EUR", "total": Decimal("12.10"), "reason": "",
        "status": "held", "cause": "nothing_invoiced", "problem": "Nothing was invoiced.", "stored_at": NOON,
    } | fields  # fmt: skip


def return_row(house: House, name: str, order: str, **fields: Any) -> dict[str, Any]:
    """Return goods of an order of the house that come back."""
    return {
        "return_id": house.key(name), "order_id": house.key(order), "channel_id": "shop", "external_id": f"ext-{name}",
        "by_hand": True, "registered_at": NOON, "status": "announced", "stored_at": NOON,
    } | fields  # fmt: skip


def returned_row(house: House, name: str, **fields: Any) -> dict[str, Any]:
    """Return the line of goods that come back."""
    return {
        "return_id": house.key(name), "place": 0, "external_id": "0", "line_id": "1", "reason": "", "quantity": 1,
    } | fields  # fmt: skip


def _after_sales(house: House, order: str) -> list[tuple[Table, dict[str, Any]]]:
    of_order = {"order_id": house.key(order), "division": DIVISION}
    return [
        (tables.invoicing, {**of_order, "status": "invoiced", "changed_at": NOON}),
        (
            tables.sales_document,
            {**of_order, "invoice_id": house.key("invoice"), "kind": "invoice", "number": 26700001, "your_ref": "W1",
             "total": Decimal("24.20"), "currency": "EUR", "by_hub": True, "noted_at": NOON},
        ),
        (tables.refund, refund_row(house, "refund", order)),
        (
            tables.refund_line,
            {"refund_id": house.key("refund"), "place": 0, "line_id": "1", "description": "", "quantity": 1,
             "gross": Decimal("12.10"), "restock": False},
        ),
        (tables.goods_return, return_row(house, "return", order)),
        (tables.goods_return_line, returned_row(house, "return")),
    ]  # fmt: skip


def _engine_room(house: House) -> list[tuple[Table, dict[str, Any]]]:
    address = {"address": f"channel/{house.tenant_id}/shop"}
    letter = {**address, "lane": "stock", "version": 1, "body": {}, "revision": 1, "attempts": 0, "crashes": 0,
              "posted_at": NOON}  # fmt: skip
    return [
        (tables.actor, {**address, "restarts": 2, "next_seq": 4}),
        (tables.lane, {**address, "lane": "stock", "attempts": 3}),
        (tables.message, {**letter, "seq": 1, "kind": "channel.stock.publish", "due_at": NOON}),
        (tables.message, {**letter, "seq": 2, "kind": "channel.stock.publish", "due_at": NOON}),
        (
            tables.parked,
            {**letter, "parked_id": house.key("parked")[:32], "seq": 3, "kind": "channel.order.fetch",
             "code": "rejected", "error": "No such order.", "parked_at": NOON},
        ),
    ]  # fmt: skip
