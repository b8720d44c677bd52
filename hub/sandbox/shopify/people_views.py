"""How buyers and their addresses look in answers; without approved access the personal parts are null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sandbox.buyers import Buyer
from hub.sandbox.shopify.context import iso
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.orders import Order
from hub.sandbox.shopify.problems import Json
from hub.sandbox.shopify.rest_order import COUNTRIES

if TYPE_CHECKING:
    from hub.sandbox.shopify.shop import Shop

PERSONAL = ("name", "firstName", "lastName", "company", "address1", "address2", "city", "zip", "phone", "email")


class PeopleViews:
    """Shows people, as far as the app may see them."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    @property
    def protected(self) -> bool:
        """Whether access to protected customer data was approved."""
        return self.shop.switches.protected_data

    def personal(self, text: str) -> str | None:
        return text if self.protected and text else None

    def address(self, order: Order, place: int) -> Json:
        """Return the billing (0) or shipping (1) address."""
        shown = self._parts(order.buyer)
        country = COUNTRIES.get(order.buyer.country, order.buyer.country)
        lines = [shown["name"], shown["address1"], f"{shown['zip'] or ''} {shown['city'] or ''}".strip(), country]
        return shown | {
            "__typename": "MailingAddress",
            "id": f"gid://shopify/MailingAddress/{order.customer_number + place}?model_name=Address",
            "countryCodeV2": order.buyer.country,
            "country": country,
            "province": None,
            "provinceCode": None,
            "formatted": [line for line in lines if line],
        }

    def destination(self, order: Order, number: int) -> Json:
        """Return where a fulfilment order goes."""
        return self._parts(order.buyer) | {
            "id": gid("FulfillmentOrderDestination", number),
            "countryCode": order.buyer.country,
            "province": None,
        }

    def _parts(self, buyer: Buyer) -> Json:
        if not self.protected:
            return dict.fromkeys(PERSONAL)
        return {
            "name": f"{buyer.first_name} {buyer.last_name}",
            "firstName": buyer.first_name,
            "lastName": buyer.last_name,
            "company": buyer.company or None,
            "address1": f"{buyer.street} {buyer.house_number}",
            "address2": buyer.extension or None,
            "city": buyer.city,
            "zip": buyer.postcode,
            "phone": buyer.phone,
            "email": buyer.email,
        }

    def customer(self, order: Order) -> Json | None:
        buyer = order.buyer
        if not self.protected:
            return None
        return {
            "__typename": "Customer",
            "id": gid("Customer", order.customer_number),
            "legacyResourceId": str(order.customer_number),
            "displayName": f"{buyer.first_name} {buyer.last_name}",
            "firstName": buyer.first_name,
            "lastName": buyer.last_name,
            "locale": "nl",
            "state": "DISABLED",
            "tags": [],
            "taxExempt": False,
            "defaultEmailAddress": {"emailAddress": buyer.email},
            "defaultPhoneNumber": {"phoneNumber": buyer.phone},
            "defaultAddress": lambda info: self.address(order, 0),
            "createdAt": iso(order.created_at),
            "updatedAt": iso(order.created_at),
            "note": None,
            "numberOfOrders": "1",
            "verifiedEmail": True,
        }

    def purchasing(self, order: Order) -> Json | None:
        """Return the company behind a B2B order, the customer otherwise."""
        buyer = order.buyer
        if not buyer.company:
            return self.customer(order)
        company = {
            "__typename": "Company",
            "id": gid("Company", order.customer_number),
            "name": buyer.company,
            "externalId": buyer.chamber_number or None,
            "note": None,
        }
        location = {
            "__typename": "CompanyLocation",
            "id": gid("CompanyLocation", order.customer_number),
            "name": buyer.company,
            "externalId": buyer.chamber_number or None,
            "note": None,
            "phone": self.personal(buyer.phone),
            "taxSettings": {"taxRegistrationId": buyer.vat_number or None, "taxExempt": False},
        }
        return {"__typename": "PurchasingCompany", "company": company, "location": location}
