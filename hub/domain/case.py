"""An order to be forwarded with all that decides how."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.channel import ChannelSettings
from hub.domain.customers.debtor import Debtor
from hub.domain.taxing import TaxFacts
from hub.domain.to_forward import Books, OrderToForward


@dataclass(frozen=True, slots=True)
class Case:
    """An order to be forwarded with all that decides how; without ``facts`` the channel's own rates are mapped.

    ``debtor`` is whom it is booked on; without one it is the channel's fixed account.
    """

    order: OrderToForward
    settings: ChannelSettings
    books: Books
    facts: TaxFacts | None = None
    debtor: Debtor | None = None
