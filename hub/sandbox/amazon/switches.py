"""What a test or a demo may bend on the simulated Amazon."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.sandbox.amazon.roles import ALL_ROLES


@dataclass
class Switches:
    """Counters say how many more times something happens; chances are drawn from the seed; seconds are nominal.

    ``starting_stock`` is read when the platform is made; all else works at once.
    """

    starting_stock: bool = False
    # access
    withdrawn: bool = False  # the seller took the authorisation back
    secret_expired: bool = False
    roles: list[str] = field(default_factory=lambda: list(ALL_ROLES))
    refuse_without_role: bool = False  # 403 on the whole call instead of leaving fields out
    forbidden: int = 0  # calls answered 403 for no reason
    rate_header: bool = True
    # orders
    data_lag: float = 120.0  # how old a change must be to show in a search
    pagination_life: float = 86_400.0
    pending_seconds: float = 0.0  # how long a paid order waits for its payment to be authorised
    pending_prices: bool = False
    vcs: bool = False  # the seller uses the VAT Calculation Service: amounts of VAT are filled in
    facilitator: bool = False  # Amazon is the deemed supplier
    discount_negative: bool = False
    prime_chance: float = 0.0
    pickup_chance: float = 0.03
    split_address_chance: float = 0.2
    addressless: int = 0
    unknown_status: int = 0  # orders shown with a status that the model does not know
    extra_members: bool = False  # answers hold members that the model does not know
    confirmation_seconds: float = 60.0  # from 204 to the new status
    # listings
    apply_seconds: float = 5.0  # from ACCEPTED to what buyers see
    invalid_patches: int = 0
    late_patches: int = 0  # applied thirty times later
    lost_patches: int = 0  # accepted, never applied
    # feeds and reports
    queue_seconds: float = 20.0
    work_seconds: float = 20.0
    fatal_feeds: int = 0
    fatal_reports: int = 0
    gzip_reports: bool = True
    url_life: float = 300.0  # presigned addresses
    # notifications
    notice_seconds: float = 2.0
    queue_policy: bool = True  # without it notifications vanish without a word
    silent_orders: float = 0.0  # chance that a new order is not announced
    redelivered: float = 0.01  # chance that a deleted message comes once more
