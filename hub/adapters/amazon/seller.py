"""Whose account it is: the seller's own id stands in the path of every listing and in every feed."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.outcome import Unauthorized


@dataclass(frozen=True, slots=True)
class AmazonAccount:
    """An application's credentials, a seller's, and where Amazon is; secrets are never shown.

    ``marketplaces`` limits the hub to some; ``queue_url`` is the SQS queue that notifications go to.
    """

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str
    login_url: str
    refresh_token: str | None = field(default=None, repr=False)
    seller_id: str | None = None
    marketplaces: tuple[str, ...] = ()
    queue_url: str | None = None
    queue_key: str | None = None
    queue_secret: str | None = field(default=None, repr=False)

    @property
    def seller(self) -> str:
        """The seller's id. Raises Unauthorized where neither a consent told it nor a person entered it."""
        if self.seller_id is None:
            raise Unauthorized("The seller id is missing: consent again, or enter it.")
        return self.seller_id

    @property
    def queue(self) -> str | None:
        """The queue's address, where all that is needed to read it was entered."""
        return self.queue_url if self.queue_key and self.queue_secret else None
