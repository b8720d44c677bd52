"""What the hub asks of an ERP and of a sales channel, and what an adapter may raise.

Every operation may raise the four outcomes of ``hub.outcome``: ``Throttled`` (wait, not an attempt),
``Unavailable`` (later; ``unknown=True`` when the effect may have happened), ``Rejected`` (this request
never), ``Unauthorized`` (until the credentials change). Anything else is a bug in the adapter.
Wire parsing is strict about what we need and lenient about the rest.
"""

from __future__ import annotations

from hub.adapters.port.channel import Channel as Channel
from hub.adapters.port.channel import ChannelListing as ChannelListing
from hub.adapters.port.channel import OrderRef as OrderRef
from hub.adapters.port.channel import StockUpdate as StockUpdate
from hub.adapters.port.common import ERRORS as ERRORS
from hub.adapters.port.common import LANE as LANE
from hub.adapters.port.common import HookSubscription as HookSubscription
from hub.adapters.port.common import Meter as Meter
from hub.adapters.port.common import Page as Page
from hub.adapters.port.erp import DeletedKind as DeletedKind
from hub.adapters.port.erp import DeletedRow as DeletedRow
from hub.adapters.port.erp import Erp as Erp
from hub.adapters.port.erp import StockRow as StockRow
from hub.adapters.port.grants import GrantStore as GrantStore
from hub.adapters.port.hooks import BadPayload as BadPayload
from hub.adapters.port.hooks import BadSignature as BadSignature
from hub.adapters.port.hooks import Hint as Hint
from hub.adapters.port.hooks import HookReader as HookReader
from hub.adapters.port.hooks import Pulled as Pulled
from hub.adapters.port.hooks import UnknownKey as UnknownKey
from hub.adapters.port.invoicing import MOST_LINES as MOST_LINES
from hub.adapters.port.invoicing import Invoicing as Invoicing
from hub.adapters.port.writes import Accepted as Accepted
from hub.adapters.port.writes import Conflict as Conflict
from hub.adapters.port.writes import Deferred as Deferred
from hub.adapters.port.writes import Pending as Pending
from hub.adapters.port.writes import Refused as Refused
from hub.adapters.port.writes import StockResult as StockResult
from hub.adapters.port.writes import WriteResult as WriteResult
from hub.domain.grant import Grant as Grant
