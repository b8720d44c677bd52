"""Accounts in Exact: those that were read before, and one made once, even where the answer to it was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.actors.erp.cases import StoredCase
from hub.actors.erp.landing import Landing
from hub.actors.erp.scene import Scene
from hub.actors.runtime.turn import Turn
from hub.domain.customers import AccountDraft, Business, Debtor, MatchedBy, match_account
from hub.domain.product import Customer
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.catalogue import save_customers
from hub.store.customers import accounts_with, begin_account, end_account, note_debtor, open_attempts
from hub.store.engine import Work

MAKING = "accounts"
"""What attempts at accounts go by, all together: the newest says how long to wait, and none names a buyer."""


@dataclass(frozen=True, slots=True)
class Known:
    """A business as the hub knows it: its digests, the surest first, and the account that a person confirmed."""

    business: Business
    identities: tuple[str, ...] = ()
    linked: str | None = None


class Accounts:
    """The accounts of one division; the caller sees to it that one is made at a time."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.landing = Landing(scene.desk)

    async def read_before(self, business: Business) -> tuple[Customer, ...]:
        """Return the accounts that carry one of a business's numbers, as far as the hub has read them."""
        async with self.scene.desk.database.read() as connection:
            return await accounts_with(connection, *self.scene.key, business)

    async def ask(self, turn: Turn, known: Known) -> Debtor | None:
        """Ask Exact for accounts that were not read yet; one that an unfinished attempt made is ours.

        Raises Hold where several may be meant, and Throttled while such an account may still land.
        """
        business = known.business
        if business.vat_number is None and business.chamber_of_commerce is None:
            return None
        attempts = await self._attempts(turn)
        found = await self.scene.erp.accounts_with(business.vat_number, business.chamber_of_commerce)
        if not found:
            self._let_land(turn, attempts)
            return None
        await turn.checkpoint(lambda work: self._found(work, known, found))
        debtor = match_account(business, found, known.linked)
        ours = known.identities[0] in attempts
        return replace(debtor, matched_by=MatchedBy.CREATED) if ours and debtor is not None else debtor

    async def _found(self, work: Work, known: Known, found: Sequence[Customer]) -> None:
        await save_customers(work, self.scene.tenant, found)
        await end_account(work, *self.scene.key, known.identities[0])

    async def _attempts(self, turn: Turn) -> dict[str, datetime]:
        """Return by what buyers accounts are being made, and since when (UTC)."""
        async with self.scene.desk.database.read() as connection:
            attempts = await open_attempts(connection, *self.scene.key)
        if not attempts:
            self.landing.over(turn, MAKING)
        return attempts

    def _let_land(self, turn: Turn, attempts: Mapping[str, datetime]) -> None:
        """What was sent and never answered may arrive for a while, unseen by a look-up."""
        self.landing.wait_for(turn, MAKING, max(attempts.values(), default=None))

    async def make(self, turn: Turn, one: StoredCase, new: AccountDraft, known: Known) -> Debtor:
        """Make an account: an intent, the posting, the outcome; one that another order had made meanwhile is taken."""
        debtor = match_account(known.business, await self.read_before(known.business), known.linked)
        if debtor is not None:
            return debtor
        self._let_land(turn, await self._attempts(turn))
        key, order_id, now = (*self.scene.key, known.identities[0]), one.stored.order_id, self.scene.desk.clock.now()
        await turn.checkpoint(lambda work: begin_account(work, *key, order_id, now))
        try:
            account_id = await self.scene.erp.create_account(new)
        except (Rejected, Throttled, Unavailable) as outcome:
            if isinstance(outcome, Unavailable) and outcome.unknown:
                self.landing.lost(turn, MAKING, now)
            else:
                await turn.checkpoint(lambda work: end_account(work, *key))
            raise
        made = Debtor(account_id, MatchedBy.CREATED)
        await turn.checkpoint(lambda work: self._made(work, one, made, known))
        return made

    async def _made(self, work: Work, one: StoredCase, made: Debtor, known: Known) -> None:
        tenant, division = self.scene.key
        business, order = known.business, one.stored
        row = Customer(
            division,
            made.account_id,
            code="",
            name=business.name,
            vat_number=business.vat_number,
            chamber_of_commerce=business.chamber_of_commerce,
            country=business.country,
            status="C",
            blocked=False,
        )
        await save_customers(work, tenant, [row])
        await end_account(work, *self.scene.key, known.identities[0])
        await note_debtor(work, tenant, order.order_id, division, made)
        self.scene.tell(
            work,
            "customer.created",
            f"An account was made in Exact for the buyer of order {order.number}",
            channel_id=order.channel_id,
            subject_type="order",
            subject_id=order.order_id,
            account=made.account_id,
        )
