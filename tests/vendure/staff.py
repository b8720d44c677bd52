"""What a shop's staff do in the Admin API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from uuid import uuid4

from tests.vendure.api import REFUSAL, Api, Json

_LEVELS = "query($id: ID!) { productVariant(id: $id) { stockLevels { stockLocationId stockOnHand stockAllocated } } }"
_UPDATE = "mutation($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }"


class Staff(Api):
    """Goods, orders and colleagues of one channel."""

    @cached_property
    def variants(self) -> dict[str, str]:
        """The ids of what is sold, by SKU."""
        rows = self.staff("{ productVariants(options: { sort: { id: ASC }, take: 20 }) { items { id sku } } }")
        return {row["sku"]: row["id"] for row in rows["productVariants"]["items"]}

    def add_location(self, name: str) -> str:
        query = "mutation($name: String!) { made: createStockLocation(input: { name: $name }) { id } }"
        found: str = self.staff(query, name=name)["made"]["id"]
        return found

    def levels(self, sku: str) -> list[Json]:
        variant: Json = self.staff(_LEVELS, id=self.variants[sku])["productVariant"]
        found: list[Json] = variant["stockLevels"]
        return found

    def shown(self, sku: str) -> int:
        """Return how many units buyers can order: what is on hand and not allocated."""
        return sum(level["stockOnHand"] - level["stockAllocated"] for level in self.levels(sku))

    def set_levels(self, sku: str, on_hand: Mapping[str, int]) -> None:
        levels = [{"stockLocationId": place, "stockOnHand": units} for place, units in on_hand.items()]
        self.staff(_UPDATE, input=[{"id": self.variants[sku], "stockLevels": levels}])

    def track(self, sku: str, tracking: str) -> None:
        """Let Vendure count a variant's stock (TRUE), not count it (FALSE), or do as it does by default (INHERIT)."""
        self.staff(_UPDATE, input=[{"id": self.variants[sku], "trackInventory": tracking}])

    def order(self, order_id: str) -> Json:
        found: Json = self.staff(
            "query($id: ID!) { order(id: $id) { id code state totalWithTax payments { method } lines { id quantity }"
            " fulfillments { id state method trackingCode lines { quantity } }"
            " history { items { type isPublic data } } } }",
            id=order_id,
        )["order"]
        return found

    def cancel_now(self, order_id: str, units: Mapping[str, int] | None = None) -> None:
        """Cancel units by line, or the whole order."""
        asked: Json = {"orderId": order_id, "cancelShipping": units is None}
        if units is not None:
            asked["lines"] = _lines(units)
        query = "mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { ...Refusal } }"
        self.staff(query + REFUSAL, input=asked)

    def fulfil(self, order_id: str, tracking: str) -> None:
        """Make a fulfilment of all lines, as the warehouse would in the shop's own screens."""
        lines = {line["id"]: line["quantity"] for line in self.order(order_id)["lines"]}
        arguments = [{"name": "method", "value": "DHL"}, {"name": "trackingCode", "value": tracking}]
        handler = {"code": "manual-fulfillment", "arguments": arguments}
        query = "mutation($input: FulfillOrderInput!) { addFulfillmentToOrder(input: $input) { ...Refusal } }"
        self.staff(query + REFUSAL, input={"lines": _lines(lines), "handler": handler})

    def cancel_fulfilments(self, order_id: str) -> None:
        query = 'mutation($id: ID!) { transitionFulfillmentToState(id: $id, state: "Cancelled") { ...Refusal } }'
        for row in self.order(order_id)["fulfillments"]:
            self.staff(query + REFUSAL, id=row["id"])

    def offer_discount(self, coupon: str, percent: int) -> None:
        """Take a part off whole orders that come with a coupon."""
        arguments = [{"name": "discount", "value": str(percent)}]
        promotion = {
            "enabled": True,
            "couponCode": coupon,
            "conditions": [],
            "actions": [{"code": "order_percentage_discount", "arguments": arguments}],
            "translations": [{"languageCode": "en", "name": coupon, "description": ""}],
        }
        query = "mutation($input: CreatePromotionInput!) { createPromotion(input: $input) { ...Refusal } }"
        self.staff(query + REFUSAL, input=promotion)

    def move(self, order_id: str, state: str) -> None:
        query = "mutation($id: ID!, $state: String!) { transitionOrderToState(id: $id, state: $state) { ...Refusal } }"
        self.staff(query + REFUSAL, id=order_id, state=state)

    def add_surcharge(self, order_id: str, description: str, cents: int) -> None:
        """Charge more for an order that was placed; the buyer has to pay the rest."""
        surcharge = {"description": description, "price": cents, "priceIncludesTax": True, "taxRate": 21}
        self.move(order_id, "Modifying")
        query = "mutation($input: ModifyOrderInput!) { modifyOrder(input: $input) { ...Refusal } }"
        asked = {"dryRun": False, "orderId": order_id, "surcharges": [surcharge | {"taxDescription": "standard"}]}
        self.staff(query + REFUSAL, input=asked)
        self.move(order_id, "ArrangingAdditionalPayment")

    def pay_rest(self, order_id: str) -> None:
        query = "mutation($input: ManualPaymentInput!) { addManualPaymentToOrder(input: $input) { ...Refusal } }"
        self.staff(query + REFUSAL, input={"orderId": order_id, "method": "bank", "metadata": {}})
        self.move(order_id, "PaymentSettled")

    def employ(self, permissions: list[str], password: str) -> str:
        """Make an administrator of this channel and return the name to sign in with."""
        name = f"{uuid4().hex}@example.test"
        role = {"code": name, "description": name, "permissions": permissions, "channelIds": [self.channel_id]}
        made = self.staff("mutation($input: CreateRoleInput!) { createRole(input: $input) { id } }", input=role)
        person = {"firstName": "Sam", "lastName": "Smit", "emailAddress": name, "password": password}
        self.staff(
            "mutation($input: CreateAdministratorInput!) { createAdministrator(input: $input) { id } }",
            input=person | {"roleIds": [made["createRole"]["id"]]},
        )
        return name

    @cached_property
    def channel_id(self) -> str:
        found: str = self.staff("{ activeChannel { id } }")["activeChannel"]["id"]
        return found


def _lines(units: Mapping[str, int]) -> list[Json]:
    return [{"orderLineId": line, "quantity": count} for line, count in units.items()]


def total_of(order: Json) -> Decimal:
    """Return what the buyer pays for an order, in its currency."""
    return Decimal(order["totalWithTax"]) / 100
