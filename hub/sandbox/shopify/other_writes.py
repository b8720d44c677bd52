"""Mutations about cancellations and webhook subscriptions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from hub.sandbox.shopify.aftercare import Aftercare
from hub.sandbox.shopify.context import Info
from hub.sandbox.shopify.ids import gid, number_of
from hub.sandbox.shopify.operation_views import subscription_view
from hub.sandbox.shopify.problems import Json, Refused, user_error
from hub.sandbox.shopify.shop import Job, Shop
from hub.sandbox.shopify.webhooks import Subscription

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ADDRESS = ["webhookSubscription", "callbackUrl"]
INTERNAL = (".myshopify.com", ".shopify.com", ".shopifycloud.com", ".shopify.io")


class OrderWrites:
    """Resolves orderCancel: it promises a job, and the order is cancelled some seconds later."""

    def __init__(self, shop: Shop, aftercare: Aftercare) -> None:
        self.shop, self.aftercare = shop, aftercare

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {"orderCancel": self._cancel}

    def _cancel(self, info: Info, orderId: str, reason: str, restock: bool, **args: Any) -> Json:
        order = self.shop.orders.get(number_of(orderId, "Order"))
        if order is None:
            return _no_job(user_error(["orderId"], "Order does not exist", "NOT_FOUND"))
        if order.cancelled_at is not None:
            return _no_job(user_error(["orderId"], "Order has already been cancelled", "INVALID"))
        job = Job(f"gid://shopify/Job/{uuid.uuid4()}")
        self.shop.jobs[job.job_id] = job
        refund = bool((args.get("refundMethod") or {}).get("originalPaymentMethodsRefund"))
        note: str | None = args.get("staffNote")

        def happen() -> None:
            self.aftercare.cancel(order, reason, restock=restock, refund=refund, note=note)
            job.done = True

        self.shop.later(self.shop.switches.cancel_seconds, happen)
        return {"job": {"id": job.job_id, "done": False}, "orderCancelUserErrors": []}


def _no_job(error: Json) -> Json:
    return {"job": None, "orderCancelUserErrors": [error]}


class SubscriptionWrites:
    """Resolves the webhook subscription mutations."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.hooks = shop, shop.hooks

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "webhookSubscriptionCreate": self._create,
            "webhookSubscriptionUpdate": self._update,
            "webhookSubscriptionDelete": self._delete,
        }

    def _create(self, info: Info, topic: str, webhookSubscription: Json) -> Json:
        now = self.shop.clock.now()
        made = Subscription(self.hooks.next_number(), topic, "", now, now, info.context.version)
        try:
            self._apply(made, webhookSubscription)
        except Refused as refused:
            return {"webhookSubscription": None, "userErrors": refused.errors}
        self.hooks.subscriptions[made.number] = made
        return {"webhookSubscription": subscription_view(made), "userErrors": []}

    def _update(self, info: Info, id: str, webhookSubscription: Json) -> Json:
        known = self.hooks.subscriptions.get(number_of(id, "WebhookSubscription"))
        if known is None:
            return {"webhookSubscription": None, "userErrors": [_unknown()]}
        try:
            self._apply(known, {"uri": known.uri} | webhookSubscription)
        except Refused as refused:
            return {"webhookSubscription": None, "userErrors": refused.errors}
        known.updated_at = self.shop.clock.now()
        return {"webhookSubscription": subscription_view(known), "userErrors": []}

    def _apply(self, made: Subscription, asked: Json) -> None:
        uri, kind = asked.get("uri") or "", asked.get("format") or made.format
        self._check_address(uri)
        wanted = asked.get("filter", made.filter)
        for each in self.hooks.subscriptions.values():
            same = (each.topic, each.uri, each.format, each.filter) == (made.topic, uri, kind, wanted)
            if each is not made and same:
                raise Refused(user_error(ADDRESS, "Address for this topic has already been taken"))
        made.uri, made.format, made.filter = uri, kind, wanted
        made.include_fields = asked.get("includeFields") or []
        made.namespaces = asked.get("metafieldNamespaces") or []
        made.name = asked.get("name", made.name)

    @staticmethod
    def _check_address(uri: str) -> None:
        """Refuse what Shopify refuses; plain http passes for loopback alone, where the hub listens in a sandbox."""
        if not uri:
            raise Refused(user_error(ADDRESS, "Address can't be blank"))
        parts = urlsplit(uri)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise Refused(user_error(ADDRESS, f"Address protocol {parts.scheme}:// is not supported"))
        if f".{parts.hostname}".endswith(INTERNAL):
            raise Refused(user_error(ADDRESS, "Address cannot be a Shopify or an internal domain"))

    def _delete(self, info: Info, id: str) -> Json:
        number = number_of(id, "WebhookSubscription")
        if self.hooks.subscriptions.pop(number, None) is None:
            return {"deletedWebhookSubscriptionId": None, "userErrors": [_unknown()]}
        return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", number), "userErrors": []}


def _unknown() -> Json:
    return user_error(["id"], "Webhook subscription does not exist")
