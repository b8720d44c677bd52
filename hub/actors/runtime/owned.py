"""The actors this node owns, with their lanes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import anyio

from hub.actors.runtime.address import Address
from hub.actors.runtime.instance import Instance
from hub.actors.runtime.mailbox.letters import Key, Post
from hub.actors.runtime.mailbox.ownership import Claim
from hub.actors.runtime.mailbox.reading import LanePlace, LaneRow, Mail
from hub.actors.runtime.turn import compact

EMPTY = b"{}"
MOST_HANDED = 16
"""Messages kept for a lane's next turn; of more, the database has them."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A crash that is neither written down nor counted in its ``mail``, which rests ``until`` (UTC) its next try."""

    mail: Mail
    reason: str
    until: datetime


@dataclass(slots=True, eq=False)
class Lane:
    """One lane of an owned actor.

    ``hungry`` means that there may be mail due, ``due_at`` is the next timer known, and ``sure`` that no
    other timer can be hidden behind it. ``rang`` notes mail that came during a turn, ``missed`` that the lane was in
    one when it was last read: its turn may have committed since, so that it is read again when the turn has ended.
    ``rest_planned`` is the instant it is to be woken at because it rests until then.
    ``handed`` is all that is due, where that is known without reading it, or a message that fell and is tried first;
    ``taken`` is the highest number of the mail that turns were given, ``fall`` a crash that is still to be written.
    """

    owned: Owned
    name: str
    state: bytes = EMPTY
    wait_until: datetime | None = None
    attempts: int = 0
    due_at: datetime | None = None
    rest_planned: datetime | None = None
    hungry: bool = False
    sure: bool = False
    rang: bool = False
    missed: bool = False
    handed: list[Mail] = field(default_factory=list)
    taken: int = 0
    fall: Fall | None = None
    running: anyio.CancelScope | None = None

    @property
    def place(self) -> LanePlace:
        """Where its mail lies."""
        return (*self.owned.key, self.name)

    @property
    def rests_until(self) -> datetime | None:
        """When it may have a turn again (UTC), if it must wait."""
        if self.fall is None:
            return self.wait_until
        return max(self.fall.until, self.wait_until or self.fall.until)

    def fell(self, fall: Fall) -> None:
        """Try a message again before anything else, and write down with what follows that it fell."""
        self.fall, self.handed = fall, [fall.mail]

    def counted(self, mails: list[Mail]) -> list[Mail]:
        """Return mail with the crash that is not yet written down, and note what has folded into what fell."""
        fall = self.fall
        if fall is None:
            return mails
        for mail in mails:
            if mail.seq == fall.mail.seq:
                self.fall = replace(fall, mail=mail)
        return [replace(mail, crashes=mail.crashes + 1) if mail.seq == fall.mail.seq else mail for mail in mails]

    def hand(self, letter: Post) -> bool:
        """Keep new mail for the next turn; False where it must be read, for other mail may be due before it.

        All that came to the actor before this letter is known of.
        """
        at_rest = self.sure and not self.hungry and self.running is None
        has_room = at_rest or (0 < len(self.handed) < MOST_HANDED and self.fall is None)
        if letter.seq is None or letter.seq <= self.taken or not (letter.is_new and has_room):
            return False
        self.handed.append(Mail.of(letter, letter.seq))
        return True

    def load(self, row: LaneRow) -> None:
        """Take over what was read, unless it may be older than what the lane remembers."""
        if not self.missed:
            self.state, self.wait_until, self.attempts = compact(row.state), row.wait_until, row.attempts


@dataclass(slots=True, eq=False)
class Owned:
    """An actor of ours; ``leaving`` starts no turn any more.

    Of all its mail below ``next_seq`` we know that it came.
    """

    address: Address
    claim: Claim
    idle_since: float
    lanes: dict[str, Lane] = field(default_factory=dict)
    instance: Instance | None = None
    next_seq: int = 0
    turns: int = 0
    failures: int = 0
    leaving: bool = False
    lost: bool = False

    @property
    def key(self) -> Key:
        """The mailbox's key."""
        return self.claim.key

    @property
    def epoch(self) -> int:
        """The ownership under which it writes."""
        return self.claim.epoch

    def hear_of(self, letter: Post, *, alone: bool) -> bool:
        """Take note of mail of our own, and say whether no other came to the actor since we last knew of all.

        Where we are ``alone`` all mail is our own, and we heard of what came in between, though without its number.
        """
        known = letter.seq == self.next_seq
        if letter.seq is not None and (known or (alone and letter.seq > self.next_seq)):
            self.next_seq = letter.seq + 1
        return known

    @property
    def opening(self) -> bool:
        """Whether its instance is about to be ready."""
        return self.instance is not None and self.instance.actor is None

    def lane(self, name: str) -> Lane:
        """Return a lane, made when it is new."""
        found = self.lanes.get(name)
        if found is None:
            found = self.lanes[name] = Lane(self, name)
        return found
