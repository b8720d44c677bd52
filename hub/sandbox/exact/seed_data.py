"""Master data of an invented wholesaler: nothing here belongs to anyone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VatSeed:
    """A VAT code: fraction, type (I including, E excluding, N none, B base only), use (S, P or B both)."""

    code: str
    description: str
    percentage: str
    kind: str
    use: str = "B"
    blocked: bool = False
    charged: bool = False
    listing: str = "N"
    oss: str | None = None


VAT_NETHERLANDS = (
    VatSeed("0", "Geen btw", "0", "N"),
    VatSeed("1", "Btw laag tarief, inclusief", "0.09", "I"),
    VatSeed("2", "Btw hoog tarief, exclusief", "0.21", "E"),
    VatSeed("3", "Btw laag tarief, exclusief", "0.09", "E"),
    VatSeed("4", "Btw hoog tarief, inclusief", "0.21", "I"),
    VatSeed("5", "Btw nultarief, exclusief", "0", "E", "S"),
    VatSeed("6", "Btw hoog tarief 19%, inclusief (vervallen)", "0.19", "I", blocked=True),
    VatSeed("7", "Btw verlegd, levering binnen de EU", "0", "E", "S", charged=True, listing="L"),
    VatSeed("8", "Btw nultarief, inclusief", "0", "I", "S"),
    VatSeed("9", "Export buiten de EU", "0", "B", "S"),
    VatSeed("40", "Btw hoog tarief, inclusief (oud)", "0.21", "I", "S", blocked=True),
    VatSeed("IH", "Inkoop hoog tarief, inclusief", "0.21", "I", "P"),
    VatSeed("OB", "OSS België hoog, inclusief", "0.21", "I", "S", oss="BE"),
    VatSeed("OD", "OSS Duitsland hoog, inclusief", "0.19", "I", "S", oss="DE"),
    VatSeed("VH", "Verkoop webshop hoog, inclusief", "0.21", "I", "S"),
)
VAT_BELGIUM = (
    VatSeed("0", "Geen btw", "0", "N"),
    VatSeed("1", "Btw 6%, inclusief", "0.06", "I"),
    VatSeed("2", "Btw 21%, exclusief", "0.21", "E"),
    VatSeed("3", "Btw 6%, exclusief", "0.06", "E"),
    VatSeed("4", "Btw 21%, inclusief", "0.21", "I"),
    VatSeed("5", "Btw 0%, exclusief", "0", "E", "S"),
    VatSeed("7", "Intracommunautaire levering", "0", "E", "S", charged=True, listing="L"),
    VatSeed("12", "Btw 12%, inclusief", "0.12", "I"),
    VatSeed("IH", "Aankoop 21%, inclusief", "0.21", "I", "P"),
)


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """A relation; status C is a customer, P a prospect, A neither."""

    code: int
    name: str
    status: str = "C"
    street: str = "Havenweg 1"
    postcode: str = "3511 AB"
    city: str = "Utrecht"
    country: str = "NL"
    vat_number: str | None = None
    chamber: str | None = None
    email: str | None = None
    supplier: bool = False
    blocked: bool = False


ACCOUNTS = (
    AccountSeed(10000, "bol.com", vat_number="NL820471616B01", chamber="32147382"),
    AccountSeed(10001, "Webshop consumenten"),
    AccountSeed(10002, "Amazon EU", country="LU", city="Luxembourg", postcode="L-1855", street="Avenue Kennedy 38"),
    AccountSeed(10003, "Shopify klanten"),
    AccountSeed(10010, "Bouwbedrijf Jansen B.V.", vat_number="NL001112223B01", chamber="61112223"),
    AccountSeed(10011, "Studio Peeters", country="BE", city="Antwerpen", postcode="2000", vat_number="BE0412345678"),
    AccountSeed(10012, "Maes Interieur", country="BE", city="Gent", postcode="9000", vat_number="BE0498765432"),
    AccountSeed(10013, "Installatie de Vries", vat_number="NL004445556B01", chamber="64445556"),
    AccountSeed(10014, "Installatie de Vries (filiaal)", vat_number="NL004445556B01", chamber="64445556"),
    AccountSeed(10020, "Prospect Kramer", status="P", email="kramer@example.com"),
    AccountSeed(10021, "Leverancier Groothandel Oost", status="A", supplier=True),
    AccountSeed(10022, "Wanbetaler Holding", blocked=True),
)
SHIPPING_METHODS = (
    ("POSTNL", "PostNL pakket", "https://jouw.postnl.nl/track-and-trace/{0}-NL-{1}"),
    ("DHL", "DHL Parcel", "https://www.dhlparcel.nl/nl/volg-uw-zending?tt={0}"),
    ("DPD", "DPD", "https://tracking.dpd.de/status/nl_NL/parcel/{0}"),
    ("AFHALEN", "Afhalen", None),
)
CHARGES = (
    ("VERZEND", "Verzendkosten", "4"),
    ("TOESLAG", "Toeslag", "2"),
)
CONDITIONS = (
    ("00", "Contant", 0, "K"),
    ("30", "30 dagen netto", 30, "B"),
    ("MP", "Via marktplaats", 14, "B"),
    ("PSP", "Vooruitbetaald via betaaldienst", 0, "Q"),
)
JOURNALS = (
    ("70", "Verkoopboek", 20),
    ("60", "Inkoopboek", 22),
    ("20", "Bank", 12),
)
SERVICES = (
    ("SHIPPING", "Verzendkosten"),
    ("DISCOUNT", "Korting"),
)
