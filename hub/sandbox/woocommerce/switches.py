"""What a test or a demo may bend on the simulated shop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Switches:
    """Counters say how many more times something happens; seconds are nominal.

    ``starting_stock``, ``destination_rates`` and ``plugin`` are read when the platform is made.
    """

    starting_stock: bool = False
    prices_include_tax: bool = True
    round_at_subtotal: bool = False  # VAT is rounded on the order, for orders placed from now on
    gift_cards: int = 0  # pay 5.00 by a gift card of a plugin, which takes it off the total
    destination_rates: bool = False  # each country's own rates instead of the Dutch ones
    unpaid_status: str = "on-hold"  # takes the stock; "pending" does not
    plugin: bool = True  # the shipment tracking plugin is installed
    item_seconds: float = 0.0  # a small machine needs 0.03 per item of a batch
    stalls: int = 0  # requests that hang for ``stall_seconds`` and end in an HTML page
    stall_seconds: float = 30.0
    stall_after_effect: bool = False
    notices: int = 0  # answers with a PHP notice before the JSON
    hook_delay: float = 1.0  # what the action scheduler needs to get going
