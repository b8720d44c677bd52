"""What left, what is still to leave, and telling of a parcel."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document
from hub.adapters.shopify.documents.fragments import PAGE

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
    fulfillmentLineItems(first: 100, after: $after) {{ nodes {{ quantity lineItem {{ id }} }} {PAGE} }}
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
        lineItems(first: 30) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {PAGE} }}
      }}
      {PAGE}
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
    lineItems(first: 100, after: $after) {{ nodes {{ id remainingQuantity lineItem {{ id }} }} {PAGE} }}
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
