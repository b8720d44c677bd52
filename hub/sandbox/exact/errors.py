"""How Exact says no: a status, a text in the user's language, and sometimes a header that repeats it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The language of the connected user, in which validation texts are written."""

    NL = "NL"
    EN = "EN"


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages."""

    nl: str
    en: str

    def say(self, language: Language) -> str:
        return self.nl if language is Language.NL else self.en


class Refusal(Exception):
    """A request that is refused; several texts are joined by CRLF."""

    def __init__(self, status: int, *texts: Text | str, reason: str | None = None) -> None:
        super().__init__(status, *texts)
        self.status = status
        self.texts = texts
        self.reason = reason

    def say(self, language: Language) -> str:
        """Return the whole message in one language."""
        return "\r\n".join(text if isinstance(text, str) else text.say(language) for text in self.texts)


_LABELS: dict[str, tuple[str, str]] = {
    "OrderedBy": ("Besteld door", "Ordered by"),
    "InvoiceTo": ("Factuur voor", "Invoice to"),
    "DeliverTo": ("Leveren aan", "Deliver to"),
    "DeliveryAddress": ("Afleveradres", "Delivery address"),
    "SalesOrderLines": ("Regels", "Lines"),
    "GoodsDeliveryLines": ("Regels", "Lines"),
    "SalesInvoiceLines": ("Regels", "Lines"),
    "Item": ("Artikel", "Item"),
    "Code": ("Code", "Code"),
    "Name": ("Naam", "Name"),
    "Description": ("Omschrijving", "Description"),
    "DeliveryDate": ("Leverdatum", "Delivery date"),
    "QuantityDelivered": ("Aantal geleverd", "Quantity delivered"),
    "SalesOrderLineID": ("Verkooporderregel", "Sales order line"),
    "OrderID": ("Verkooporder", "Sales order"),
    "SalesOrderIDs": ("Verkooporders", "Sales orders"),
    "OrderCharge": ("Orderkosten", "Order charge"),
    "Account": ("Relatie", "Account"),
    "VATCode": ("Btw-code", "VAT code"),
    "VATAmount": ("Btw-bedrag", "VAT amount"),
    "PaymentCondition": ("Betalingsconditie", "Payment condition"),
    "ShippingMethod": ("Verzendwijze", "Shipping method"),
    "WarehouseID": ("Magazijn", "Warehouse"),
    "Warehouse": ("Magazijn", "Warehouse"),
    "Currency": ("Valuta", "Currency"),
    "JournalCode": ("Dagboek", "Journal"),
    "Journal": ("Dagboek", "Journal"),
    "YourRef": ("Uw ref.", "Your ref."),
    "Topic": ("Onderwerp", "Topic"),
    "CallbackURL": ("Callback-URL", "Callback URL"),
}

EXISTS = Text("Gegeven bestaat reeds.", "Data already exists")
PROCESSED = Text("Reeds verwerkt", "Already processed")
ORDER_NUMBER_EXISTS = Text("Verkoopordernummer: Bestaat reeds", "Sales order number: Already exists")


def _label(field: str) -> Text:
    return Text(*_LABELS.get(field, (field, field)))


def required(field: str) -> Text:
    label = _label(field)
    return Text(f"Verplicht: {label.nl}", f"Mandatory: {label.en}")


def bad_reference(field: str) -> Text:
    label = _label(field)
    return Text(f"Ongeldige referentie: {label.nl}", f"Invalid reference: {label.en}")


def invalid(field: str, nl: str = "", en: str = "") -> Text:
    label = _label(field)
    return Text(f"Ongeldig: {label.nl}{nl and f' ({nl})'}", f"Invalid: {label.en}{en and f' ({en})'}")


def forbidden_change(field: str) -> Text:
    label = _label(field)
    return Text(f"Niet toegestaan: Wijzigen van {label.nl}", f"Not allowed: To change {label.en}")
