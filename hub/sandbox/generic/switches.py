"""What a test or a demo may bend on the simulated shop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Switches:
    """``starting_stock`` is read when the shop is made; all else works at once."""

    starting_stock: bool = False
    calls_per_minute: int = 6000  # nominal minutes; told by RateLimit headers
    forget_cursors: int = 0  # cursors that the shop refuses to know any more
    old_secret_too: bool = False  # a rotation is under way: webhooks carry two signatures
