"""Calling an order off, which Shopify does as a job of its own."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document

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
