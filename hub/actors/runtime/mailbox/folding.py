"""Messages of one fold key that come in one transaction, made one before they are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.actors.runtime.mailbox.letters import Post


def folded(posts: Iterable[Post]) -> list[Post]:
    """Return the posts in their order, those of one key as one: the first one's place and age, the newest value."""
    left: dict[object, Post] = {}
    for one in posts:
        place = (one.key, one.lane, one.fold) if one.fold is not None else id(one)
        before = left.get(place)
        left[place] = one if before is None else _fold(before, one)
    return [*left.values()]


def _fold(before: Post, newer: Post) -> Post:
    return replace(
        newer,
        due_at=min(before.due_at, newer.due_at),
        posted_at=before.posted_at,
        revision=before.revision + 1,
        folded_at=newer.posted_at,
    )
