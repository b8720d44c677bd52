"""The consent of a seller in Seller Central, which brings a refresh token and tells the seller's id."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from hub.adapters.amazon.tokens import TOKEN_PATH
from hub.adapters.connector import Account, Consented
from hub.adapters.http import Caller, open_client
from hub.adapters.oauth import OAuthApp, TokenEndpoint
from hub.clock import Clock
from hub.outcome import Rejected

CONSENT_PATH = "/apps/authorize/consent"


class AmazonConsent:
    """Amazon signs nothing on the way back: the ``state`` of the redirect, which the caller checks, is the proof."""

    def address(self, account: Account, state: str, redirect_uri: str) -> str:
        """Return the page of Seller Central to send the browser to. Raises Rejected without an application id."""
        application_id = account.secrets.get("application_id")
        if not application_id:
            raise Rejected("Enter the application id: without it Seller Central knows no consent.", code="no_app_id")
        asked = {"application_id": application_id, "state": state, "redirect_uri": redirect_uri}
        return f"{account.consent_url.rstrip('/')}{CONSENT_PATH}?{urlencode(asked)}"

    async def exchange(self, account: Account, clock: Clock, answer: Mapping[str, str], redirect_uri: str) -> Consented:
        """Turn ``spapi_oauth_code`` into a grant, and tell ``selling_partner_id`` as the credential ``seller_id``.

        NOT repeatable: a code works once, within minutes. Raises the outcomes of ``hub.outcome``.
        """
        code, seller_id = answer.get("spapi_oauth_code"), answer.get("selling_partner_id")
        if not code or not seller_id:
            raise Rejected("Amazon's answer holds no code: the consent was not given.", code="consent_refused")
        async with open_client(account.login_url) as client:
            app = OAuthApp(account.secrets["client_id"], account.secrets["client_secret"], TOKEN_PATH)
            grant = await TokenEndpoint(Caller(client, "amazon"), app, clock).exchange(code, redirect_uri)
        return Consented(grant, {"seller_id": seller_id})
