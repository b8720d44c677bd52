"""A sales order read back is held against the channel's total, and its VAT where the channel states all of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hub.actors.erp.comparing import difference
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Case, draft_case
from hub.domain.order import Charge, ChargeKind
from hub.domain.sales_order import SalesOrder, SalesOrderDraft
from tests.unit.amounts.cases import golden, held_by_exact

POST = Charge(ChargeKind.SHIPPING, "Post", Decimal("4.95"), Decimal("0.21"), Decimal("0.86"))


def stated() -> Case:
    """Return an order whose channel states VAT on everything."""
    return next(one.case for one in golden() if one.because == "The channel states rate and VAT")


def read_back(draft: SalesOrderDraft, *, total: str = "0", vat: str = "0") -> SalesOrder:
    """Return the sales order as Exact holds it, off by these amounts."""
    _, by_rate, whole = held_by_exact(draft)
    net = whole - sum(by_rate.values(), Decimal(0))
    return SalesOrder("id", 1, draft.your_ref, whole + Decimal(total), net + Decimal(total) - Decimal(vat), 12, ())


def test_vat_is_compared_with_charges_too() -> None:
    draft = draft_case(stated()).draft
    assert draft.vat == Decimal("9.54")
    assert difference(draft, read_back(draft)) is None
    off = difference(draft, read_back(draft, vat="0.01"))
    assert off is not None
    assert off.detail == {"vat_difference": "0.01"}


def test_a_total_that_is_off_is_told_first() -> None:
    draft = draft_case(stated()).draft
    off = difference(draft, read_back(draft, total="0.01", vat="0.01"))
    assert off is not None
    assert off.detail == {"difference": "0.01"}


def test_vat_that_the_channel_never_stated_is_exacts_own() -> None:
    case = stated()
    bare = replace(case, order=replace(case.order, charges=(replace(POST, vat=None),)))
    draft = draft_case(bare).draft
    assert draft.vat is None
    assert difference(draft, read_back(draft, vat="0.02")) is None


def test_settings_of_before_are_read_with_nothing_rounded() -> None:
    assert not ChannelSettings().amounts.rounds
    assert ChannelSettings().amounts.currencies == ()
