"""What a test or a demo may bend on the simulated bol.com."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.sandbox.bol.processes import Outcome


@dataclass
class Switches:
    """Counters say how many more times something happens; chances are drawn from the seed.

    ``outcomes`` ends the next commands, in order, in the given ways. ``starting_stock`` is read when the
    platform is made; all else works at once.
    """

    starting_stock: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    null_product: int = 0
    null_offer: int = 0
    conflicts: int = 0  # PATCH of an offer answered 409
    forbidden: bool = False  # retailer account not active: 403 everywhere
    orders_while_paging: int = 0  # a buyer orders right after page 1 of the list was read
    pickup_chance: float = 0.05
    pickup_named: bool = True  # pickup points are told with their name
    phone_chance: float = 0.1
    retry_after_missing: float = 0.2
    reset_as_epoch: bool = False
    distribution: str = "RETAILER"
    bad_signatures: int = 0  # pushes whose signature does not fit the body
    unknown_keys: int = 0  # pushes signed with a key that was never published
