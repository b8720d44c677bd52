"""VAT as the channel or the item tells it, for tenants that never said how they stand with VAT: mapped as it is."""

from __future__ import annotations

from decimal import Decimal

from hub.domain.channel import ChannelSettings
from hub.domain.order import HoldCause
from hub.domain.product import ErpItem, VatCode
from hub.domain.tax.rates import percent
from hub.domain.taxing import mapped_at_home
from hub.domain.to_forward import Books, Hold, LineToForward, OrderToForward
from hub.domain.vat_mapping import vat_code_problem


def rate_as_told(line: LineToForward, item: ErpItem, order: OrderToForward, books: Books) -> Decimal:
    """Return the channel's own rate where it states one, else what the item's VAT code carried that day; or Hold."""
    if line.vat_rate is not None:
        return line.vat_rate
    if line.vat is not None:
        raise several_rates(line.name)
    code = books.vat_codes.get(item.vat_code or "")
    if code is None:
        raise Hold(
            HoldCause.NO_VAT_CODE,
            f"Item {item.code} has no VAT code for sales in Exact, and the channel states no rate.",
            item=item.code,
        )
    carried = code.percentage_on(books.day_of(order))
    return code.percentage if carried is None else carried


def code_as_mapped(rate: Decimal, order: OrderToForward, settings: ChannelSettings, books: Books) -> VatCode:
    """Return the VAT code mapped for a rate of the division's own country, checked for its use on the order's day."""
    mapped = mapped_at_home(settings, rate)
    code = books.vat_codes.get(mapped) if mapped is not None else None
    if code is None:
        raise Hold(HoldCause.NO_VAT_CODE, f"No VAT code is mapped for {percent(rate)}.", rate=str(rate))
    if problem := vat_code_problem(code, rate, books.day_of(order)):
        raise Hold(HoldCause.NO_VAT_CODE, problem, rate=str(rate), code=code.code)
    return code


def several_rates(name: str) -> Hold:
    """Return the refusal of an amount of VAT that no single rate stands beside."""
    return Hold(HoldCause.NO_VAT_CODE, f"{name} carries VAT of several rates; it needs one rate.")
