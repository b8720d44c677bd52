"""How the simulated register behaves, changeable while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Switches:
    """``struck_off`` numbers (with prefix) are not valid; every other of the right form is.

    ``states_down`` answer MS_UNAVAILABLE. The next ``errors`` questions are answered ``error``, with HTTP status
    ``error_status``. ``as_user_error`` puts errors beside ``valid: false`` instead of into a wrapper.
    """

    struck_off: list[str] = field(default_factory=list)
    states_down: list[str] = field(default_factory=list)
    error: str = "MS_MAX_CONCURRENT_REQ"
    error_status: int = 200
    errors: int = 0
    as_user_error: bool = False
