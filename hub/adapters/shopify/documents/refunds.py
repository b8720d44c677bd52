"""Money that went back."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document
from hub.adapters.shopify.documents.fragments import MONEY, PAGE

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
      refundLineItems(first: 20) {{ nodes {{ ...RefundLine }} {PAGE} }}
      refundShippingLines(first: 5) {{ nodes {{ subtotalAmountSet {{ ...Money }} taxAmountSet {{ ...Money }} }} }}
    }}
  }}
}}
{_REFUND_LINE}{MONEY}
""",
    700,
)

REFUND_LINES = Document(
    "refunds.lines",
    f"""
query RefundLines($id: ID!, $after: String) {{
  refund(id: $id) {{ refundLineItems(first: 100, after: $after) {{ nodes {{ ...RefundLine }} {PAGE} }} }}
}}
{_REFUND_LINE}{MONEY}
""",
    210,
)
