"""The restricted roles of an application, and which data sets need one."""

from __future__ import annotations

SHIPPING_ROLE = "direct-to-consumer-shipping"
TAX_ROLE = "tax-invoicing"
ALL_ROLES = (SHIPPING_ROLE, TAX_ROLE)
NEEDED = {"BUYER": SHIPPING_ROLE, "RECIPIENT": SHIPPING_ROLE, "TAX": TAX_ROLE}


def missing(wanted: set[str], roles: list[str]) -> set[str]:
    """Return the data sets among ``wanted`` that the roles do not open."""
    return {name for name in wanted if name in NEEDED and NEEDED[name] not in roles}
