"""Every GraphQL document that the hub sends to Shopify, for the Admin API of ``VERSION``.

Page sizes keep each below Shopify's 1,000 points for one query. ``cost`` is a first guess of what Shopify reserves;
its answers correct it.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-10"
LARGEST_INPUT = 250
"""The most rows that Shopify takes in one list of an input."""
SIDE_BY_SIDE = 4
"""Mutations sent as aliases of one request: each has its own key, and a time-out stays cheap."""
LEVELS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Document:
    """One document; ``repeatable`` ones may be sent again when their answer was lost.

    ``personal`` names fields that Shopify leaves out, with an error, where the app may not see personal data.
    """

    name: str
    text: str
    cost: float
    repeatable: bool = True
    personal: frozenset[str] = frozenset()


_PAGE = "pageInfo { hasNextPage endCursor }"
_MONEY = "fragment Money on MoneyBag { shopMoney { amount } presentmentMoney { amount } }"
_TAX = "fragment Tax on TaxLine { rate ratePercentage channelLiable priceSet { ...Money } }"
_LINE = """
fragment Line on LineItem {
  id sku name quantity currentQuantity unfulfilledQuantity isGiftCard
  originalTotalSet { ...Money }
  discountAllocations { allocatedAmountSet { ...Money } }
  taxLines { ...Tax }
  variant { barcode inventoryItem { legacyResourceId } }
}
"""
_ADDRESS = """
fragment Address on MailingAddress {
  firstName lastName name company address1 address2 zip city countryCodeV2 phone
}
"""
_PERSONAL = frozenset({"email", "phone", "shippingAddress", "billingAddress"})

SCOPES = Document("scopes", "query Scopes { currentAppInstallation { accessScopes { handle } } }", 3)

LOCATIONS = Document(
    "locations.list",
    "query Locations { locations(first: 250) { nodes { id name isActive } } }",
    260,
)

CHANGED_ORDERS = Document(
    "orders.list",
    f"""
query ChangedOrders($query: String!, $after: String) {{
  orders(first: 100, query: $query, after: $after, sortKey: UPDATED_AT) {{
    nodes {{ id updatedAt }} {_PAGE}
  }}
}}
""",
    110,
)

ORDER = Document(
    "orders.get",
    f"""
query Order($id: ID!) {{
  order(id: $id) {{
    id name createdAt updatedAt cancelledAt test currencyCode presentmentCurrencyCode taxesIncluded dutiesIncluded
    displayFinancialStatus displayFulfillmentStatus fullyPaid email phone poNumber
    customAttributes {{ key value }}
    totalPriceSet {{ ...Money }}
    currentTotalPriceSet {{ ...Money }}
    totalTipReceivedSet {{ ...Money }}
    currentTotalDutiesSet {{ ...Money }}
    currentTotalAdditionalFeesSet {{ ...Money }}
    totalRefundedSet {{ ...Money }}
    fulfillmentsCount {{ count }}
    transactions(first: 50) {{
      kind status gateway amountSet {{ ...Money }} fees {{ type amount {{ amount currencyCode }} }}
    }}
    shippingAddress {{ ...Address }}
    billingAddress {{ ...Address }}
    shippingLines(first: 20) {{
      nodes {{ title discountedPriceSet {{ ...Money }} currentDiscountedPriceSet {{ ...Money }} taxLines {{ ...Tax }} }}
      {_PAGE}
    }}
    lineItems(first: 50) {{ nodes {{ ...Line }} {_PAGE} }}
  }}
}}
{_LINE}{_ADDRESS}{_TAX}
{_MONEY}
""",
    450,
    personal=_PERSONAL,
)

ORDER_LINES = Document(
    "orders.lines",
    f"""
query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ updatedAt lineItems(first: 50, after: $after) {{ nodes {{ ...Line }} {_PAGE} }} }}
}}
{_LINE}{_TAX}
{_MONEY}
""",
    300,
)

_REFUND_LINE = """
fragment RefundLine on RefundLineItem {
  quantity restockType lineItem { id } subtotalSet { ...Money } totalTaxSet { ...Money }
}
"""

REFUNDS = Document(
    "refunds.list",
    f"""
query Refunds($id: ID!) {{
  order(id: $id) {{
    refunds(first: 25) {{
      id createdAt processedAt
      totalRefundedSet {{ ...Money }}
      refundLineItems(first: 20) {{ nodes {{ ...RefundLine }} {_PAGE} }}
      refundShippingLines(first: 5) {{ nodes {{ subtotalAmountSet {{ ...Money }} taxAmountSet {{ ...Money }} }} }}
    }}
  }}
}}
{_REFUND_LINE}{_MONEY}
""",
    700,
)

REFUND_LINES = Document(
    "refunds.lines",
    f"""
query RefundLines($id: ID!, $after: String) {{
  refund(id: $id) {{ refundLineItems(first: 100, after: $after) {{ nodes {{ ...RefundLine }} {_PAGE} }} }}
}}
{_REFUND_LINE}{_MONEY}
""",
    210,
)

FULFILMENTS = Document(
    "fulfilments.list",
    """
query Fulfilments($id: ID!) {
  order(id: $id) { cancelledAt fulfillments(first: 100) { id status trackingInfo { number } } }
}
""",
    110,
)

FULFILMENT_LINES = Document(
    "fulfilments.lines",
    f"""
query FulfilmentLines($id: ID!, $after: String) {{
  fulfillment(id: $id) {{
    fulfillmentLineItems(first: 100, after: $after) {{ nodes {{ quantity lineItem {{ id }} }} {_PAGE} }}
  }}
}}
""",
    210,
)

FULFILMENT_ORDERS = Document(
    "fulfilment_orders.list",
    f"""
query FulfilmentOrders($id: ID!, $after: String) {{
  order(id: $id) {{
    cancelledAt
    fulfillmentOrders(first: 10, after: $after) {{
      nodes {{
        id status
        assignedLocation {{ name location {{ id }} }}
        fulfillmentHolds {{ reason displayReason }}
        lineItems(first: 30) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {_PAGE} }}
      }}
      {_PAGE}
    }}
  }}
}}
""",
    660,
)

FULFILMENT_ORDER_LINES = Document(
    "fulfilment_orders.lines",
    f"""
query FulfilmentOrderLines($id: ID!, $after: String) {{
  fulfillmentOrder(id: $id) {{
    lineItems(first: 100, after: $after) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {_PAGE} }}
  }}
}}
""",
    210,
)

SHIP = Document(
    "fulfilments.create",
    """
mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id status } userErrors { field message } }
}
""",
    30,
    repeatable=False,
)

CANCEL = Document(
    "orders.cancel",
    """
mutation Cancel(
  $orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!,
  $refundMethod: OrderCancelRefundMethodInput, $staffNote: String
) {
  orderCancel(
    orderId: $orderId, reason: $reason, restock: $restock, refundMethod: $refundMethod, staffNote: $staffNote,
    notifyCustomer: true
  ) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}
""",
    15,
    repeatable=False,
)

CANCEL_STATE = Document(
    "orders.cancel_state",
    """
query CancelState($id: ID!) { order(id: $id) { cancelledAt displayFulfillmentStatus } }
""",
    3,
)

JOB = Document(
    "jobs.get",
    """
query Job($job: ID!, $order: ID!) { job(id: $job) { id done } order(id: $order) { cancelledAt } }
""",
    3,
)

LISTINGS = Document(
    "listings.list",
    f"""
query Listings($location: ID!, $after: String) {{
  productVariants(first: 100, after: $after) {{
    nodes {{ ...Variant }} {_PAGE}
  }}
}}
fragment Variant on ProductVariant {{
  id sku barcode displayName requiresComponents
  product {{ id }}
  inventoryItem {{
    id tracked
    inventoryLevel(locationId: $location) {{ quantities(names: ["available"]) {{ quantity }} }}
  }}
}}
""",
    610,
)

BULK_LISTINGS = """
query BulkListings {
  productVariants {
    edges { node {
      id sku barcode displayName requiresComponents
      product { id }
      inventoryItem {
        id tracked
        inventoryLevel(locationId: "%s") { quantities(names: ["available"]) { quantity } }
      }
    } }
  }
}
"""
"""What a bulk operation runs; it takes no variables, so the location's id is filled in."""

BULK_RUN = Document(
    "bulk.run",
    """
mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status } userErrors { field message code }
  }
}
""",
    15,
)

BULK_STATE = Document(
    "bulk.get",
    "query BulkState($id: ID!) { bulkOperation(id: $id) { id status errorCode objectCount url } }",
    2,
)

LEVELS = Document(
    "stock.levels",
    """
query Levels($items: [ID!]!, $location: ID!) {
  nodes(ids: $items) {
    ... on InventoryItem {
      id inventoryLevel(locationId: $location) { quantities(names: ["available"]) { quantity } }
    }
  }
}
""",
    310,
)


def _set_quantities(count: int) -> Document:
    """Return the document with so many mutations side by side: ``$input0`` with ``$key0``, and so on."""
    taken = ", ".join(f"$input{place}: InventorySetQuantitiesInput!, $key{place}: String!" for place in range(count))
    written = "\n".join(
        f"  set{place}: inventorySetQuantities(input: $input{place}) @idempotent(key: $key{place}) "
        "{ userErrors { field message code } }"
        for place in range(count)
    )
    return Document("stock.set", f"mutation SetQuantities({taken}) {{\n{written}\n}}\n", 15.0 * count)


SET_QUANTITIES = tuple(_set_quantities(count) for count in range(1, SIDE_BY_SIDE + 1))

ACTIVATE = Document(
    "stock.activate",
    """
mutation Activate($item: ID!, $location: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location) @idempotent(key: $key) {
    inventoryLevel { quantities(names: ["available"]) { quantity } }
    userErrors { field message }
  }
}
""",
    15,
)

SUBSCRIPTIONS = Document(
    "webhooks.list",
    f"""
query Subscriptions($after: String) {{
  webhookSubscriptions(first: 100, after: $after) {{ nodes {{ id topic uri }} {_PAGE} }}
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

ALL = (
    SCOPES,
    LOCATIONS,
    CHANGED_ORDERS,
    ORDER,
    ORDER_LINES,
    REFUNDS,
    REFUND_LINES,
    FULFILMENTS,
    FULFILMENT_LINES,
    FULFILMENT_ORDERS,
    FULFILMENT_ORDER_LINES,
    SHIP,
    CANCEL,
    CANCEL_STATE,
    JOB,
    LISTINGS,
    BULK_RUN,
    BULK_STATE,
    LEVELS,
    *SET_QUANTITIES,
    ACTIVATE,
    SUBSCRIPTIONS,
    SUBSCRIBE,
    UNSUBSCRIBE,
)
