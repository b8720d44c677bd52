"""Many keys in one statement, in few distinct sizes, so that prepared statements are found again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST_KEYS = 512


def chunks(keys: Sequence[T], most: int = MOST_KEYS) -> Iterator[Sequence[T]]:
    """Yield the keys in groups, each filled up to a power of two by repeating its last."""
    for start in range(0, len(keys), most):
        yield padded(keys[start : start + most])


def padded(keys: Sequence[T]) -> Sequence[T]:
    """Return the keys filled up to a power of two by repeating the last."""
    size = 1 << (len(keys) - 1).bit_length()
    return [*keys, *([keys[-1]] * (size - len(keys)))]
