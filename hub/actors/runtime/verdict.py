"""What becomes of a turn's messages: the one place where outcomes are matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hub.actors.runtime.address import Address
from hub.actors.runtime.facts import ActorSuspended, Fact, LaneThrottled, MessageParked
from hub.actors.runtime.mailbox.control import ALL_LANES
from hub.actors.runtime.mailbox.letters import LaneState, Retry, Settlement, Status, Trouble
from hub.actors.runtime.mailbox.ownership import Claim
from hub.actors.runtime.mailbox.parking import parked_row
from hub.actors.runtime.mailbox.reading import Mail
from hub.actors.runtime.owned import Lane
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.turn import Result
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable


@dataclass(slots=True)
class Verdict:
    """How a turn ends: what is settled, what the lane remembers, and the facts to tell."""

    lane: Lane
    now: datetime
    policy: Policy
    random: Random
    settlement: Settlement
    wait_until: datetime | None = None
    attempts: int = 0
    again_at: datetime | None = None
    facts: list[Fact] = field(default_factory=list)

    @classmethod
    def on(cls, lane: Lane, now: datetime, policy: Policy, random: Random) -> Verdict:
        """Return the verdict to be filled in for a turn of a lane."""
        return cls(lane, now, policy, random, Settlement(lane.owned.key, lane.owned.epoch, lane.name))

    def judge(self, mails: Sequence[Mail], settled: Mapping[int, Result], outcome: Outcome | None) -> None:
        """Settle each message by its own result, or by the turn's outcome."""
        for mail in mails:
            if mail.seq in settled:
                self._one(mail, settled[mail.seq])
            else:
                self._rest(mail, outcome)
        match outcome:
            case Throttled():
                self.wait_until = self.now + timedelta(seconds=outcome.retry_after)
                self.attempts = self.lane.attempts
                self.facts.append(LaneThrottled(self._address, self.lane.name, self.wait_until, outcome.reason))
            case Unavailable():
                self.attempts = self.lane.attempts + 1
                self.wait_until = self.now + self.policy.backoff(self.attempts, self.random)
            case Unauthorized():
                self._suspend(outcome.reason)

    def _one(self, mail: Mail, result: Result) -> None:
        match result:
            case None:
                self.settlement.done.append((mail.seq, mail.revision))
            case Rejected():
                self.park(mail, result.code, result.reason)
            case Throttled():
                self._later(mail, mail.attempts, self.now + timedelta(seconds=result.retry_after))
            case Unavailable():
                pause = self.policy.backoff(mail.attempts + 1, self.random)
                self._failed(mail, result.reason, self.now + pause)

    def _rest(self, mail: Mail, outcome: Outcome | None) -> None:
        match outcome:
            case None | Rejected():
                self._one(mail, outcome)
            case Unavailable():
                self._failed(mail, outcome.reason, mail.due_at)

    def _failed(self, mail: Mail, reason: str, due_at: datetime) -> None:
        attempts = mail.attempts + 1
        if attempts >= self.policy.attempts:
            self.park(mail, "exhausted", reason, attempts=attempts)
        else:
            self._later(mail, attempts, due_at)

    def _later(self, mail: Mail, attempts: int, due_at: datetime) -> None:
        self.settlement.retried.append(Retry(mail.seq, mail.revision, attempts, mail.crashes, due_at))
        if due_at > self.now:
            self.again_at = due_at if self.again_at is None else min(due_at, self.again_at)

    def park(
        self, mail: Mail, code: str, reason: str, *, attempts: int | None = None, crashes: int | None = None
    ) -> None:
        """Keep a message for a person."""
        tries = mail.attempts if attempts is None else attempts
        row = parked_row(mail, tries, mail.crashes if crashes is None else crashes, code, reason, self.now)
        self.settlement.done.append((mail.seq, mail.revision))
        self.settlement.parked.append(row)
        self.facts.append(MessageParked(self._address, self.lane.name, row["parked_id"], mail.kind, code, reason))

    def remember(self, state: bytes) -> None:
        """Keep the lane's memory, where it changed; all lanes together have none."""
        lane, memory = self.lane, LaneState(state, self.wait_until, self.attempts)
        if lane.name != ALL_LANES and memory != LaneState(lane.state, lane.wait_until, lane.attempts):
            self.settlement.memory = memory

    def _suspend(self, reason: str) -> None:
        self.attempts = self.lane.attempts
        self.settlement.trouble = trouble_of(self.lane.owned.claim, Status.SUSPENDED, reason)
        self.facts.append(ActorSuspended(self._address, reason))

    @property
    def _address(self) -> Address:
        return self.lane.owned.address


def trouble_of(claim: Claim, status: Status, reason: str) -> Trouble:
    """Return how an actor fares, with the crashes that are known of."""
    return Trouble(status, reason, claim.crashes, claim.restarts, claim.quarantines, None)
