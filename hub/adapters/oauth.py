"""OAuth grants: consent, one careful refresh at a time, and client credentials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import httpx2
from anyio import CancelScope, Lock, move_on_after
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request

from hub.adapters.http import Caller, read_json
from hub.adapters.port import Grant, GrantStore
from hub.clock import Clock
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable

DUE = 570 / 600
"""The part of a token's life after which a refresh is allowed; Exact refuses earlier ones."""
SPENT = 595 / 600
"""The part of a token's life after which it is no longer used."""
LONGEST = 1 / 5
"""The part of a token's life after which is asked again at the latest whether a refresh is allowed by now."""
RENEWAL_SECONDS = 15.0
"""The longest that a renewal may take, but for a last try to store what it brought."""
STORING_SECONDS = 4.0
"""The longest that this may take. Both hold off a shutdown, and together end before the reservation does."""

ClientAuthMethod = Literal["client_secret_post", "client_secret_basic"]


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The hub's registration at a platform; URLs are absolute or relative to the caller's base."""

    client_id: str
    client_secret: str
    token_url: str
    authorize_url: str = ""
    auth_method: ClientAuthMethod = "client_secret_post"

    def __repr__(self) -> str:
        return f"OAuthApp(client_id={self.client_id!r})"


def authorize_url(app: OAuthApp, state: str, redirect_uri: str, **extra: str) -> str:
    """Return the address to send a person's browser to for consent."""
    return str(prepare_grant_uri(app.authorize_url, app.client_id, "code", redirect_uri, state=state, **extra))


class TokenRefused(Exception):
    """The token endpoint refused; ``error`` and ``description`` are its own words, never a token."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.error = error
        self.description = description


class TokenEndpoint:
    """Asks a platform's token endpoint; every grant type through the same door.

    ``lasting`` is how many seconds a token counts as valid where the answer names no end; None takes no such answer.
    """

    def __init__(self, caller: Caller, app: OAuthApp, clock: Clock, *, lasting: float | None = None) -> None:
        self._caller = caller
        self._app = app
        self._clock = clock
        self._lasting = lasting

    def authorize_url(self, state: str, redirect_uri: str, **extra: str) -> str:
        """Return the address to send the operator's browser to for consent."""
        return authorize_url(self._app, state, redirect_uri, **extra)

    async def exchange(self, code: str, redirect_uri: str, **extra: str) -> Grant:
        """Exchange the code of a consent for a grant. NOT repeatable: a code works once.

        Raises Rejected when the code is refused, Unavailable when no answer came (start the consent again).
        """
        try:
            return await self.ask("authorization_code", code=code, redirect_uri=redirect_uri, **extra)
        except TokenRefused as refused:
            raise Rejected(
                f"The consent was not accepted ({refused}): start it again.", code="consent_refused"
            ) from refused

    async def ask(self, grant_type: str, **fields: str) -> Grant:
        """Request a grant. Raises TokenRefused, Throttled or Unavailable (always unknown: a pair may have rotated)."""
        auth = ClientAuth(self._app.client_id, self._app.client_secret, self._app.auth_method)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = prepare_token_request(grant_type, **fields)
        url, headers, body = auth.prepare("POST", self._app.token_url, headers, body)
        response = await self._caller.send("token", "POST", url, headers=headers, content=body.encode())
        if response.status_code >= 500:
            raise Unavailable(f"the token endpoint cannot answer now ({response.status_code})", unknown=True)
        if response.status_code != 200:
            raise _refusal(response)
        return self._grant(read_json(response))

    def _grant(self, answer: Any) -> Grant:
        if isinstance(answer, dict) and self._lasting is not None:
            answer = {"expires_in": str(self._lasting)} | answer
        match answer:
            case {"access_token": str(access), "expires_in": int() | str() as life} if access and _is_seconds(life):
                refresh = answer.get("refresh_token")
                return Grant(access, refresh if isinstance(refresh, str) else None, self._clock.now(), float(life))
        raise Unavailable("the token endpoint's answer holds no token", unknown=True)


@dataclass(frozen=True, slots=True)
class Vouched:
    """A token that its issuer calls valid, whatever our clock says; it is not asked again for ``pause`` seconds.

    ``until`` is in monotonic seconds. Each request counts: Exact answers 200 a day, 144 of which are refreshes.
    """

    version: int
    until: float
    pause: float


class Tokens:
    """Valid access tokens of one grant with a refresh token; share one instance per grant within a process.

    A refresh happens only when 95 % of the token's life has passed, once per grant over all nodes, and
    the new pair is stored before it is used.
    """

    _repair = "The connection was lost: connect the account again and give consent."

    def __init__(self, store: GrantStore, endpoint: TokenEndpoint, clock: Clock) -> None:
        self._store = store
        self._endpoint = endpoint
        self._clock = clock
        self._lock = Lock()
        self._grant: Grant | None = None
        self._unsaved: Grant | None = None
        self._unsaved_over = 0
        self._vouched: Vouched | None = None

    async def access_token(self) -> str:
        """Return a token that is valid now. Raises Unauthorized when a person must consent again."""
        grant = self._grant
        if grant is not None and self._serves(grant):
            return grant.access_token
        async with self._lock:
            grant = self._grant = await self._store.load()
            if grant is not None and self._serves(grant):
                return grant.access_token
            return (await self._renew_or_keep(grant)).access_token

    async def renewed(self, refused: str) -> str:
        """Return another token than the one that a call was refused with (401), or the same one if it is still
        called valid by the token endpoint. Raises like ``access_token``."""
        async with self._lock:
            grant = self._grant = await self._store.load()
            if grant is not None and grant.access_token != refused and self._age(grant) < SPENT:
                return grant.access_token
            return (await self._renew(grant)).access_token

    def _serves(self, grant: Grant) -> bool:
        """Say whether a token is young by our clock, or was just called valid by whoever issued it."""
        vouched = self._vouched_for(grant)
        return self._age(grant) < DUE or (vouched is not None and self._clock.monotonic() < vouched.until)

    def _vouched_for(self, grant: Grant) -> Vouched | None:
        vouched = self._vouched
        return vouched if vouched is not None and vouched.version == grant.version else None

    def _vouch(self, grant: Grant) -> None:
        """Ask less and less often for what is refused: our clock was set since the token was issued."""
        before = self._vouched_for(grant)
        pause = min(2 * before.pause, LONGEST * grant.expires_in) if before else grant.expires_in * (1 - DUE)
        self._vouched = Vouched(grant.version, self._clock.monotonic() + pause, pause)

    def _age(self, grant: Grant) -> float:
        """Return the part of the token's life that has passed."""
        return (self._clock.now() - grant.issued_at) / timedelta(seconds=max(grant.expires_in, 0.001))

    async def _renew_or_keep(self, grant: Grant | None) -> Grant:
        """Renew, but let a token that has still some life left serve while renewing fails."""
        try:
            return await self._renew(grant)
        except (Throttled, Unavailable):
            if grant is not None and self._age(grant) < SPENT:
                return grant
            raise

    async def _renew(self, grant: Grant | None) -> Grant:
        if not self._renewable(grant):
            raise Unauthorized("There is no consent yet: connect the account.")
        version = grant.version if grant is not None else 0
        if self._unsaved is not None and self._unsaved_over != version:
            self._unsaved = None
        if self._unsaved is None and not await self._store.reserve(version):
            return await self._from_another_node(version)
        try:
            self._grant = await self._rotate(grant)
        except TokenRefused as refused:
            await self._store.release(version)
            self._grant = await self._after_refusal(grant, refused)
        except (Throttled, Unavailable):
            await self._release_unless_unsaved(version)
            raise
        return self._grant

    async def _release_unless_unsaved(self, version: int) -> None:
        """Nobody else may try while this process alone holds the pair that is alive."""
        if self._unsaved is None:
            await self._store.release(version)

    async def _rotate(self, grant: Grant | None) -> Grant:
        """Ask and store as one step that a cancellation cannot part: the old pair is dead once the new one is made.

        A pair that could not be stored is kept for the next try: it alone still opens the account. A process that was
        frozen finds its time over without having had it, and there may be no next try, for by then its actors are
        another node's and what it holds goes with them: so it tries to store once more.
        """
        with CancelScope(shield=True):
            with move_on_after(RENEWAL_SECONDS):
                return await self._stored(await self._fresh(grant))
            with move_on_after(STORING_SECONDS):
                if self._unsaved is not None:
                    return await self._stored(self._unsaved)
        raise Unavailable("renewing the grant took too long", unknown=True)

    async def _fresh(self, grant: Grant | None) -> Grant:
        over = grant.version if grant is not None else 0
        fresh = self._unsaved or replace(await self._request(grant), version=over)
        self._unsaved, self._unsaved_over = fresh, over
        return fresh

    async def _stored(self, fresh: Grant) -> Grant:
        saved = await self._store.save(fresh)
        self._unsaved = None
        return saved

    def _renewable(self, grant: Grant | None) -> bool:
        return grant is not None and grant.refresh_token is not None

    async def _request(self, grant: Grant | None) -> Grant:
        """Refresh; an answer without a refresh token leaves the old one in force."""
        old = grant.refresh_token if grant is not None else None
        fresh = await self._endpoint.ask("refresh_token", refresh_token=old or "")
        return fresh if fresh.refresh_token else replace(fresh, refresh_token=old)

    async def _from_another_node(self, version: int) -> Grant:
        stored = await self._store.load()
        if stored is not None and stored.version != version:
            self._grant = stored
            return stored
        raise Throttled(1.0, "another node is refreshing the grant")

    async def _after_refusal(self, grant: Grant | None, refused: TokenRefused) -> Grant:
        stored = await self._store.load()
        if stored is not None and (grant is None or stored.version != grant.version):
            return stored
        if stored is not None and "not expired" in refused.description.lower():
            self._vouch(stored)
            return stored
        raise Unauthorized(f"{self._repair} ({refused})") from refused


class ClientTokens(Tokens):
    """Access tokens by client credentials: no refresh token, a new one is asked for near the end of the old."""

    _repair = "The platform refuses the client id or secret: enter them again."

    def _renewable(self, grant: Grant | None) -> bool:
        return True

    async def _request(self, grant: Grant | None) -> Grant:
        return await self._endpoint.ask("client_credentials")


class MemoryGrants:
    """A grant kept by this process alone; enough for client credentials, which cost nothing to lose."""

    def __init__(self, grant: Grant | None = None) -> None:
        self._grant = grant

    async def load(self) -> Grant | None:
        return self._grant

    async def reserve(self, version: int) -> bool:
        return True

    async def release(self, version: int) -> None:
        return None

    async def save(self, grant: Grant) -> Grant:
        version = self._grant.version + 1 if self._grant is not None else 1
        self._grant = replace(grant, version=version)
        return self._grant


def _is_seconds(life: int | str) -> bool:
    try:
        return float(life) > 0
    except ValueError:
        return False


def _refusal(response: httpx2.Response) -> TokenRefused:
    try:
        answer = read_json(response)
    except Unavailable:
        answer = {}
    words = answer if isinstance(answer, dict) else {}
    error = words.get("error") or f"HTTP {response.status_code}"
    description = words.get("error_description") or response.headers.get("Reason", "")
    return TokenRefused(response.status_code, str(error)[:100], str(description)[:300])
