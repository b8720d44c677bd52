"""How WooCommerce is asked for changed orders: ``modified_after`` is strictly greater and knows whole seconds only."""

from __future__ import annotations

from collections.abc import Sequence

from hub.adapters.port import OrderRef
from hub.adapters.sweep import Sweep

PAGE = 100


def query(sweep: Sweep) -> dict[str, str]:
    """Return the parameters of the next question."""
    since = sweep.since.strftime("%Y-%m-%dT%H:%M:%S")
    asked = {"modified_after": since, "dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
    asked |= {"per_page": str(PAGE), "_fields": "id,status,date_modified_gmt,date_created_gmt"}
    return asked | ({"offset": str(sweep.offset)} if sweep.offset else {})


def full(refs: Sequence[OrderRef]) -> bool:
    """Say whether more may follow a page."""
    return len(refs) >= PAGE
