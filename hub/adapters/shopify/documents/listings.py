"""What is for sale, page by page or as one bulk operation."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document
from hub.adapters.shopify.documents.fragments import PAGE

LISTINGS = Document(
    "listings.list",
    f"""
query Listings($location: ID!, $after: String) {{
  productVariants(first: 100, after: $after) {{
    nodes {{ ...Variant }} {PAGE}
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
