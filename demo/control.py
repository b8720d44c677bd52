"""The hand that moves the simulated world: buyers, the wholesaler's people in Exact, and bad luck."""

from __future__ import annotations

from typing import Any, cast

import httpx2

from demo.failure import DemoFailed

Json = dict[str, Any]


class Control:
    """Speaks to the sandbox's control side, which no fault touches."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url

    async def act(self, action: str, **asked: Any) -> Json | None:
        """Do something; None where the world does not allow it now (sold out, refused by Exact)."""
        answer = await self._http.post(f"{self._url}/_control/{action}", json=asked)
        if answer.status_code in (409, 422):
            return None
        if answer.status_code != 200:
            raise DemoFailed(f"The sandbox refuses {action} {asked}: {answer.text[:300]}")
        return cast(Json, answer.json())

    async def ledger(self) -> Json:
        """Return the truth about the run, as the simulated platforms kept it."""
        return cast(Json, (await self._http.get(f"{self._url}/_control/ledger")).raise_for_status().json())

    async def waiting(self) -> set[str]:
        """Return by name what is on its way: paid sales that are not in Exact, parcels not known to their channel."""
        told = (await self._http.get(f"{self._url}/_control/waiting")).raise_for_status().json()
        return {*told["sales"], *told["parcels"]}

    async def books(self) -> list[Json]:
        """Return what Exact's books hold per channel and VAT rate."""
        return cast(list[Json], (await self._http.get(f"{self._url}/_control/books")).raise_for_status().json())
