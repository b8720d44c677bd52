"""WooCommerce's webhooks: an HMAC over the raw body, and pings that carry nothing."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping, Sequence

from hub.adapters.fields import Fields, parse
from hub.adapters.port import BadPayload, BadSignature, Hint
from hub.outcome import Rejected

TOPICS = ("order.created", "order.updated", "order.deleted")
"""There is no topic for paid or cancelled: ``order.updated`` tells both."""

_PING = re.compile(rb"webhook_id=\d{1,20}")


def sign(body: bytes, secret: str) -> str:
    """Return what the shop puts into ``X-WC-Webhook-Signature``: base64 of HMAC-SHA256 over the body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


class WooHooks:
    """Reads deliveries. The secret is the one chosen when the webhook was made."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Sequence[Hint]:
        """Return the order that a delivery names; none for other topics and for a ping.

        A ping is the form body ``webhook_id=N`` without a signature; it must be answered 200, or the shop
        pings again after every failed delivery. Raises ``BadSignature`` or ``BadPayload``.
        """
        signature = headers.get("x-wc-webhook-signature", "")
        if not signature and _PING.fullmatch(body.strip()):
            return []
        if not hmac.compare_digest(sign(body, secret).encode(), signature.encode()):
            raise BadSignature("signature does not match the body")
        topic = headers.get("x-wc-webhook-topic", "")
        return [_hint(topic, body)] if topic.startswith("order.") else []


def _hint(topic: str, body: bytes) -> Hint:
    try:
        order = Fields.of(parse(body), "delivery")
        return Hint(topic, order.text("id"), order.maybe_instant("date_modified_gmt"), deleted=topic == "order.deleted")
    except (ValueError, Rejected) as odd:
        raise BadPayload(str(odd)) from odd
