"""Everything that the demo asks of the hub, in GraphQL."""

from __future__ import annotations

CONNECT = """
mutation Connect($input: ErpConnectionCreateInput!) {
  erpConnectionCreate(input: $input) {
    erpConnection { id } authorizeUrl userErrors { field code message }
  }
}
"""

RECONNECT = """
mutation Reconnect($input: ErpConnectionReconnectInput!) {
  erpConnectionReconnect(input: $input) { authorizeUrl userErrors { field code message } }
}
"""

CONNECTIONS = "query Connections { erpConnections { id name status reason divisions { number description enabled } } }"

ENABLE = """
mutation Enable($input: DivisionEnableInput!) {
  divisionEnable(input: $input) { division { number } userErrors { field code message } }
}
"""

BOOKS = """
query Books($number: Int!, $search: String) {
  division(number: $number) {
    readAt
    vatCodes(limit: 100) { code percentage kind transaction blocked }
    customers(search: $search, limit: 5) { accountId code name isCustomer }
    warehouses(limit: 20) { warehouseId code }
  }
}
"""

CREATE = """
mutation Create($input: ChannelCreateInput!) {
  channelCreate(input: $input) { channel { id } userErrors { field code message } }
}
"""

CONSENT = """
mutation Consent($input: ChannelConnectInput!) {
  channelConnect(input: $input) { authorizeUrl userErrors { field code message } }
}
"""

CONFIGURE = """
mutation Configure($input: ChannelConfigureInput!) {
  channelConfigure(input: $input) { channel { id } userErrors { field code message } }
}
"""

CHANNELS = "query Channels { channels { id slug status reason listingsReadAt ordersSweptAt } }"

REPUBLISH = """
mutation Republish($input: ChannelRepublishInput!) {
  channelRepublish(input: $input) { userErrors { field code message } }
}
"""

TO_PACK = """
query ToPack($channel: ID!) {
  orders(filter: { channelId: $channel, statuses: [FORWARDED] }, first: 20) {
    nodes { id number cancelled parcels { tracking } lines { id open } }
  }
}
"""

PARCEL = """
mutation Parcel($input: ParcelEnterInput!) {
  parcelEnter(input: $input) { parcel { id } userErrors { field code message } }
}
"""

RETRY = """
mutation Retry($input: OrderRetryInput!) { orderRetry(input: $input) { userErrors { field code message } } }
"""

HELD = """
query Held { orders(filter: { statuses: [HELD] }, first: 50) { nodes { id number hold { cause message } } } }
"""

HELD_ORDERS = """
query HeldOrders($first: Int!, $after: String) {
  orders(filter: { statuses: [HELD] }, first: $first, after: $after) {
    nodes { hold { cause } } pageInfo { hasNextPage endCursor }
  }
}
"""

CERTIFICATES = """
query Certificates($first: Int!, $after: String) {
  orders(filter: { statuses: [FORWARDED] }, first: $first, after: $after) {
    nodes { certificate { equal } } pageInfo { hasNextPage endCursor }
  }
}
"""

REPORT = """
query Report($from: Date!, $until: Date!) {
  channelReport(from: $from, until: $until) {
    rows { channel { slug } rates { rate net vat } }
  }
}
"""

PARKED = "query Parked { parkedMessages(first: 50) { nodes { address kind code error } } }"

ACTORS = "query Actors { actors(first: 50) { nodes { address status reason restarts } } }"

EVENTS = """
query Events($first: Int!, $after: String, $kinds: [String!]) {
  syncEvents(filter: { kinds: $kinds }, first: $first, after: $after) {
    nodes { at kind level message detail channel { slug } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
