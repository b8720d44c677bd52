"""What a shop tells of gift cards and of a marketplace's part of the price."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from hub.adapters.fields import Fields, parse
from hub.adapters.generic.mapping import channel_order
from hub.domain.order import ChannelOrder, Payment, PaymentKind
from hub.outcome import Rejected

LINE = {"id": "1", "title": "Mug", "quantity": 1, "gross": "21.78", "vat_rate": "21", "vat": "3.78"}


def order(*lines: dict[str, Any], **changes: Any) -> ChannelOrder:
    document = {
        "id": "A1", "placed_at": "2026-11-23T12:00:00Z", "changed_at": "2026-11-23T12:00:00Z", "currency": "EUR",
        "total": "21.78", "payment": "paid", "lines": list(lines) or [LINE],
    }  # fmt: skip
    return channel_order(Fields.of(parse(json.dumps(document | changes)), "order"))


def test_an_order_that_tells_nothing_of_it_has_none() -> None:
    found = order()
    assert (found.payments, found.lines[0].voucher, found.lines[0].paid_by_platform) == ((), False, Decimal(0))


def test_a_marketplaces_part_and_a_gift_card_that_is_sold_are_read() -> None:
    card = LINE | {"id": "2", "gross": "25.00", "vat_rate": "0", "vat": "0", "gift_card": True}
    found = order(LINE | {"discount": "2.42", "paid_by_platform": "1.21"}, card)
    assert [(line.paid_by_platform, line.voucher) for line in found.lines] == [
        (Decimal("1.21"), False),
        (Decimal(0), True),
    ]


def test_payments_are_read_by_the_contracts_own_words() -> None:
    paid = [{"kind": "gift_card", "amount": "10.00"}, {"kind": "store_credit", "amount": "2.50", "description": "B2B"}]
    assert order(payments=paid).payments == (
        Payment(PaymentKind.GIFT_CARD, Decimal("10.00")),
        Payment(PaymentKind.STORE_CREDIT, Decimal("2.50"), "B2B"),
    )
    with pytest.raises(Rejected):
        order(payments=[{"kind": "bitcoin", "amount": "10.00"}])
