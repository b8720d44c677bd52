"""Messages of the drift patrol of a channel. References only, as in ``messages``."""

from __future__ import annotations

from dataclasses import dataclass

from hub.actors.runtime.message import message

# To a ChannelActor ------------------------------------------------------------------------------


@message("channel.patrol.begin", lane="patrol")
@dataclass(frozen=True, slots=True)
class BeginRound:
    """Read all listings from the first page on; ``hurry`` does not wait for spare budget.

    One without hurry lets a round that is under way go on.
    """

    hurry: bool = False

    def fold(self) -> str | None:
        return f"begin:{self.hurry}"


@message("channel.patrol.page", lane="patrol")
@dataclass(frozen=True, slots=True)
class ReadNextPage:
    """Read the next page of the round that is under way; it posts itself until the last one."""

    def fold(self) -> str | None:
        return "page"


@message("channel.patrol.look", lane="patrol")
@dataclass(frozen=True, slots=True)
class LookAgain:
    """Read one page again that showed numbers older than what the channel had taken."""

    cursor: str | None

    def fold(self) -> str | None:
        return f"look:{self.cursor}"


@message("channel.patrol.settle", lane="patrol")
@dataclass(frozen=True, slots=True)
class SettleDifferences:
    """Decide the causes that wait for a look at orders, and heal what a policy or a person lets be healed."""

    def fold(self) -> str | None:
        return "settle"
