"""How webhook subscriptions and bulk operations look in answers."""

from __future__ import annotations

from hub.sandbox.shopify.bulk import BulkOperation
from hub.sandbox.shopify.context import iso
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.problems import Json
from hub.sandbox.shopify.webhooks import Subscription


def subscription_view(each: Subscription) -> Json:
    """A webhook subscription."""
    return {
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", each.number),
        "legacyResourceId": str(each.number),
        "topic": each.topic,
        "uri": each.uri,
        "format": each.format,
        "filter": each.filter,
        "includeFields": each.include_fields,
        "metafieldNamespaces": each.namespaces,
        "name": each.name,
        "apiVersion": {"displayName": each.api_version, "handle": each.api_version, "supported": True},
        "createdAt": iso(each.created_at),
        "updatedAt": iso(each.updated_at),
    }


def bulk_view(each: BulkOperation) -> Json:
    """A bulk operation as far as it has come."""
    return {
        "__typename": "BulkOperation",
        "id": gid("BulkOperation", each.number),
        "status": each.status,
        "type": each.kind,
        "errorCode": each.error_code,
        "query": each.text,
        "createdAt": iso(each.created_at),
        "completedAt": iso(each.completed_at),
        "objectCount": str(each.objects),
        "rootObjectCount": str(each.roots),
        "fileSize": str(each.size) if each.size is not None else None,
        "url": each.url,
        "partialDataUrl": None,
    }
