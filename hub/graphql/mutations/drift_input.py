"""What to do about drift, as entered."""

from __future__ import annotations

import strawberry

from hub.domain.drift import OWN_LAPSES, DriftCause, DriftPolicy, Healing


@strawberry.input(description="What the hub does about drift of a channel by itself.")
class DriftPolicyInput:
    healing: Healing = Healing.CHOSEN
    causes: list[DriftCause] = strawberry.field(
        default_factory=lambda: list(OWN_LAPSES),
        description="What is healed where healing is CHOSEN; MAPPING and LISTING_GONE need a person in any case.",
    )

    def read(self) -> DriftPolicy:
        """Return the policy."""
        return DriftPolicy(self.healing, tuple(dict.fromkeys(self.causes)))
