"""Platform budgets kept on our side: windows told by headers, token buckets, and a breaker for client errors."""

from __future__ import annotations

from hub.adapters.limits.breaker import ErrorBreaker as ErrorBreaker
from hub.adapters.limits.bucket import Bucket as Bucket
from hub.adapters.limits.lanes import RESERVES as RESERVES
from hub.adapters.limits.lanes import Lane as Lane
from hub.adapters.limits.windows import Budget as Budget
from hub.adapters.limits.windows import WindowHeaders as WindowHeaders
