"""A person with a browser: opens the address, sees Exact's consent page, presses Allow."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import anyio
import httpx2

from demo.failure import DemoFailed

MOST_PAGES = 20
BROKEN = frozenset({429, 500, 502, 503, 504})


class _Form(HTMLParser):
    """Reads the first form of a page: where it goes and what is filled in already."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
        if tag == "input" and "name" in given:
            self.values[given["name"]] = given.get("value", "")


async def allow(url: str) -> bool:
    """Follow the address to the consent page and allow; say whether the page it ends on is a good one.

    Raises ``DemoFailed`` where there is no form.
    """
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        page = await _open(http, http.build_request("GET", url))
        form = _Form()
        form.feed(page.text)
        if form.action is None:
            raise DemoFailed(f"There is no consent page at {url}: {page.status_code} {page.text[:200]}")
        target = urljoin(str(page.url), form.action)
        last = await _open(http, http.build_request("POST", target, data={**form.values, "allow": "1"}))
        return last.is_success


async def _open(http: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """Send a request and follow its redirects; a page that does not load is loaded again, as people do."""
    for _ in range(MOST_PAGES):
        try:
            page = await http.send(request)
        except httpx2.TransportError:
            page = None
        if page is not None and page.has_redirect_location:
            request = http.build_request("GET", urljoin(str(page.url), page.headers["location"]))
        elif page is not None and page.status_code not in BROKEN:
            return page
        else:
            await anyio.sleep(0.1)
    raise DemoFailed(f"{request.url.copy_with(query=None)} does not load.")
