"""What every resolver is given: the principal, the store, and loaders of the principal's tenant alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from weakref import WeakMethod

import strawberry
from sqlalchemy import Row, Select

from hub.clock import Clock
from hub.domain.address import Buyer
from hub.domain.sales_order import SalesOrderDraft
from hub.domain.tenant import Principal
from hub.graphql.announcer import Announcer
from hub.graphql.bounds import Limits
from hub.graphql.errors import Unauthenticated
from hub.graphql.listed import Asked
from hub.graphql.lists_read import ListRead
from hub.graphql.loaders import Loaders
from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.views.page import Order, Page, Window, read_page


@dataclass(frozen=True, slots=True)
class GraphQLDependencies:
    """Everything the API needs from outside.

    ``authenticate`` turns a bearer token into its principal, None where it opens nothing.
    ``authorize_url`` returns the address where a browser begins the consent at a platform (``exact`` or a channel's)
    for an ERP connection or channel by its id.
    ``open_buyer`` opens the sealed buyer of an order (tenant id, order id, sealed bytes, the order's sealed key).
    ``sales_order_body`` returns what would be posted to the ERP for a sales order, to the byte.
    ``platform_urls`` are the usual addresses of ``exact`` and of the channels' platforms, empty where each has its own.
    ``body_limit`` is in bytes. ``demo`` shows GraphiQL.
    """

    database: Database
    clock: Clock
    vault: Vault
    announcer: Announcer
    authenticate: Callable[[str], Awaitable[Principal | None]]
    authorize_url: Callable[[Principal, str, str], Awaitable[str]]
    open_buyer: Callable[[str, str, bytes, bytes | None], Buyer]
    sales_order_body: Callable[[SalesOrderDraft], bytes]
    platform_urls: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    limits: Limits = field(default_factory=Limits)
    body_limit: int = 1_048_576
    allowed_origins: tuple[str, ...] = ()


@dataclass(slots=True)
class ApiContext:
    """One request, or one WebSocket; ``token`` is asked about again while a subscription lasts.

    ``told_like`` is what a stream has in common with those who are told the same of every event, None for no stream.
    ``list_asked`` says what is asked of a connection's field, where columns tell it; ``lists_read`` are answers of the
    operation's own fields and how they were read, None where nobody wants to know.
    """

    needs: GraphQLDependencies
    principal: Principal | None = None
    token: str | None = None
    trace_id: str | None = None
    connection_params: dict[str, Any] = field(default_factory=dict)
    told_like: Hashable = None
    list_asked: WeakMethod[Callable[..., Asked | None]] | None = None
    lists_read: list[tuple[dict[str, Any], ListRead]] | None = None
    _loaders: Loaders | None = None

    def for_operation(self, trace_id: str | None) -> ApiContext:
        """Return the context of one operation, with loaders of its own."""
        return ApiContext(
            self.needs, self.principal, self.token, trace_id, self.connection_params, lists_read=self.lists_read
        )

    @property
    def who(self) -> Principal:
        """The principal; raises ``Unauthenticated`` where there is none."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal

    @property
    def tenant_id(self) -> str:
        """The only tenant this request may see."""
        return self.who.tenant_id

    @property
    def now(self) -> datetime:
        """The current instant (UTC)."""
        return self.needs.clock.now()

    @property
    def load(self) -> Loaders:
        """The loaders of the principal's tenant."""
        if self._loaders is None:
            self._loaders = Loaders(self.needs.database, self.tenant_id)
        return self._loaders

    def share_loaders(self) -> None:
        """Use the loaders that all streams of the tenant share."""
        self._loaders = self.needs.announcer.loaders(self.tenant_id)

    async def page(self, statement: Select[Any], order: Order, window: Window) -> Page:
        """Read one window of what the statement selects."""
        return await self.needs.database.look(partial(read_page, statement=statement, order=order, window=window))

    async def rows(self, statement: Select[Any]) -> list[Row[Any]]:
        """Read all that a statement selects; only for lists that are short by nature."""
        async with self.needs.database.read() as connection:
            return list((await connection.execute(statement)).all())


Info: TypeAlias = strawberry.Info[ApiContext, None]
