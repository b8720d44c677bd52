"""What comes after a sale: invoices by hand, goods sent back, processed returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from hub.sandbox.control_exact import division_of, exact_of
from hub.sandbox.control_sales import channel_of
from hub.sandbox.exact.catalogue import ORDERS, RETURNS
from hub.sandbox.exact.invoices import invoice_orders
from hub.sandbox.exact.returns import process_return
from hub.sandbox.exact.table import Row
from hub.sandbox.ledger import Units

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]


@runtime_checkable
class TakesBack(Protocol):
    """A channel on which buyers announce that they send goods back."""

    async def announce_return(self, external_id: str, units: list[Units]) -> str: ...


async def announce_return(sandbox: Sandbox, asked: Json) -> Json:
    """Let a buyer announce a return of ``lines`` of ``{sku, quantity}``; returns the channel's id of it."""
    channel = channel_of(sandbox.world, asked["channel"])
    if not isinstance(channel, TakesBack):
        raise TypeError(f"{channel.name} knows no returns")
    units = [Units(str(line["sku"]), int(line.get("quantity", 1))) for line in asked["lines"]]
    return {"id": await channel.announce_return(str(asked["id"]), units)}


async def invoice(sandbox: Sandbox, asked: Json) -> Json:
    """Invoice a sales order by hand, as the book-keeper does; ``your_ref`` is the end of its reference."""
    division = division_of(sandbox, asked)
    wanted = str(asked["your_ref"])
    rows = division.table(ORDERS.table).rows.values()
    found = [row for row in rows if (row.get("YourRef") or "").endswith(wanted)]
    values: Row = {"JournalCode": "70", "CreateMode": 1, "InvoiceMode": int(asked.get("mode", 1))}
    values["SalesOrderIDs"] = [{"ID": row["OrderID"]} for row in found]
    made = invoice_orders(exact_of(sandbox).office, division, values)
    return {"created": made["NumberOfCreatedInvoices"]}


async def process_returns(sandbox: Sandbox, asked: Json) -> Json:
    """Process all planned returns in Exact, as the warehouse does once goods are on the shelf."""
    division = division_of(sandbox, asked)
    waiting = [row for row in division.table(RETURNS.table).rows.values() if row["Status"] == 20]
    for row in waiting:
        process_return(exact_of(sandbox).office, division, row)
    return {"processed": len(waiting)}


ACTIONS = {"return": announce_return, "invoice": invoice, "process-returns": process_returns}
