"""Whether the hub's report is what stands in the books of Exact, and what the hub can show for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from demo import documents
from demo.api import Api, Json
from demo.channels import CHANNELS
from demo.site import Site

Sums = dict[tuple[str, Decimal], tuple[Decimal, Decimal]]
"""Net and VAT by channel slug and rate."""


async def compare_books(site: Site, api: Api) -> list[str]:
    """Return a sentence for every channel and rate at which Exact's books and the hub's report differ."""
    return differences(in_books(await site.control.books()), await in_report(api))


def in_books(found: Iterable[Json]) -> Sums:
    """Return what stands in Exact, as the sandbox kept it."""
    slugs = {one.ledger: one.slug for one in CHANNELS}
    return {
        (slugs[one["channel"]], Decimal(one["rate"])): (Decimal(one["net"]), Decimal(one["vat"]))
        for one in found
        if one["channel"] in slugs
    }


async def in_report(api: Api) -> Sums:
    """Return what the hub reports for the days around today."""
    today = datetime.now(UTC).date()
    days = {"from": str(today - timedelta(days=2)), "until": str(today + timedelta(days=3))}
    rows = (await api.ask(documents.REPORT, **days))["channelReport"]["rows"]
    return _added(rows)


def _added(rows: Iterable[Json]) -> Sums:
    found: Sums = {}
    for row in rows:
        for one in row["rates"]:
            key = row["channel"]["slug"], Decimal(one["rate"])
            net, vat = found.get(key, (Decimal(0), Decimal(0)))
            found[key] = net + Decimal(one["net"]), vat + Decimal(one["vat"])
    return found


def differences(books: Sums, report: Sums) -> list[str]:
    """Return a sentence for every channel and rate at which the two differ."""
    none = Decimal(0), Decimal(0)
    return [
        f"the books hold {_told(books.get(key, none))} of {key[0]} at {key[1] * 100:.0f} %, "
        f"the hub reports {_told(report.get(key, none))}"
        for key in sorted(books.keys() | report.keys())
        if books.get(key, none) != report.get(key, none)
    ]


def _told(amounts: tuple[Decimal, Decimal]) -> str:
    return f"{amounts[0]:.2f} + {amounts[1]:.2f} VAT"


async def read_certificates(api: Api) -> tuple[int, int]:
    """Return how many orders the hub forwarded, and how many of them have a certificate that is equal to the cent."""
    forwarded = [one async for one in api.pages(documents.CERTIFICATES, "orders", first=50)]
    return len(forwarded), sum(bool(one["certificate"] and one["certificate"]["equal"]) for one in forwarded)


async def count_held(api: Api) -> dict[str, int]:
    """Return how many orders wait for a person, by cause."""
    held: list[Any] = [one async for one in api.pages(documents.HELD_ORDERS, "orders", first=50)]
    return dict(Counter(one["hold"]["cause"] for one in held if one["hold"]))
