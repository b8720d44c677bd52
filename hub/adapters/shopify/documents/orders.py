"""Orders as they were placed and changed."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document
from hub.adapters.shopify.documents.fragments import MONEY, PAGE

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

CHANGED_ORDERS = Document(
    "orders.list",
    f"""
query ChangedOrders($query: String!, $after: String) {{
  orders(first: 100, query: $query, after: $after, sortKey: UPDATED_AT) {{
    nodes {{ id updatedAt }} {PAGE}
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
      {PAGE}
    }}
    lineItems(first: 50) {{ nodes {{ ...Line }} {PAGE} }}
  }}
}}
{_LINE}{_ADDRESS}{_TAX}
{MONEY}
""",
    450,
    personal=_PERSONAL,
)

ORDER_LINES = Document(
    "orders.lines",
    f"""
query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ updatedAt lineItems(first: 50, after: $after) {{ nodes {{ ...Line }} {PAGE} }} }}
}}
{_LINE}{_TAX}
{MONEY}
""",
    300,
)
