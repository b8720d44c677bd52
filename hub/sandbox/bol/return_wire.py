"""How bol.com writes returns."""

from __future__ import annotations

from hub.sandbox.bol.returns import Return, ReturnItem
from hub.sandbox.bol.wire import Json, moment, shipping_address


def reduced_return(each: Return) -> Json:
    """A return in the list."""
    return _head(each) | {"returnItems": [_item(item) for item in each.items]}


def full_return(each: Return) -> Json:
    """A return in detail, with the title of its goods and the buyer."""
    return _head(each) | {"returnItems": [_full_item(item) for item in each.items]}


def _head(each: Return) -> Json:
    return {
        "returnId": each.return_id,
        "registrationDateTime": moment(each.registered_at),
        "fulfilmentMethod": each.method,
    }


def _item(each: ReturnItem) -> Json:
    reason = {
        "mainReason": "Niet naar verwachting",
        "detailedReason": "Anders-namelijk",
        "customerComments": "Te klein",
    }
    return {
        "rmaId": each.rma_id,
        "orderId": each.order.order_id,
        "ean": each.item.ean,
        "expectedQuantity": each.quantity,
        "returnReason": reason,
        "handled": bool(each.handled),
        "processingResults": [
            {
                "quantity": handling.quantity,
                "processingResult": "ACCEPTED",
                "handlingResult": handling.result,
                "processingDateTime": moment(handling.at),
            }
            for handling in each.handled
        ],
    }


def _full_item(each: ReturnItem) -> Json:
    address = shipping_address(each.order)
    names = (
        "salutation",
        "firstName",
        "surname",
        "streetName",
        "houseNumber",
        "zipCode",
        "city",
        "countryCode",
        "email",
    )
    buyer = {name: address[name] for name in names if name in address}
    return _item(each) | {"title": each.item.title, "customerDetails": buyer}
