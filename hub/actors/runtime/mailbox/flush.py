"""The end of a transaction: all its mail in a handful of statements, actor rows locked last and in order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import ActorRow, lock_actors, save_actors
from hub.actors.runtime.mailbox.arrival import drop_seen, insert_mail
from hub.actors.runtime.mailbox.delivery import deliver, is_mail
from hub.actors.runtime.mailbox.departure import next_due, settle, try_again
from hub.actors.runtime.mailbox.letters import (
    Fenced,
    Key,
    Letter,
    Post,
    Release,
    Settlement,
    Status,
    Steer,
    chosen,
)
from hub.actors.runtime.mailbox.whole import write_whole
from hub.store.engine import Spoiled, also_whole


@also_whole(write_whole)
async def flush_mail(connection: AsyncConnection, letters: Sequence[Letter]) -> None:
    """Write what a group of works left in mailboxes; settlements of a lost epoch are refused as ``Fenced``.

    What turns have handled goes out before new mail comes in, so that a message folds only into one that waits.
    """
    mail = chosen(letters, Post)
    for one in mail:
        one.seq, one.is_new = None, False
    posts = await drop_seen(connection, mail)
    if is_mail(letters):
        await deliver(connection, posts)
        return
    settlements, steers, releases = chosen(letters, Settlement), chosen(letters, Steer), chosen(letters, Release)
    left: list[Letter] = [*posts, *settlements, *steers, *releases]
    actors = await lock_actors(connection, sorted({letter.key for letter in left}))
    refuse_fenced(actors, settlements)
    await settle(connection, actors, settlements)
    await insert_mail(connection, actors, posts)
    await steer_actors(connection, actors, steers)
    let_go = released(actors, releases)
    await free(connection, actors, let_go | {one.key for one in steers if actors[one.key].node is None})
    await save_actors(connection, [row for row in actors.values() if row.changed])


def refuse_fenced(actors: dict[Key, ActorRow], settlements: list[Settlement]) -> None:
    lost = {id(one): Fenced(one.key[1]) for one in settlements if actors[one.key].epoch != one.epoch}
    if lost:
        raise Spoiled(lost)


async def steer_actors(connection: AsyncConnection, actors: dict[Key, ActorRow], steers: list[Steer]) -> None:
    """Change who works; the number taken tells an owner elsewhere that something happened."""
    for steer in steers:
        row = actors[steer.key]
        if row.status in steer.only_from:
            row.change(status=steer.status, reason=steer.reason, quarantine_until=None)
        row.take_seq()
    if fresh := {steer.key: steer.at for steer in steers if steer.fresh}:
        await try_again(connection, list(fresh), max(fresh.values()))


def released(actors: dict[Key, ActorRow], releases: list[Release]) -> set[Key]:
    """Take away the owners that let go, except those who had lost the actor before."""
    kept = [release.key for release in releases if actors[release.key].epoch == release.epoch]
    for key in kept:
        actors[key].change(node=None)
    return set(kept)


async def free(connection: AsyncConnection, actors: dict[Key, ActorRow], keys: set[Key]) -> None:
    """Let actors without an owner be claimed when their next mail is due, if they work at all.

    The mailbox is read after the actor row was locked and in a statement of its own: one clever statement
    for both would not see what is posted at the same time, and the mail would wait for ever.
    """
    working = [key for key in keys if actors[key].status is Status.ACTIVE]
    due = await next_due(connection, working)
    for key in keys:
        row = actors[key]
        row.change(due_at=row.quarantine_until if row.status is Status.QUARANTINED else due.get(key))
