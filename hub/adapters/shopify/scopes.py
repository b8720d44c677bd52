"""What the hub must be allowed to do in a shop."""

from __future__ import annotations

from hub.adapters.fields import Fields

SCOPES = (
    "read_orders",
    "write_orders",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
)
"""Asked for at the consent; an app made in Shopify's dashboard is given the same."""


def missing_scopes(data: Fields) -> list[str]:
    """Return the scopes that an installation lacks; the right to write includes the right to read."""
    installed = data.maybe_child("currentAppInstallation")
    listed = installed.children("accessScopes") if installed is not None else []
    granted = {scope.maybe_text("handle") or "" for scope in listed}
    return [scope for scope in SCOPES if not {scope, scope.replace("read_", "write_", 1)} & granted]
