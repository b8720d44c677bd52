"""For platforms that tell of no returns: nothing is listed, and an answer is refused in plain words."""

from __future__ import annotations

from hub.adapters.port import Page, Refused, WriteResult
from hub.domain.goods_return import AnsweredItem, ChannelReturn

NO_RETURNS = Refused("unsupported", "This platform takes no answer to a return; settle it with the buyer there.")


class WithoutReturns:
    """The part of the port's ``Channel`` that is about returns, for a platform without them."""

    async def changed_returns(self, cursor: str | None) -> Page[ChannelReturn]:
        """Return nothing: the platform tells of no returns."""
        return Page((), None)

    async def answer_return(self, item: AnsweredItem) -> WriteResult:
        """Refuse: the platform cannot be told."""
        return NO_RETURNS

    async def find_answer(self, item: AnsweredItem) -> WriteResult | None:
        """Return nothing: nothing was ever answered."""
        return None
