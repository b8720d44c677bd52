"""The stock of one SKU: what is written, and how it is told apart from what was written before.

In Europe a self-fulfilled quantity belongs to seller and SKU, not to a marketplace: one write serves them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.adapters.fields import Fields
from hub.adapters.port import Accepted, Refused, StockUpdate, WriteResult

OWN_CHANNEL = "DEFAULT"
ATTRIBUTE = "fulfillment_availability"
ANY_PRODUCT = "PRODUCT"
PREFIX = "patch"


def stock_patch(quantity: int) -> dict[str, object]:
    """Return product type and patches that set a quantity and leave handling time and restock date alone."""
    value = [{"fulfillment_channel_code": OWN_CHANNEL, "quantity": quantity}]
    return {
        "productType": ANY_PRODUCT,
        "patches": [{"op": "merge", "path": f"/attributes/{ATTRIBUTE}", "value": value}],
    }


@dataclass(frozen=True, slots=True)
class Patch:
    """One accepted patch; its process id holds all that is needed to see whether it took effect.

    ``before`` is what the SKU was believed to show, None where that is unknown.
    """

    sku: str
    marketplace: str
    quantity: int
    before: int | None
    sent_at: datetime

    @classmethod
    def of(cls, update: StockUpdate, marketplace: str, sent_at: datetime) -> Patch:
        return cls(update.listing.external_id, marketplace, update.quantity, update.listing.quantity, sent_at)

    @classmethod
    def read(cls, process_id: str) -> Patch | None:
        """Return the patch that a process id names; None where it names something else."""
        kind, *parts = process_id.split(":", 5)
        if kind != PREFIX or len(parts) != 5 or not all(part.isdecimal() for part in (*parts[:2], parts[2] or "0")):
            return None
        sent, quantity, before, marketplace, sku = parts
        return cls(
            sku, marketplace, int(quantity), int(before) if before else None, datetime.fromtimestamp(int(sent), UTC)
        )

    @property
    def process_id(self) -> str:
        before = "" if self.before is None else self.before
        return f"{PREFIX}:{int(self.sent_at.timestamp())}:{self.quantity}:{before}:{self.marketplace}:{self.sku}"

    def shows_in(self, item: Fields) -> WriteResult | None:
        """Return what a listing as read says of this patch; None while nothing."""
        shown = own_quantity(item)
        if shown is not None and self._explains(shown):
            return Accepted()
        return stock_error(item.children("issues"))

    def _explains(self, shown: int) -> bool:
        """Say whether a number is what this patch made, perhaps less what was sold since.

        A lower number than the patch wanted never oversells; where it wanted to raise, the number must have risen.
        """
        if shown == self.quantity or self.before is None:
            return shown == self.quantity
        return shown < self.quantity and (self.before > self.quantity or shown > self.before)


def own_quantity(item: Fields) -> int | None:
    """Return the seller's own quantity of a listing; None where Amazon ships it or shows none."""
    for each in item.children("fulfillmentAvailability"):
        if each.maybe_text("fulfillmentChannelCode") == OWN_CHANNEL:
            return each.count("quantity", 0)
    return None


def stock_error(issues: Sequence[Fields], *, any_attribute: bool = False) -> Refused | None:
    """Return the first error that concerns the quantity, or any at all, in Amazon's words."""
    for issue in issues:
        named = issue.values.get("attributeNames")
        concerned = any_attribute or (isinstance(named, list) and ATTRIBUTE in named)
        if issue.maybe_text("severity") == "ERROR" and concerned:
            return Refused(issue.maybe_text("code") or "invalid", issue.maybe_text("message") or "no reason given")
    return None
