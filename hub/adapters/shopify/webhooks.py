"""Shopify's webhooks: an HMAC over the raw body, made with the app's client secret.

Topics of fulfilment orders name no order, and a parcel reads its fulfilment orders afresh anyway. Changes of stock
would mostly tell the hub of its own writes; what others move is found by comparing before each write. An app that
was removed is told by its token no longer working.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from hub.adapters.fields import Fields, parse
from hub.adapters.port import BadPayload, BadSignature, Hint
from hub.outcome import Rejected

INCLUDED: Mapping[str, tuple[str, ...]] = {
    "ORDERS_CREATE": ("id", "updated_at"),
    "ORDERS_UPDATED": ("id", "updated_at"),
    "ORDERS_CANCELLED": ("id", "updated_at"),
    "ORDERS_PAID": ("id", "updated_at"),
    "ORDERS_DELETE": ("id",),
    "ORDERS_EDITED": ("order_edit",),
    "REFUNDS_CREATE": ("id", "order_id"),
}
"""What is delivered of each topic: the hub reads orders itself, so no buyer's data travels with a webhook."""
TOPICS = tuple(INCLUDED)


def sign(body: bytes, secret: str) -> str:
    """Return what Shopify puts into ``X-Shopify-Hmac-Sha256``."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class ShopHooks:
    """Reads deliveries. The secret is the client secret of the app."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the order that a delivery is about, none for other topics; ``event_id`` stays over its retries.

        Raises ``BadSignature`` or ``BadPayload``.
        """
        signature = headers.get("x-shopify-hmac-sha256", "")
        if not hmac.compare_digest(sign(body, secret).encode(), signature.encode()):
            raise BadSignature("signature does not match the body")
        topic = headers.get("x-shopify-topic", "").replace("/", "_").upper()
        return [_hint(topic, headers, body)] if topic in INCLUDED else []


def _hint(topic: str, headers: Mapping[str, str], body: bytes) -> Hint:
    try:
        told = Fields.of(parse(body), "delivery")
        event_id = headers.get("x-shopify-webhook-id") or None
        return Hint(
            _order_topic(topic),
            _order_id(topic, told),
            told.maybe_instant("updated_at"),
            deleted=topic == "ORDERS_DELETE",
            event_id=event_id,
        )
    except (ValueError, Rejected) as odd:
        raise BadPayload(str(odd)) from odd


def _order_topic(topic: str) -> str:
    """A refund is one of the ways in which an order changes."""
    return "ORDERS_UPDATED" if topic == "REFUNDS_CREATE" else topic


def _order_id(topic: str, told: Fields) -> str:
    match topic:
        case "REFUNDS_CREATE":
            return told.text("order_id")
        case "ORDERS_EDITED":
            return Fields.of(told.values.get("order_edit"), "order_edit").text("order_id")
        case _:
            return told.text("id")
