"""Returns on bol.com: listed without a cursor of their own, answered per item, asynchronously.

bol.com settles the money with the buyer itself and names no amounts. An item names its order and EAN, not the item of
the order. What a buyer writes stays at bol.com: only the main reason, one of a fixed list, is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.adapters.bol.calls import BolCalls, answered
from hub.adapters.bol.endpoints import HANDLE_RETURN, RETURN, RETURNS
from hub.adapters.bol.sweep import PAGE
from hub.adapters.fields import Fields, unreadable
from hub.adapters.port import Accepted, Deferred, Page, Pending, Refused, WriteResult
from hub.domain.goods_return import AnsweredItem, ChannelReturn, ReturnAnswer, ReturnedItem
from hub.outcome import Rejected

RESULTS: Mapping[ReturnAnswer, str] = {
    ReturnAnswer.RECEIVED: "RETURN_RECEIVED",
    ReturnAnswer.EXCHANGED: "EXCHANGE_PRODUCT",
    ReturnAnswer.CONDITIONS_NOT_MET: "RETURN_DOES_NOT_MEET_CONDITIONS",
    ReturnAnswer.REPAIRED: "REPAIR_PRODUCT",
    ReturnAnswer.BUYER_KEEPS_IT: "CUSTOMER_KEEPS_PRODUCT_PAID",
}
LOOK_AGAIN = 5.0
HANDLED = "handled"


class Returns:
    """Returns of goods that the retailer ships himself."""

    def __init__(self, calls: BolCalls) -> None:
        self._calls = calls

    async def changed(self, cursor: str | None) -> Page[ChannelReturn]:
        """List a page of what is not handled, oldest first; last of all the newest that are handled.

        A handled one leaves the list, and its page pulls others up: whatever is missed so comes with the next sweep.
        """
        if cursor == HANDLED:
            return Page(await self._listed(handled=True, page=1), None)
        page = int(cursor or 1)
        listed = await self._read(handled=False, page=page)
        following = str(page + 1) if len(listed) >= PAGE else HANDLED
        return Page(tuple(one for told in listed for one in _returns(told)), following, more=True)

    async def _listed(self, *, handled: bool, page: int) -> tuple[ChannelReturn, ...]:
        return tuple(one for told in await self._read(handled=handled, page=page) for one in _returns(told))

    async def _read(self, *, handled: bool, page: int) -> list[Fields]:
        asked = {"handled": str(handled).lower(), "fulfilment-method": "FBR", "page": str(page)}
        return (await self._calls.read(RETURNS, asked)).children("returns")

    async def answer(self, item: AnsweredItem) -> WriteResult:
        """Say what becomes of an item. An item that is handled already ends as a failed process."""
        body = {"handlingResult": RESULTS[item.answer], "quantityReturned": item.quantity}
        try:
            response = await self._calls.send(HANDLE_RETURN, entity=item.external_id, body=body)
        except Rejected as rejected:
            return Refused(rejected.code, rejected.reason)
        process = answered(response, HANDLE_RETURN).maybe_text("processStatusId")
        return Pending(process) if process else Deferred(LOOK_AGAIN, "bol.com named no process for this return")

    async def find(self, item: AnsweredItem) -> WriteResult | None:
        """Say whether an item is handled."""
        response = await self._calls.send(RETURN, entity=item.external_return_id, expect=(404,))
        if response.status_code == 404:
            return Refused("not_found", "bol.com knows no such return")
        for told in answered(response, RETURN).children("returnItems"):
            if told.text("rmaId") == item.external_id:
                return Accepted() if told.flag("handled") else None
        return Refused("not_found", "the return has no such item")


def _returns(told: Fields) -> Iterable[ChannelReturn]:
    """Yield a return once per order that its items belong to."""
    registered = told.maybe_instant("registrationDateTime")
    if registered is None:
        raise unreadable(f"{told.where}.registrationDateTime is missing")
    by_order: dict[str, list[Fields]] = {}
    for item in told.children("returnItems"):
        by_order.setdefault(item.text("orderId"), []).append(item)
    for order_id, items in by_order.items():
        yield ChannelReturn(told.text("returnId"), order_id, registered, tuple(_item(item) for item in items))


def _item(told: Fields) -> ReturnedItem:
    reason = told.maybe_child("returnReason")
    return ReturnedItem(
        external_id=told.text("rmaId"),
        quantity=told.count("expectedQuantity"),
        ean=told.maybe_text("ean"),
        reason=(reason.maybe_text("mainReason") if reason is not None else None) or "",
        handled=told.flag("handled"),
    )
