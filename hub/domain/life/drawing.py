"""All state machines of the hub as one page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.domain.life.cancellation import CANCELLATION
from hub.domain.life.goods_return import GOODS_RETURN
from hub.domain.life.invoice import INVOICE
from hub.domain.life.machine import Machine
from hub.domain.life.order_states import ORDER
from hub.domain.life.parcel import PARCEL
from hub.domain.life.payment import PAYMENT
from hub.domain.life.refund import REFUND

MACHINES: tuple[Machine[Any], ...] = (ORDER, PAYMENT, CANCELLATION, PARCEL, INVOICE, REFUND, GOODS_RETURN)
"""Every machine, in the order of the page."""


def page() -> str:
    """Return ``docs/states.md``."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# States"
    yield ""
    yield "Drawn from the tables in `hub/domain/life` by `python main.py states`; a name in brackets is the mutation"
    yield "by which a person decides."
    for machine in MACHINES:
        yield ""
        yield f"## {machine.name}"
        yield ""
        yield "```mermaid"
        yield from machine.drawn()
        yield "```"
