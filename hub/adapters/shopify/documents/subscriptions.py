"""Webhook subscriptions."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document
from hub.adapters.shopify.documents.fragments import PAGE

SUBSCRIPTIONS = Document(
    "webhooks.list",
    f"""
query Subscriptions($after: String) {{
  webhookSubscriptions(first: 100, after: $after) {{ nodes {{ id topic uri }} {PAGE} }}
}}
""",
    110,
)

SUBSCRIBE = Document(
    "webhooks.create",
    """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id topic uri } userErrors { field message }
  }
}
""",
    15,
    repeatable=False,
)

UNSUBSCRIBE = Document(
    "webhooks.delete",
    """
mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}
""",
    15,
)
