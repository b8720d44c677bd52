"""An order to be forwarded with all that decides how."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.channel import ChannelSettings
from hub.domain.taxing import TaxFacts
from hub.domain.to_forward import Books, OrderToForward


@dataclass(frozen=True, slots=True)
class Case:
    """An order to be forwarded with all that decides how; without ``facts`` the channel's own rates are mapped."""

    order: OrderToForward
    settings: ChannelSettings
    books: Books
    facts: TaxFacts | None = None
