"""What documents of several subjects have in common."""

from __future__ import annotations

PAGE = "pageInfo { hasNextPage endCursor }"

MONEY = "fragment Money on MoneyBag { shopMoney { amount } presentmentMoney { amount } }"
