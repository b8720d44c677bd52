"""Platform budgets kept on our side: windows told by headers, token buckets, and a breaker for client errors."""

from __future__ import annotations

from hub.adapters.limits.breaker import ErrorBreaker as ErrorBreaker
from hub.adapters.limits.bucket import Bucket as Bucket
from hub.adapters.limits.lanes import RESERVES as RESERVES
from hub.adapters.limits.lanes import RESERVES_OF_THE_DAY as RESERVES_OF_THE_DAY
from hub.adapters.limits.lanes import SHARES as SHARES
from hub.adapters.limits.lanes import SHARES_OF_THE_DAY as SHARES_OF_THE_DAY
from hub.adapters.limits.lanes import Lane as Lane
from hub.adapters.limits.server_time import server_time as server_time
from hub.adapters.limits.sharing import Rule as Rule
from hub.adapters.limits.spending import faded as faded
from hub.adapters.limits.window import WindowHeaders as WindowHeaders
from hub.adapters.limits.windows import Budget as Budget
