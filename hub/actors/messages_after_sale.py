"""Messages about what follows a sale: invoices, refunds, returns. References only, as in ``messages``."""

from __future__ import annotations

from dataclasses import dataclass

from hub.actors.messages import repeating
from hub.actors.runtime.message import message

# To an ErpActor ---------------------------------------------------------------------------------


@message("erp.invoice.order", lane="invoice")
@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """Have a forwarded order invoiced where its channel's policy says so; many of these become one call.

    ``left`` says that goods of it may have left, so that it is worth looking whether all have.
    """

    order_id: str
    left: bool = False

    def fold(self) -> str | None:
        return f"order:{self.order_id}:{self.left}"


@message("erp.invoice.sweep", lane="invoice")
@dataclass(frozen=True, slots=True)
class SweepInvoices:
    """Look at forwarded orders without an invoice, refunds that wait for one, and planned returns."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("sweep", self.tick)


@message("erp.refund.book", lane="invoice")
@dataclass(frozen=True, slots=True)
class BookRefund:
    """Bring one refund into Exact as a credit note, exactly once."""

    refund_id: str

    def fold(self) -> str | None:
        return f"refund:{self.refund_id}"


@message("erp.return.book", lane="invoice")
@dataclass(frozen=True, slots=True)
class BookReturn:
    """Plan the return of inspected goods in Exact, exactly once."""

    return_id: str

    def fold(self) -> str | None:
        return f"return:{self.return_id}"


# To a ChannelActor ------------------------------------------------------------------------------


@message("channel.returns.sweep", lane="returns")
@dataclass(frozen=True, slots=True)
class SweepReturns:
    """Look for returns that the channel announced."""

    tick: bool = True

    def fold(self) -> str | None:
        return repeating("sweep", self.tick)


@message("channel.returns.answer", lane="returns")
@dataclass(frozen=True, slots=True)
class AnswerReturn:
    """Tell the channel what became of a return's goods."""

    return_id: str

    def fold(self) -> str | None:
        return f"return:{self.return_id}"


@message("channel.returns.follow", lane="returns")
@dataclass(frozen=True, slots=True)
class FollowReturns:
    """Ask how the channel's asynchronous answers ended."""

    def fold(self) -> str | None:
        return "follow"
