"""The shop's answers beside those of a real one: same members, same kinds of values, same schemas."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema
import pytest

from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.woocommerce.tax import Rate, split_gross
from tests.contract.defects.woocommerce import FOLDER, read
from tests.sandbox.woocommerce_bench import WooBench, woo_bench

A, REDUCED_TOO, VARIATION = "ART-00001", "ART-00002", "ART-00010"
TRACKINGS = "wc-shipment-tracking/v3 orders/<id>/shipment-trackings"
NULLABLE = (None, "")
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"the samples in {FOLDER} are absent")


@cache
def recorded(name: str) -> Any:
    return read(name)


def sample(name: str) -> Any:
    """Return the body that a real shop gave."""
    return recorded("samples-wc10.0.2.json")[name]["body"]


@cache
def schema(name: str) -> dict[str, Any]:
    """Return a schema of the shop, with its own types translated: dates are text, and null is always possible."""
    translated: dict[str, Any] = _translated(recorded("wc-v3-options-schemas.json")[name]["schema"])
    return translated


def _translated(node: Any) -> Any:
    if not isinstance(node, dict):
        return [_translated(each) for each in node] if isinstance(node, list) else node
    found = {key: _translated(value) for key, value in node.items() if key not in ("required", "format", "$schema")}
    kind = found.get("type")
    if isinstance(kind, str) and kind in ("date-time", "date", "mixed", "url", "float"):
        found["type"] = {"float": "number"}.get(kind, "string")
        if kind == "mixed":
            del found["type"]
    if isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    if "enum" in found and isinstance(found["enum"], list):
        found["enum"] = [*found["enum"], None]
    return found


def check(name: str, document: Any) -> None:
    """Fail where a document breaks the shop's own schema, or has members that it does not know."""
    known = schema(name)
    jsonschema.Draft202012Validator(known).validate(document)
    assert set(document) - {"_links"} <= set(known["properties"])


def same_form(ours: Any, real: Any, place: str = "") -> None:
    """Fail where an answer of ours has other members or other kinds of values than the real one."""
    if isinstance(real, dict) and isinstance(ours, dict) and place != ".value":
        assert set(ours) == set(real), f"{place}: {set(ours) ^ set(real)}"
        for key in real:
            same_form(ours[key], real[key], f"{place}.{key}")
    elif isinstance(real, list) and isinstance(ours, list) and real and ours:
        same_form(ours[0], real[0], f"{place}[0]")
    elif real not in NULLABLE and ours not in NULLABLE:
        assert isinstance(ours, float | int) == isinstance(real, float | int), f"{place}: {ours!r}, {real!r}"
        assert isinstance(ours, str) == isinstance(real, str), f"{place}: {ours!r}, {real!r}"


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in names}


async def full_order(shop: WooBench) -> Any:
    reduced = next(sku for sku in shop.platform.listed() if shop.product(sku).tax_class)
    basket = [(A, 2), (reduced, 1), (VARIATION, 1)]
    return await shop.sell(*basket, shipping=Decimal("4.95"), discount=Decimal(2), company=True)


@pytest.mark.parametrize("include_tax", [True, False])
async def test_orders_fit_the_shops_own_schema(include_tax: bool) -> None:
    async with woo_bench(Switches(True, prices_include_tax=include_tax)) as shop:
        order = await full_order(shop)
        await shop.send(
            "PUT", f"orders/{order['id']}", {"status": "completed", "meta_data": [{"key": "k", "value": 1}]}
        )
        for row in await shop.get("orders"):
            check("orders/54", row)


async def test_an_order_has_the_form_of_a_real_one() -> None:
    async with woo_bench() as shop:
        order, real = await full_order(shop), sample("order")
        varied = ("meta_data", "coupon_lines", "refunds", "line_items", "_links")
        same_form(without(order, *varied), without(real, *varied))
        same_form(
            [without(line, "meta_data") for line in order["line_items"]],
            [without(line, "meta_data") for line in real["line_items"]],
        )
        same_form(order["line_items"][0]["meta_data"], real["line_items"][0]["meta_data"])


async def test_refunds_notes_and_trackings_have_the_form_of_real_ones() -> None:
    async with woo_bench() as shop:
        order = await full_order(shop)
        path, line = f"orders/{order['id']}", order["line_items"][0]
        tax = [{"id": line["taxes"][0]["id"], "refund_total": "0.10"}]
        part = {"id": line["id"], "quantity": 1, "refund_total": "1.00", "refund_tax": tax}
        refund = await shop.send("POST", f"{path}/refunds", {"line_items": [part], "api_refund": False}, 201)
        real = next(each for each in sample("order_refunds") if each["line_items"])
        same_form(without(refund, "tax_lines"), without(real, "tax_lines"))
        assert refund["amount"] == "1.10"
        note = await shop.send("POST", f"{path}/notes", {"note": "hello"}, 201)
        same_form(note, sample("order_notes")[0])
        check("orders/54/notes", note)
        tracking = f"../../wc-shipment-tracking/v3/{path}/shipment-trackings"
        entry = await shop.send("POST", tracking, {"tracking_number": "3S", "custom_tracking_link": "https://t"}, 201)
        same_form(entry, sample("shipment_trackings")[0])


@pytest.mark.parametrize(("name", "kind"), [("product_simple", "simple"), ("product_variable", "variable")])
async def test_products_have_the_form_of_real_ones(name: str, kind: str) -> None:
    async with woo_bench() as shop:
        (found, *_) = await shop.get(f"products?type={kind}")
        same_form(found, sample(name))
        check("products/10", found)


async def test_variations_have_the_form_of_real_ones() -> None:
    async with woo_bench() as shop:
        variation = shop.product(VARIATION)
        found = await shop.get(f"products/{variation.parent_id}/variations/{variation.product_id}")
        same_form(found, sample("variation"))
        check("products/50/variations/51", found)


async def test_taxes_have_the_form_of_real_ones() -> None:
    async with woo_bench() as shop:
        (rate, *_) = await shop.get("taxes")
        same_form(rate, sample("taxes")[0])
        check("taxes", rate)


async def test_webhooks_have_the_form_of_real_ones() -> None:
    async with woo_bench() as shop:
        body = {"topic": "order.created", "delivery_url": "http://hub.test/"}
        made = await shop.send("POST", "webhooks", body, 201)
        real = recorded("probes-wc10.0.2.json")["wh.create"]["body"]
        same_form(made, real)
        check("webhooks", made)


async def test_a_delivery_carries_the_headers_of_a_real_one() -> None:
    async with woo_bench() as shop:
        body = {"topic": "product.updated", "delivery_url": "http://hub.test/"}
        await shop.send("POST", "webhooks", body, 201)
        shop.stock(A, 3)
        headers, _ = (await shop.letterbox.until(2))[1]
        lines = recorded("webhook-deliveries-wc10.0.2.json")
        real = next(each for each in lines if ["X-WC-Webhook-Topic", "product.updated"] in each["headers"])
        names = {
            name.lower() for name, _ in real["headers"] if name.startswith(("X-WC-", "User-Agent", "Content-Type"))
        }
        assert names <= set(headers)
        assert headers["user-agent"] == dict(real["headers"])["User-Agent"]


@pytest.mark.parametrize(
    ("probe", "method", "path", "body"),
    [
        ("prod.per_page_101", "GET", "products?per_page=101", None),
        ("prod.parent_children", "GET", "products?type=variation", None),
        ("prod.put_stock_frac", "PUT", "products/10", {"stock_quantity": 2.5}),
        ("put.variation_via_products", "PUT", "products/20", {"stock_quantity": 1}),
        ("batch.101", "POST", "products/batch", {"update": [{"id": 10}] * 101}),
        ("batch.0", "POST", "products/batch", {}),
        ("order.get_404", "GET", "orders/999999", None),
        ("order.statuses", "GET", "orders/statuses", None),
        ("wh.bad_topic", "POST", "webhooks", {"topic": "x.y", "delivery_url": "http://h.test"}),
        ("wh.bad_url", "POST", "webhooks", {"topic": "order.created", "delivery_url": "h.test"}),
    ],
)
async def test_probes_get_the_answer_of_the_real_shop(probe: str, method: str, path: str, body: Any) -> None:
    async with woo_bench() as shop:
        real = recorded("probes-wc10.0.2.json")[probe]
        answer = await shop.ask(method, path, body)
        assert answer.status_code == real["status"]
        assert answer.json() == real["body"]


async def test_a_wrong_status_gets_the_answer_of_the_real_shop() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        real = recorded("probes-wc10.0.2.json")["order.bad_status"]
        answer = await shop.ask("PUT", f"orders/{order['id']}", {"status": "wc-completed"})
        assert (answer.status_code, answer.json()) == (real["status"], real["body"])


def test_a_line_of_the_real_shop_splits_into_the_same_cents_here() -> None:
    """2 x 6.37 at 21 % and 1 x 11.85 at 9 %, as measured."""
    for line, percent in zip(sample("order")["line_items"], (21, 9, 21), strict=True):
        gross = Decimal(line["total"]) + Decimal(line["total_tax"])
        split = split_gross(gross, Rate(1, "NL", Decimal(percent), ""))
        assert (str(split.net), str(split.tax)) == (line["total"], line["total_tax"])
        assert float((split.exact / line["quantity"]).quantize(Decimal("0.000001"))) == line["price"]
