"""Invented buyers, mostly Dutch and Belgian, that look real and belong to nobody: names, addresses, numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

_FIRST = [
    "Anna",
    "Bram",
    "Charlotte",
    "Daan",
    "Emma",
    "Fleur",
    "Gijs",
    "Hanna",
    "Ilse",
    "Jan",
    "Karin",
    "Lotte",
    "Mohammed",
    "Noor",
    "Olivier",
    "Pieter",
    "Roos",
    "Sanne",
    "Thijs",
    "Vera",
    "Wouter",
    "Yasmine",
    "Zoë",
    "Marie-Claire",
]
_LAST = [
    "Jansen",
    "de Vries",
    "van den Berg",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "Mulder",
    "de Groot",
    "Bos",
    "Peeters",
    "Janssens",
    "Maes",
    "Willems",
    "Dubois",
    "El Amrani",
    "Yılmaz",
    "van 't Hoff",
    "D'Hondt",
    "Koster-Öztürk",
    "Claes",
    "Hermans",
]
_STREETS = [
    "Dorpsstraat",
    "Kerkstraat",
    "Laan van Meerdervoort",
    "Stationsweg",
    "2e Jan van der Heijdenstraat",
    "Plein 1944",
    "Oude Gracht",
    "Burgemeester Knappertlaan",
    "Rue de la Loi",
    "Chaussée d'Ixelles",
    "'s-Gravendijkwal",
    "Lange Nieuwstraat",
]
_TOWNS = (
    ("NL", "3511", "Utrecht"),
    ("NL", "1012", "Amsterdam"),
    ("NL", "2511", "'s-Gravenhage"),
    ("NL", "9711", "Groningen"),
    ("NL", "5211", "'s-Hertogenbosch"),
    ("NL", "6211", "Maastricht"),
    ("BE", "1000", "Brussel"),
    ("BE", "2000", "Antwerpen"),
    ("BE", "9000", "Gent"),
    ("BE", "4000", "Liège"),
)
_ABROAD = {
    "DE": (("10115", "Berlin"), ("50667", "Köln"), ("80331", "München"), ("26122", "Oldenburg")),
    "FR": (("75011", "Paris"), ("59000", "Lille"), ("69001", "Lyon")),
}
_STREETS_ABROAD = {
    "DE": ("Hauptstraße", "Am Alten Markt", "Friedrich-Ebert-Straße", "Straße des 17. Juni"),
    "FR": ("Rue de la République", "Avenue du Général de Gaulle", "Place de l'Église"),
}
_MOBILE = {"NL": "+316", "BE": "+324", "DE": "+4915", "FR": "+336"}
_COMPANIES = ("Bouwbedrijf {} B.V.", "{} & Zonen", "Studio {}", "Installatietechniek {} B.V.", "{} Interieur")


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person, or a company when ``company`` is set. ``country`` is ISO 3166-1 alpha-2."""

    first_name: str
    last_name: str
    salutation: str
    street: str
    house_number: str
    extension: str
    postcode: str
    city: str
    country: str
    phone: str
    email: str
    company: str = ""
    vat_number: str = ""
    chamber_number: str = ""


def make_buyer(chance: random.Random, country: str | None = None, *, business: bool = False) -> Buyer:
    """Return a buyer drawn from ``chance``: in ``country`` if named, with a company and VAT number if business."""
    land, zone, city = _town(chance, country)
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    return Buyer(
        first_name=first,
        last_name=last,
        salutation=chance.choice(("MALE", "FEMALE", "UNKNOWN")),
        street=chance.choice(_STREETS_ABROAD.get(land, _STREETS)),
        house_number=str(chance.randint(1, 480)),
        extension=chance.choice(("", "", "", "A", "bis", "2hg", "bus 4")),
        postcode=_postcode(zone, land, chance),
        city=city,
        country=country or land,
        phone=_phone(land, chance),
        email=f"buyer{chance.randint(1000, 999999)}@example.test",
        **(_company(last, land, chance) if business else {}),
    )


def _town(chance: random.Random, country: str | None) -> tuple[str, str, str]:
    if country in _ABROAD:
        return (country, *chance.choice(_ABROAD[country]))
    return chance.choice([town for town in _TOWNS if country in (None, town[0])] or _TOWNS)


def _postcode(zone: str, country: str, chance: random.Random) -> str:
    letters = "".join(chance.choice("ABCDEGHJKLMNPRSTUVWXZ") for _ in range(2))
    return f"{zone}{letters}" if country == "NL" else zone


def _phone(country: str, chance: random.Random) -> str:
    return f"{_MOBILE[country]}{chance.randint(10_000_000, 99_999_999)}"


def _company(last: str, country: str, chance: random.Random) -> dict[str, str]:
    return {
        "company": chance.choice(_COMPANIES).format(last.title()),
        "vat_number": _VAT[country](chance),
        "chamber_number": str(chance.randint(10_000_000, 99_999_999)) if country == "NL" else "",
    }


def _dutch_vat(chance: random.Random) -> str:
    """A Dutch VAT number whose nine digits pass the eleven test."""
    while True:
        digits = [chance.randint(0, 9) for _ in range(8)]
        check = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
        if check < 10:
            return f"NL{''.join(map(str, digits))}{check}B01"


def _belgian_vat(chance: random.Random) -> str:
    """A Belgian VAT number with its modulo 97 check."""
    body = chance.randint(4_000_000, 7_999_999)
    return f"BE0{body}{97 - body % 97:02d}"


def _german_vat(chance: random.Random) -> str:
    """A German VAT number with its check digit (ISO 7064, MOD 11,10)."""
    digits = [chance.randint(1, 9)] + [chance.randint(0, 9) for _ in range(7)]
    product = 10
    for digit in digits:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return f"DE{''.join(map(str, digits))}{(11 - product) % 10}"


def _french_vat(chance: random.Random) -> str:
    """A French VAT number: a company number that passes Luhn's test, and a key made from it."""
    body = [chance.randint(1, 9)] + [chance.randint(0, 9) for _ in range(7)]
    doubled = sum(sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(body))
    siren = int("".join(map(str, body)) + str(-doubled % 10))
    return f"FR{(12 + 3 * (siren % 97)) % 97:02d}{siren:09d}"


_VAT: dict[str, Callable[[random.Random], str]] = {
    "NL": _dutch_vat,
    "BE": _belgian_vat,
    "DE": _german_vat,
    "FR": _french_vat,
}
