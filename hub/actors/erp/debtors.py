"""Whom an order is booked on: found by rule or by number, or made in Exact once, whatever happens on the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import anyio

from hub.actors.erp.accounts import Accounts, Known
from hub.actors.erp.cases import StoredCase
from hub.actors.erp.scene import Scene
from hub.actors.runtime.turn import Turn
from hub.domain.address import Buyer
from hub.domain.customers import (
    AccountDraft,
    AddressDraft,
    Business,
    Debtor,
    MatchedBy,
    account_draft,
    business_of,
    cannot_make,
    collective_debtor,
    delivery_address,
    match_account,
)
from hub.domain.forwarding import Case, Hold
from hub.domain.order import HoldCause
from hub.store.buyers import load_buyer
from hub.store.customers import (
    OrderCustomer,
    customer_of,
    end_accounts_for,
    linked_account,
    note_customer,
    note_debtor,
)
from hub.store.engine import Work
from hub.store.identities import digests

MAKING = "making an account"
TO_BE_MADE = Debtor("", MatchedBy.CREATED)


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom an order is to be booked on; ``new`` is still to be made in Exact, and ``address`` to be found or made."""

    debtor: Debtor
    address: AddressDraft | None = None
    new: AccountDraft | None = None
    known: Known | None = None


class Debtors:
    """Finds and makes accounts; one object serves all orders of a turn, so that two of one buyer make one account.

    No other lane and no other node makes accounts in the division meanwhile.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.accounts = Accounts(scene)
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)

    async def as_booked(self, one: StoredCase) -> Case:
        """Return the case of an order with the account that was written down when it was posted."""
        async with self.scene.desk.database.read() as connection:
            stored = await customer_of(connection, self.scene.tenant, one.stored.order_id)
        if stored.account_id is None or stored.matched_by is None:
            return one.case
        return replace(one.case, debtor=Debtor(stored.account_id, stored.matched_by, stored.address_id))

    async def note(self, work: Work, order_id: str, debtor: Debtor) -> None:
        """Write down whom an order is booked on."""
        await note_debtor(work, self.scene.tenant, order_id, self.scene.division, debtor)
        if not debtor.matched_by.collective:
            await end_accounts_for(work, self.scene.tenant, order_id)

    async def find(self, turn: Turn, one: StoredCase) -> Plan:
        """Return whom an order is to be booked on, asking Exact where the hub knows of no account; makes nothing.

        Raises Hold with a cause a person can act on.
        """
        policy, stored = one.case.settings.customers, one.customer
        buyer = await self._buyer(one) if policy.needs_buyer or stored.account_id is not None else None
        decided = stored.decided(self.scene.division)
        business = business_of(buyer, policy) if decided is None else None
        if business is not None:
            plan = await self._individual(turn, one, business, stored)
        else:
            country = buyer.ship_to.country if buyer is not None else one.stored.country
            plan = Plan(decided or collective_debtor(policy, one.case.settings.customer_id, country))
        return replace(plan, address=_address_wanted(one, plan.debtor, buyer))

    async def _buyer(self, one: StoredCase) -> Buyer | None:
        async with self.scene.desk.database.read() as connection:
            return await load_buyer(connection, self.scene.desk.vault, self.scene.tenant, one.stored.order_id)

    async def _individual(self, turn: Turn, one: StoredCase, business: Business, stored: OrderCustomer) -> Plan:
        try:
            debtor = match_account(business, await self.accounts.read_before(business), None)
        except Hold:
            debtor = None
        if debtor is not None:
            return Plan(debtor)
        known = await turn.checkpoint(lambda work: self._known(work, one, business))
        async with self._locks[MAKING]:
            debtor = match_account(business, await self.accounts.read_before(business), known.linked)
            debtor = debtor or await self.accounts.ask(turn, known)
        return Plan(debtor) if debtor is not None else self._to_be_made(one, known, stored)

    async def _known(self, work: Work, one: StoredCase, business: Business) -> Known:
        """Look up what a person said of the buyer, and keep by what name it may be remembered."""
        tenant, order = self.scene.tenant, one.stored
        found = await digests(work, self.scene.desk.vault, tenant, order.channel_id, business.identities)
        linked = await linked_account(work.connection, tenant, order.channel_id, self.scene.division, found)
        await note_customer(work, tenant, order.order_id, identity=found[0] if found else None)
        return Known(business, tuple(found), linked)

    def _to_be_made(self, one: StoredCase, known: Known, stored: OrderCustomer) -> Plan:
        problem = cannot_make(known.business)
        if problem is not None:
            message = f"Exact has no account for this business, and none is made: {problem}. Choose one for the order."
            raise Hold(HoldCause.CUSTOMER_NOT_FOUND, message, can_be_made=False)
        if not (one.case.settings.customers.create or stored.may_create):
            message = "Exact has no account with the buyer's number; choose one for the order, or let one be made."
            raise Hold(HoldCause.CUSTOMER_NOT_FOUND, message, can_be_made=True)
        return Plan(TO_BE_MADE, new=account_draft(known.business, one.stored.currency), known=known)

    async def settle(self, turn: Turn, one: StoredCase, plan: Plan) -> Debtor:
        """Make what a plan lacks in Exact and return the account. Repeatable: what was made before is found again."""
        debtor = plan.debtor
        if plan.new is not None and plan.known is not None:
            async with self._locks[MAKING]:
                debtor = await self.accounts.make(turn, one, plan.new, plan.known)
        if plan.address is None:
            return debtor
        async with self._locks[debtor.account_id]:
            return replace(debtor, address_id=await self._place(debtor.account_id, plan.address))

    async def _place(self, account_id: str, address: AddressDraft) -> str:
        found = await self.scene.erp.find_address(account_id, address)
        return found or await self.scene.erp.create_address(account_id, address)


def _address_wanted(one: StoredCase, debtor: Debtor, buyer: Buyer | None) -> AddressDraft | None:
    settings = one.case.settings
    shared = {settings.customer_id, *(rule.account_id for rule in settings.customers.countries)}
    collective = debtor.matched_by.collective or debtor.account_id in shared
    policy = settings.customers
    wanted = policy.address_on_collective if collective else policy.address_on_individual
    return delivery_address(buyer) if wanted and buyer is not None else None
