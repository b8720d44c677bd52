"""What follows a bug: the actor starts anew, and one that falls too often is kept out for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hub.actors.runtime.facts import ActorCrashed, ActorQuarantined
from hub.actors.runtime.mailbox.letters import Retry, Status, Trouble
from hub.actors.runtime.mailbox.ownership import Claim
from hub.actors.runtime.mailbox.reading import Mail
from hub.actors.runtime.owned import Fall, Owned
from hub.actors.runtime.verdict import Verdict, trouble_of

MOST_CRASHES = 20


def condemn(verdict: Verdict, mails: Sequence[Mail], error: Exception) -> Fall | None:
    """Count a crash against the messages that were being handled and against the actor.

    The actor's next crash counts on from this one before it is written. Where one message fell alone and for the first
    time, and goes on, what is returned is enough to write it down with the try that follows.
    """
    owned, reason = verdict.lane.owned, name_of(error)
    for mail in mails:
        _blame(verdict, mail, reason)
    verdict.facts.append(ActorCrashed(owned.address, verdict.lane.name or None, reason))
    verdict.settlement.trouble = trouble = _trouble(verdict, owned.claim, reason)
    _remember(owned, trouble)
    if trouble.quarantine_until is not None:
        verdict.facts.append(ActorQuarantined(owned.address, trouble.quarantine_until, reason))
    pause = verdict.policy.restart_pause * 2 ** min(len(trouble.crashes), 6)
    verdict.wait_until = restart = verdict.now + timedelta(seconds=verdict.random.uniform(pause / 2, pause))
    verdict.attempts = verdict.lane.attempts
    goes_on = trouble.status is Status.ACTIVE and not owned.leaving
    return Fall(mails[0], reason, restart) if goes_on and _is_first(verdict, mails) else None


def _is_first(verdict: Verdict, mails: Sequence[Mail]) -> bool:
    """Say whether one message fell alone, is tried again, and neither it nor its lane has fallen before."""
    tried_again = [retry.crashes for retry in verdict.settlement.retried]
    return len(mails) == 1 and tried_again == [1] and verdict.lane.fall is None


def take_fall(verdict: Verdict) -> Fall | None:
    """Have the crash before this turn written with how the turn ended, and return it."""
    lane, settlement = verdict.lane, verdict.settlement
    fall, lane.fall = lane.fall, None
    if fall is None:
        return None
    verdict.facts.insert(0, ActorCrashed(lane.owned.address, lane.name, fall.reason))
    settlement.trouble = settlement.trouble or trouble_of(lane.owned.claim, Status.ACTIVE, fall.reason)
    if fall.mail.seq not in {seq for seq, _ in settlement.done} | {retry.seq for retry in settlement.retried}:
        settlement.retried.append(_once_more(fall.mail))
    return fall


def _once_more(mail: Mail) -> Retry:
    return Retry(mail.seq, mail.revision, mail.attempts, mail.crashes + 1, mail.due_at)


def _blame(verdict: Verdict, mail: Mail, reason: str) -> None:
    crashes = mail.crashes + 1
    if crashes >= verdict.policy.poison:
        verdict.park(mail, "crashed", reason, crashes=crashes)
    else:
        verdict.settlement.retried.append(_once_more(mail))


def _trouble(verdict: Verdict, claim: Claim, reason: str) -> Trouble:
    policy, moment = verdict.policy, verdict.now.timestamp()
    before = [at for at in claim.crashes if at > moment - policy.crash_memory]
    quarantines = claim.quarantines if before else 0
    crashes = [*before, moment][-MOST_CRASHES:]
    recent = sum(at > moment - policy.crash_window for at in crashes)
    if recent < policy.crash_limit:
        return Trouble(Status.ACTIVE, reason, crashes, claim.restarts + 1, quarantines, None)
    until = verdict.now + policy.quarantine(quarantines)
    return Trouble(Status.QUARANTINED, reason, crashes, claim.restarts + 1, quarantines + 1, until)


def _remember(owned: Owned, trouble: Trouble) -> None:
    """Keep in memory what a crash writes into the actor's row."""
    owned.claim = replace(
        owned.claim, crashes=trouble.crashes, restarts=trouble.restarts, quarantines=trouble.quarantines
    )


def name_of(error: BaseException) -> str:
    """Return the error's type and the place it came from, without its text, which may hold anybody's data."""
    place = error.__traceback__
    if place is None:
        return type(error).__name__
    while place.tb_next is not None:
        place = place.tb_next
    return f"{type(error).__name__} at {place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}"
