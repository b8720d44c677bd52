"""The certificate of an order as people read it: plain text, and a page for the printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import escape

from hub.domain.amounts.booked import EntryKind
from hub.domain.certificate import Certificate, Entry, RateSum
from hub.domain.tax.rates import percent

STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #ccc}td.n,th.n{text-align:right;white-space:nowrap}ol{margin:.2rem 0 .8rem}"
    "@media print{body{margin:0}}"
)


def as_text(number: str, one: Certificate) -> str:
    """Return a certificate as text of at most a hundred columns or so; ``number`` is the order's."""
    return "\n".join(_lines(number, one)) + "\n"


def _lines(number: str, one: Certificate) -> Iterator[str]:
    yield f"Certificate of order {number}"
    yield "=" * 60
    yield from (f"{name:<14}{value}" for name, value in _head(one))
    for entry in one.entries:
        yield ""
        yield f"{entry.name}{_special(entry)}"
        yield f"  {_treated(entry)}: code {entry.code}"
        yield f"  net {entry.net:.2f} + VAT {entry.vat:.2f} = {entry.gross:.2f} {one.currency}{_priced(entry)}"
        yield from (f"  {place}. {step.says} [{step.source}]" for place, step in enumerate(entry.reasons, 1))
    yield ""
    yield f"{'Sums':<44}{'net':>12}{'VAT':>12}{'gross':>12}"
    yield from (f"{_treated(group):<44}{group.net:>12.2f}{group.vat:>12.2f}{group.gross:>12.2f}" for group in one.sums)
    yield f"{'Booked':<68}{one.total:>12.2f}"
    yield f"{'Owed according to the channel':<68}{one.channel_total:>12.2f}"
    yield "Equal to the cent." if one.equal else "NOT equal."


def _head(one: Certificate) -> Iterable[tuple[str, str]]:
    why = f": {one.customer_reason.says}" if one.customer_reason is not None else ""
    yield "Customer", f"{one.customer_id}{why}"
    yield "Reference", one.your_ref
    yield "Day", one.day.isoformat()
    if one.books_currency is not None:
        yield "Currency", f"{one.currency}, as on the channel; the books are in {one.books_currency}, nothing converted"
    if one.ships_from or one.ships_to:
        yield "Goods", f"from {one.ships_from or 'unknown'} to {one.ships_to or 'unknown'}"
    if one.evidence is not None:
        proof = f", consultation {one.evidence.consultation}" if one.evidence.consultation else ""
        yield "VAT number", f"{one.evidence.number}: {one.evidence.status.value} at {one.evidence.at}{proof}"
    for payment in one.payments:
        yield "Paid", f"{payment.amount:.2f} by {payment.kind.value.replace('_', ' ')}, within the total"


def _treated(one: Entry | RateSum) -> str:
    regime = "as mapped" if one.regime is None else one.regime.value.replace("_", " ")
    place = f" in {one.taxed_in}" if one.taxed_in else ""
    return f"{percent(one.rate)}{place}, {regime}"


def _special(entry: Entry) -> str:
    """What is unusual about an amount, in words."""
    kind = "" if entry.kind is EntryKind.GOODS else f" ({entry.kind.value})"
    off = f", discount {entry.discount:.2f}" if entry.discount else ""
    paid = f", of which the marketplace pays {entry.paid_by_platform:.2f}" if entry.paid_by_platform else ""
    return f"{kind}{off}{paid}"


def _priced(entry: Entry) -> str:
    if entry.quantity is None or entry.unit_price is None:
        return ""
    left = f", rounding {_plain(entry.rounding)}" if entry.rounding else ""
    return f" ({_plain(entry.quantity)} x {_plain(entry.unit_price)}{left})"


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def as_page(number: str, one: Certificate) -> str:
    """Return a certificate as one HTML page that needs nothing else; ``number`` is the order's."""
    head = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in _head(one))
    entries = "".join(_entry(entry) for entry in one.entries)
    sums = "".join(
        f"<tr><td>{escape(_treated(group))}</td>{_amounts(group.net, group.vat, group.gross)}</tr>"
        for group in one.sums
    )
    title = escape(f"Certificate of order {number}")
    verdict = "Equal to the cent." if one.equal else "NOT equal."
    columns = "<th class=n>Net</th><th class=n>VAT</th><th class=n>Gross</th>"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>"
        f"<body><h1>{title}</h1><table>{head}</table><h2>Amounts ({escape(one.currency)})</h2>{entries}"
        f"<h2>Sums</h2><table><tr><th></th>{columns}</tr>{sums}</table>"
        f"<p>Booked {one.total:.2f}, owed according to the channel {one.channel_total:.2f}. {verdict}</p></body></html>"
    )


def _entry(entry: Entry) -> str:
    steps = "".join(f"<li>{escape(step.says)} <small>{escape(step.source)}</small></li>" for step in entry.reasons)
    name = escape(entry.name + _special(entry))
    return (
        f"<table><tr><th>{name}</th><td>{escape(_treated(entry))}, code {escape(entry.code)}"
        f"{escape(_priced(entry))}</td>{_amounts(entry.net, entry.vat, entry.gross)}</tr></table><ol>{steps}</ol>"
    )


def _amounts(*amounts: Decimal) -> str:
    return "".join(f"<td class=n>{amount:.2f}</td>" for amount in amounts)
