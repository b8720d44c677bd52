"""Ready-made queries for whoever opens the API in a browser for the first time."""

from __future__ import annotations

EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "Overview",
        """\
query Overview {
  viewer { label role tenant { name } }
  erpConnections {
    name status
    divisions { number description enabled readAt budgets { name remaining allowed } }
  }
  channels {
    id name platform status
    settings { forwarding stock fulfilment }
    actor { status restarts lanes { name depth oldestSeconds } }
  }
}
""",
    ),
    (
        "Channels",
        """\
query Channels {
  channels {
    id slug name platform status reason listingsReadAt ordersSweptAt
    settings { forwarding stock fulfilment sweepSeconds }
    budgets { name remaining allowed }
    hooks { topic status }
    newest: orders(first: 3) { nodes { number status placedAt total { amount currency } } }
  }
}
""",
    ),
    (
        "Platforms",
        """\
query Platforms {
  platforms {
    platform title consent
    needs { name description required hidden }
  }
}
""",
    ),
    (
        "Newest orders",
        """\
query NewestOrders {
  orders(first: 20) {
    nodes {
      id number status placedAt shipBy
      channel { name }
      total { amount currency }
      hold { cause message }
      salesOrder { number }
      lines { sku title quantity shipped gross }
      parcels { tracking carrier status }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    ),
    (
        "Stock, explained",
        """\
query StockExplained {
  listings(first: 20, filter: { statuses: [PUBLISHED, PENDING, REFUSED] }) {
    nodes {
      title sku status quantity quantityAt problem
      channel { name }
      explanation { name value }
      product { code openClaims readings { warehouseId freeStock readAt } }
    }
  }
}
""",
    ),
    (
        "Live log",
        """\
subscription LiveLog {
  syncEvents { cursor at level kind message subjectType subjectId channel { name } }
}
""",
    ),
    (
        "What needs a person",
        """\
query NeedsAPerson {
  held: orders(first: 20, filter: { statuses: [HELD] }) {
    nodes { id number hold { cause message detail } }
  }
  riskList(first: 10) { nodes { id number shipBy status } }
  parkedMessages(first: 20) { nodes { id address kind code error parkedAt } }
}
""",
    ),
    (
        "Try an order again",
        """\
mutation TryAgain($order: ID!) {
  orderRetry(input: { orderId: $order }) {
    order { number status hold { cause message } }
    userErrors { field code message }
  }
}
""",
    ),
)
