"""Changing, deleting and completing sales orders that stand in Exact."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import Row, guid_literal, need_guid, read_decimal, read_flag, read_guid, read_text
from hub.adapters.exact.payloads import charge_payload, line_payload
from hub.adapters.exact.sales_orders import LINES, ORDERS
from hub.adapters.limits import Lane
from hub.domain.aligning import SalesOrderChanges
from hub.domain.money import cents
from hub.domain.sales_order import DraftCharge
from hub.outcome import Rejected

CHARGES = "salesorder/SalesOrderOrderChargeLines"
COMPLETING = "salesorder/CompleteSalesOrder"
_CHARGE = ("ID", "OrderCharge", "IsShippingCost", "AmountFCInclVAT", "VATCode")

Same: TypeAlias = tuple[bool, str | None, Decimal, str]


class SalesOrderChanging:
    """Changes of the sales orders of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient) -> None:
        self._client = client

    async def change(self, order_id: str, changes: SalesOrderChanges) -> None:
        """Change lines first and remove last, so that the order is never without any."""
        for line_id, line in changes.put.items():
            await self._client.change(Lane.ORDERS, LINES, line_id, line_payload(line))
        for line in changes.add:
            await self._client.create(Lane.ORDERS, LINES, {"OrderID": order_id, **line_payload(line)})
        for line_id in changes.remove:
            await self._client.delete(Lane.ORDERS, LINES, line_id)
        if changes.charges is not None:
            await self._set_charges(order_id, changes.charges)

    async def delete(self, order_id: str) -> None:
        await self._client.delete(Lane.ORDERS, ORDERS, order_id)

    async def complete(self, order_id: str) -> None:
        """Close the delivery alone: what left is still to be invoiced. A 201 may carry an ErrorMessage."""
        asked = {"OrderID": order_id, "CompleteDelivery": True, "CompleteInvoice": False}
        answer = await self._client.create(Lane.ORDERS, COMPLETING, asked)
        if problem := read_text(answer, "ErrorMessage"):
            raise Rejected(problem, code="not_completed")

    async def _set_charges(self, order_id: str, wanted: Sequence[DraftCharge]) -> None:
        """Leave what is right, remove what is not, add what lacks: repeatable after any interruption."""
        condition = f"OrderID eq {guid_literal(order_id)}"
        query = {"$filter": condition, "$select": ",".join(_CHARGE)}
        missing = list(wanted)
        for row in await self._client.rows(Lane.ORDERS, CHARGES, query):
            same = next((one for one in missing if _is(one) == _stands(row, one)), None)
            if same is None:
                await self._client.delete(Lane.ORDERS, CHARGES, need_guid(row, "ID"))
            else:
                missing.remove(same)
        for charge in missing:
            await self._client.create(Lane.ORDERS, CHARGES, {"OrderID": order_id, **charge_payload(charge)})


def _is(charge: DraftCharge) -> Same:
    return charge.shipping, charge.charge_id, cents(charge.gross), charge.vat_code


def _stands(row: Row, charge: DraftCharge) -> Same:
    """Return a stored charge in the same terms; Exact chooses the order charge of shipping costs by itself."""
    kind = None if charge.shipping else read_guid(row, "OrderCharge")
    gross = cents(read_decimal(row, "AmountFCInclVAT") or Decimal(0))
    return read_flag(row, "IsShippingCost"), kind, gross, read_text(row, "VATCode")
