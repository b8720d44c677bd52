"""When a node is to blame for what befalls its actors."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.actors.runtime.policy import Policy
from hub.actors.runtime.roster import Roster


class NodeSick(Exception):
    """So many actors were quarantined at once that this node itself must be ill; let the platform restart it."""


@dataclass(slots=True)
class Illness:
    """Counts quarantines: many at once, for the node's size, and not of one tenant among others."""

    roster: Roster
    policy: Policy
    quarantined: list[tuple[float, str]] = field(default_factory=list)

    def note(self, tenant: str) -> None:
        """Take notice of a quarantine; raises ``NodeSick`` where it is one too many."""
        now, policy = self.roster.clock.monotonic(), self.policy
        self.quarantined = [*(one for one in self.quarantined if one[0] > now - policy.sick_window), (now, tenant)]
        limit = max(policy.sick_limit, policy.sick_share * len(self.roster.owned))
        if len(self.quarantined) >= limit and self._is_widespread(tenant):
            raise NodeSick(f"{len(self.quarantined)} actors quarantined within {policy.sick_window:.0f} s")

    def _is_widespread(self, tenant: str) -> bool:
        if any(other != tenant for _, other in self.quarantined):
            return True
        return all(key[0] == tenant for key in self.roster.owned)
