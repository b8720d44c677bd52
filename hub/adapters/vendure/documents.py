"""The GraphQL documents that a Vendure server is asked with; the tests hold each against the server's own schema."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One operation by its name; ``repeatable`` says that sending it twice does no more than sending it once."""

    name: str
    text: str
    repeatable: bool = True


LOGIN = Document(
    "Login",
    """
    mutation Login($username: String!, $password: String!) {
      login(username: $username, password: $password) {
        __typename
        ... on ErrorResult { errorCode message }
      }
    }
    """,
)

CHANGED_ORDERS = Document(
    "ChangedOrders",
    """
    query ChangedOrders($options: OrderListOptions!) {
      orders(options: $options) { totalItems items { id updatedAt } }
    }
    """,
)

ORDER = Document(
    "Order",
    """
    query Order($id: ID!) {
      order(id: $id) {
        id code state updatedAt orderPlacedAt currencyCode totalWithTax
        customer { id emailAddress phoneNumber }
        shippingAddress { ...Place }
        billingAddress { ...Place }
        lines {
          id quantity orderPlacedQuantity taxRate
          proratedUnitPrice proratedUnitPriceWithTax proratedLinePrice proratedLinePriceWithTax
          unitPriceWithTax linePriceWithTax
          productVariant { id sku name }
          fulfillmentLines { quantity fulfillment { state } }
        }
        shippingLines { discountedPrice discountedPriceWithTax shippingMethod { name } }
        surcharges { description price priceWithTax taxRate }
        taxSummary { taxRate }
        payments { state amount method }
      }
      globalSettings { serverConfig { moneyStrategyPrecision } }
    }
    fragment Place on OrderAddress {
      fullName company streetLine1 streetLine2 postalCode city countryCode phoneNumber
    }
    """,
)

VARIANTS = Document(
    "Variants",
    """
    query Variants($options: ProductVariantListOptions!) {
      productVariants(options: $options) {
        totalItems
        items { id sku name trackInventory stockLevels { stockLocationId stockOnHand stockAllocated } }
      }
    }
    """,
)

SET_STOCK = Document(
    "SetStock",
    """
    mutation SetStock($input: [UpdateProductVariantInput!]!) {
      updateProductVariants(input: $input) {
        id trackInventory stockLevels { stockLocationId stockOnHand stockAllocated }
      }
    }
    """,
)

PARCELS = Document(
    "Parcels",
    """
    query Parcels($id: ID!) {
      order(id: $id) {
        id state
        lines { id quantity fulfillmentLines { quantity fulfillment { state } } }
        fulfillments { id state nextStates trackingCode lines { orderLineId quantity } }
        history(options: { filter: { type: { eq: "ORDER_NOTE" } } }) { items { data } }
      }
    }
    """,
)

ADD_FULFILLMENT = Document(
    "AddFulfillment",
    """
    mutation AddFulfillment($input: FulfillOrderInput!) {
      addFulfillmentToOrder(input: $input) {
        __typename
        ... on Fulfillment { id nextStates }
        ... on ErrorResult { errorCode message }
      }
    }
    """,
    repeatable=False,
)

SHIP_FULFILLMENT = Document(
    "ShipFulfillment",
    """
    mutation ShipFulfillment($id: ID!) {
      transitionFulfillmentToState(id: $id, state: "Shipped") {
        __typename
        ... on ErrorResult { errorCode message }
      }
    }
    """,
)

ADD_NOTE = Document(
    "AddNote",
    """
    mutation AddNote($input: AddNoteToOrderInput!) {
      addNoteToOrder(input: $input) { id }
    }
    """,
    repeatable=False,
)

CANCEL_ORDER = Document(
    "CancelOrder",
    """
    mutation CancelOrder($input: CancelOrderInput!) {
      cancelOrder(input: $input) {
        __typename
        ... on ErrorResult { errorCode message }
      }
    }
    """,
    repeatable=False,
)

EVERY = (
    LOGIN,
    CHANGED_ORDERS,
    ORDER,
    VARIANTS,
    SET_STOCK,
    PARCELS,
    ADD_FULFILLMENT,
    SHIP_FULFILLMENT,
    ADD_NOTE,
    CANCEL_ORDER,
)
