"""Running one task's coroutine within another task, as if it were still the first."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from contextvars import Context
from types import TracebackType
from typing import Any, Generic, TypeVar

from hub.store.engine.fault import Conflict, StoreUnavailable

T = TypeVar("T")


class Within(Generic[T]):
    """Awaits a coroutine with the given context variables: the caller's trace follows its work into the group."""

    def __init__(self, context: Context, coroutine: Coroutine[Any, Any, T]) -> None:
        self.context = context
        self.coroutine = coroutine

    def __await__(self) -> Generator[Any, None, T]:
        thrown: BaseException | None = None
        while True:
            try:
                pending = self.context.run(self._step, thrown)
            except StopIteration as end:
                result: T = end.value
                return result
            with Blame(BaseException) as blame:
                yield pending
            thrown = blame.error

    def _step(self, thrown: BaseException | None) -> Any:
        return self.coroutine.send(None) if thrown is None else self.coroutine.throw(thrown)


class Blame:
    """Catches what a work raised, to be raised again to the one it belongs to.

    What concerns the whole group (``StoreUnavailable``, ``Conflict``) passes when only works are to be blamed.
    """

    def __init__(self, kind: type[BaseException] = Exception) -> None:
        self.kind = kind
        self.error: Any = None

    def __enter__(self) -> Blame:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        passes = self.kind is Exception and isinstance(error, StoreUnavailable | Conflict)
        if passes or not isinstance(error, self.kind):
            return False
        self.error = error
        return True
