"""What comes after a sale: invoices by hand, processed returns, money given back, goods sent back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from hub.sandbox.control_exact import division_of, exact_of
from hub.sandbox.exact.catalogue import ORDERS, RETURNS
from hub.sandbox.exact.invoices import invoice_orders
from hub.sandbox.exact.returns import process_return
from hub.sandbox.exact.table import Row

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]


@runtime_checkable
class GivesBack(Protocol):
    """A channel on which money goes back. ``lines`` are SKU and quantity; None is everything that is left.

    ``amount`` gives back that much without goods; ``shipping`` says whether what is left of shipping goes back too.
    """

    async def refund(
        self, external_id: str, lines: list[tuple[str, int]] | None, *, amount: Decimal, shipping: bool, restock: bool
    ) -> str: ...


@runtime_checkable
class TakesBack(Protocol):
    """A channel on which buyers announce that they send goods back."""

    async def announce_return(self, external_id: str, lines: list[tuple[str, int]] | None) -> str: ...


async def refund(sandbox: Sandbox, asked: Json) -> Json:
    """Give money back on a channel; returns the channel's id of the refund."""
    channel = sandbox.world.platforms[str(asked["channel"])]
    if not isinstance(channel, GivesBack):
        raise ValueError(f"{asked['channel']} gives nothing back by itself")
    refund_id = await channel.refund(
        str(asked["id"]),
        _lines(asked),
        amount=Decimal(str(asked.get("amount", 0))),
        shipping=bool(asked.get("shipping", False)),
        restock=bool(asked.get("restock", False)),
    )
    return {"id": refund_id}


async def announce_return(sandbox: Sandbox, asked: Json) -> Json:
    """Let a buyer announce a return; returns the channel's id of it."""
    channel = sandbox.world.platforms[str(asked["channel"])]
    if not isinstance(channel, TakesBack):
        raise ValueError(f"{asked['channel']} knows no returns")
    return {"id": await channel.announce_return(str(asked["id"]), _lines(asked))}


def _lines(asked: Json) -> list[tuple[str, int]] | None:
    lines = asked.get("lines")
    return None if lines is None else [(str(line["sku"]), int(line.get("quantity", 1))) for line in lines]


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


ACTIONS = {
    "refund": refund,
    "return": announce_return,
    "invoice": invoice,
    "process-returns": process_returns,
}
