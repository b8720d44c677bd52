"""What the app may do in a shop, and where the shop keeps its goods."""

from __future__ import annotations

from hub.adapters.shopify.documents.document import Document

SCOPES = Document("scopes", "query Scopes { currentAppInstallation { accessScopes { handle } } }", 3)

LOCATIONS = Document(
    "locations.list",
    "query Locations { locations(first: 250) { nodes { id name isActive } } }",
    260,
)
