"""Whatever a shop, or somebody who pretends to be one, sends: an order, a hint, or a refusal."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.fields import Fields, parse
from hub.adapters.port import BadPayload, BadSignature
from hub.adapters.woocommerce import mapping
from hub.adapters.woocommerce.webhooks import WooHooks
from hub.outcome import Rejected
from tests.adapters.bol.test_bol_fuzz import ODD, paths, spoiled
from tests.adapters.woocommerce.test_woocommerce_mapping import line
from tests.adapters.woocommerce.test_woocommerce_webhooks import SECRET, headers

ORDER = {
    "id": 54,
    "number": "54",
    "status": "processing",
    "currency": "EUR",
    "date_created_gmt": "2026-11-23T04:17:24",
    "date_modified_gmt": "2026-11-23T04:17:34",
    "date_paid_gmt": None,
    "total": "12.74",
    "total_tax": "2.21",
    "line_items": [line(), line()],
    "tax_lines": [{"rate_id": 1, "rate_percent": 21}],
    "shipping_lines": [{"total": "4.09", "total_tax": "0.86", "taxes": [{"id": 1, "total": "0.86"}]}],
    "fee_lines": [],
    "refunds": [{"total": "-1.00"}],
    "meta_data": [{"key": "_vat_number", "value": "NL1"}],
    "billing": {"first_name": "Ann", "address_1": "Straat 1", "country": "NL"},
    "shipping": {},
}


@given(st.sampled_from(paths(ORDER)), ODD)
def test_an_order_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    document = Fields.of(parse(json.dumps(spoiled(ORDER, path, odd))), "order")
    try:
        found = mapping.channel_order(document)
    except Rejected:
        return
    assert found is not None
    assert found.changed_at.tzinfo is UTC
    stated = [(each.vat_rate, each.vat) for each in found.lines] + [(each.vat_rate, each.vat) for each in found.charges]
    assert all(vat is not None for _, vat in stated)


@given(st.sampled_from(paths({"id": 1, "manage_stock": True, "stock_quantity": 3, "name": "x", "sku": "y"})), ODD)
def test_a_product_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    product = {"id": 1, "manage_stock": True, "stock_quantity": 3, "name": "x", "sku": "y"}
    try:
        mapping.listing(Fields.of(parse(json.dumps(spoiled(product, path, odd))), "product"))
    except Rejected:
        return


@given(st.binary(max_size=200), st.text(max_size=60))
def test_a_stranger_gets_a_bad_signature_whatever_he_sends(raw: bytes, signature: str) -> None:
    head = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": signature}
    try:
        assert list(WooHooks().read(head, raw, SECRET)) == []
    except BadSignature:
        return


@given(st.recursive(ODD, lambda inner: st.dictionaries(st.sampled_from(["id", "date_modified_gmt"]), inner)))
def test_a_signed_body_is_read_or_a_bad_payload(content: Any) -> None:
    raw = json.dumps(content).encode()
    try:
        assert len(WooHooks().read(headers(raw), raw, SECRET)) == 1
    except BadPayload:
        return
