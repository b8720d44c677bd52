"""One Vendure channel with a stock location of its own, and the buyers who order there."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from hub.sandbox.ledger import Units
from tests.vendure.api import REFUSAL, Json, RefusedByVendure
from tests.vendure.staff import Staff

_CHECKOUT = """
  added: addItemsToOrder(inputs: $items) { errorResults { ...Refusal } }
  coupon: applyCouponCode(couponCode: $coupon) { __typename }
  customer: setCustomerForOrder(input: { firstName: "Noor", lastName: "Bakker", emailAddress: $email }) { ...Refusal }
  address: setOrderShippingAddress(input: {
    fullName: "Noor Bakker", company: "Studio Bakker", streetLine1: "Oude Gracht 12", streetLine2: "bis",
    city: "Utrecht", postalCode: "3511 AB", countryCode: "NL", phoneNumber: "+31612345678"
  }) { __typename }
  method: setOrderShippingMethod(shippingMethodId: [1]) { ...Refusal }
  order: transitionOrderToState(state: "ArrangingPayment") { ...Refusal ...Bought }
"""
_PAYMENT = """
  paid: addPaymentToOrder(input: { method: "test-payment", metadata: { state: $state } }) { ...Refusal ...Bought }
"""
_BOUGHT = " fragment Bought on Order { id code state totalWithTax }"
_numbers = itertools.count(1)


@dataclass
class Shop(Staff):
    """A channel that sells all goods of the server, none of them in stock."""

    prices_include_tax: bool = True
    currency: str = "EUR"

    def __post_init__(self) -> None:
        super().__post_init__()
        zone = self.staff("{ zones { items { id } } }", default_channel=True)["zones"]["items"][0]["id"]
        made = self._make_channel(zone)
        products = self.staff("{ products { items { id } } }", default_channel=True)["products"]["items"]
        self.staff(
            "mutation($made: ID!, $products: [ID!]!) {"
            " assignProductsToChannel(input: { channelId: $made, productIds: $products }) { id }"
            " assignShippingMethodsToChannel(input: { channelId: $made, shippingMethodIds: [1] }) { id }"
            " assignPaymentMethodsToChannel(input: { channelId: $made, paymentMethodIds: [1] }) { id } }",
            default_channel=True,
            made=made,
            products=[each["id"] for each in products],
        )
        self.add_location("warehouse")

    def _make_channel(self, zone: str) -> str:
        query = "mutation($input: CreateChannelInput!) { made: createChannel(input: $input) { ...Made ...Refusal } }"
        channel = {
            "code": self.token,
            "token": self.token,
            "defaultLanguageCode": "en",
            "pricesIncludeTax": self.prices_include_tax,
            "defaultCurrencyCode": self.currency,
            "defaultTaxZoneId": zone,
            "defaultShippingZoneId": zone,
        }
        made = self.staff(query + REFUSAL + " fragment Made on Channel { id }", default_channel=True, input=channel)
        found: str = made["made"]["id"]
        return found

    def buy(self, lines: Sequence[Units], *, state: str | None = None, coupon: str = "") -> Json:
        """Go through the whole checkout as a guest and return the order; ``state`` is the payment's."""
        bought: Json = self._check_out(lines, "$state: String", _PAYMENT, coupon=coupon, state=state)["paid"]
        return bought

    def start_checkout(self, lines: Sequence[Units]) -> str:
        """Go as far as the payment, and no further."""
        started: str = self._check_out(lines, "", "", coupon="")["order"]["id"]
        return started

    def _check_out(self, lines: Sequence[Units], declared: str, payment: str, **variables: object) -> Json:
        items = [{"productVariantId": self.variants[line.sku], "quantity": line.quantity} for line in lines]
        head = f"mutation Buy($items: [AddItemInput!]!, $email: String!, $coupon: String! {declared})"
        query = f"{head} {{ {_CHECKOUT} {payment} }} {REFUSAL} {_BOUGHT}"
        email = f"buyer{next(_numbers)}@example.test"
        done = self.shopper(query, items=items, email=email, **variables)
        if done["added"]["errorResults"]:
            raise RefusedByVendure(str(done["added"]["errorResults"]))
        return done

    async def place_order(self, lines: list[Units]) -> str:
        order_id: str = self.buy(lines)["id"]
        return order_id

    async def cancel(self, order_id: str) -> None:
        self.cancel_now(order_id)
