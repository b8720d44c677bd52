"""One Vendure channel as its buyers and its staff see it: their own way in, past the adapter under test."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx2

from hub.sandbox.ledger import Units

Json = dict[str, Any]
STAFF = {"username": "superadmin", "password": "superadmin"}
_SOLD = """
mutation Buy($email: String!, $state: String, $coupon: String!) {
  %s
  coupon: applyCouponCode(couponCode: $coupon) { __typename }
  customer: setCustomerForOrder(input: { firstName: "Noor", lastName: "Bakker", emailAddress: $email }) { ...Refusal }
  address: setOrderShippingAddress(input: {
    fullName: "Noor Bakker", company: "Studio Bakker", streetLine1: "Oude Gracht 12", streetLine2: "bis",
    city: "Utrecht", postalCode: "3511 AB", countryCode: "NL", phoneNumber: "+31612345678"
  }) { __typename }
  method: setOrderShippingMethod(shippingMethodId: [1]) { ...Refusal }
  checkout: transitionOrderToState(state: "ArrangingPayment") { ...Refusal }
  payment: addPaymentToOrder(input: { method: "test-payment", metadata: { state: $state } }) {
    ...Refusal
    ... on Order { id code state totalWithTax }
  }
}
fragment Refusal on ErrorResult { errorCode message }
"""
_emails = (f"buyer{number}@example.test" for number in itertools.count(1))


class RefusedByVendure(AssertionError):
    """The server did not do what a buyer or the staff asked for."""


@dataclass
class Shop:
    """A channel of its own on a shared server, with a stock location of its own."""

    url: str
    prices_include_tax: bool = True
    token: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        self._http = httpx2.Client(base_url=self.url, trust_env=False, timeout=30)
        self._session = self._sign_in()
        self._open_channel()

    def close(self) -> None:
        self._http.close()

    def _sign_in(self) -> str:
        answer = self._post("/admin-api", "mutation($username: String!, $password: String!) {"
            " login(username: $username, password: $password) { __typename } }", STAFF, {})  # fmt: skip
        token: str = answer.headers["vendure-auth-token"]
        return token

    def _post(self, path: str, query: str, variables: Mapping[str, object], headers: dict[str, str]) -> httpx2.Response:
        """Send a document; a cookie of an earlier session would beat the headers."""
        self._http.cookies.clear()
        answer = self._http.post(path, json={"query": query, "variables": variables}, headers=headers)
        if answer.json().get("errors"):
            raise RefusedByVendure(answer.text)
        return answer

    def staff(self, query: str, *, channel: bool = True, **variables: object) -> Json:
        """Ask the Admin API, within this channel or within the default one."""
        headers = {"Authorization": f"Bearer {self._session}"} | ({"vendure-token": self.token} if channel else {})
        data: Json = self._post("/admin-api", query, variables, headers).json()["data"]
        _check(data)
        return data

    def _open_channel(self) -> None:
        zone = self.staff("{ zones { items { id } } }", channel=False)["zones"]["items"][0]["id"]
        made = self.staff(
            "mutation($input: CreateChannelInput!) { made: createChannel(input: $input) { ... on Channel { id } } }",
            channel=False,
            input={
                "code": self.token,
                "token": self.token,
                "defaultLanguageCode": "en",
                "pricesIncludeTax": self.prices_include_tax,
                "defaultCurrencyCode": "EUR",
                "defaultTaxZoneId": zone,
                "defaultShippingZoneId": zone,
            },
        )["made"]["id"]
        products = self.staff("{ products { items { id } } }", channel=False)["products"]["items"]
        self.staff(
            "mutation($made: ID!, $products: [ID!]!) {"
            " assignProductsToChannel(input: { channelId: $made, productIds: $products }) { id }"
            " assignShippingMethodsToChannel(input: { channelId: $made, shippingMethodIds: [1] }) { id }"
            " assignPaymentMethodsToChannel(input: { channelId: $made, paymentMethodIds: [1] }) { id } }",
            channel=False,
            made=made,
            products=[each["id"] for each in products],
        )
        self.add_location("warehouse")

    def add_location(self, name: str) -> str:
        query = "mutation($name: String!) { made: createStockLocation(input: { name: $name }) { id } }"
        found: str = self.staff(query, name=name)["made"]["id"]
        return found

    @cached_property
    def variants(self) -> dict[str, str]:
        """The ids of what is sold, by SKU."""
        rows = self.staff("{ productVariants(options: { sort: { id: ASC }, take: 20 }) { items { id sku } } }")
        return {row["sku"]: row["id"] for row in rows["productVariants"]["items"]}

    def buy(self, lines: Sequence[Units], *, state: str | None = None, coupon: str = "") -> Json:
        """Go through the whole checkout as a guest and return the order; ``state`` is the payment's."""
        items = [
            f"add{place}: addItemToOrder(productVariantId: {self.variants[line.sku]}, quantity: {line.quantity})"
            " { ...Refusal }"
            for place, line in enumerate(lines)
        ]
        variables = {"email": next(_emails), "state": state, "coupon": coupon}
        answer = self._post("/shop-api", _SOLD % "\n".join(items), variables, {"vendure-token": self.token})
        data: Json = answer.json()["data"]
        _check(data)
        order: Json = data["payment"]
        return order

    async def place_order(self, lines: list[Units]) -> str:
        order_id: str = self.buy(lines)["id"]
        return order_id

    async def cancel(self, order_id: str) -> None:
        self.staff(
            "mutation($id: ID!) { cancelOrder(input: { orderId: $id, cancelShipping: true }) {"
            " __typename ... on ErrorResult { errorCode message } } }",
            id=order_id,
        )

    def levels(self, sku: str) -> list[Json]:
        query = (
            "query($id: ID!) { productVariant(id: $id) { stockLevels { stockLocationId stockOnHand stockAllocated } } }"
        )
        found: list[Json] = self.staff(query, id=self.variants[sku])["productVariant"]["stockLevels"]
        return found

    def shown(self, sku: str) -> int:
        """Return how many units buyers can order: what is on hand and not allocated."""
        return sum(level["stockOnHand"] - level["stockAllocated"] for level in self.levels(sku))

    def set_levels(self, sku: str, on_hand: Mapping[str, int]) -> None:
        levels = [{"stockLocationId": place, "stockOnHand": units} for place, units in on_hand.items()]
        query = "mutation($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }"
        self.staff(query, input=[{"id": self.variants[sku], "stockLevels": levels}])

    def order(self, order_id: str) -> Json:
        found: Json = self.staff(
            "query($id: ID!) { order(id: $id) { id code state totalWithTax lines { id quantity }"
            " fulfillments { state method trackingCode lines { quantity } }"
            " history { items { type isPublic data } } } }",
            id=order_id,
        )["order"]
        return found

    def sign_out(self, session: str) -> None:
        """End somebody's session."""
        headers = {"Authorization": session}
        self._post("/admin-api", "mutation { logout { success } }", {}, headers)


def total_of(order: Json) -> Decimal:
    return Decimal(order["totalWithTax"]) / 100


def _check(data: Json) -> None:
    """Raise where one of the results is one of Vendure's own refusals."""
    refusals = [each for each in data.values() if isinstance(each, dict) and "errorCode" in each]
    if refusals:
        raise RefusedByVendure(str(refusals))
