"""The settings: one frozen object, read from the environment once and handed down as values.

The fields below are also the table of all variables: name, default and meaning stand in one place.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

PREFIX = "HUB_"
OTHERS = ("HUB_TEST_", "HUB_BENCH_", "HUB_DEMO_")
"""Prefixes that belong to the tests, the benches and the demo, not to the hub."""


class BadSettings(Exception):
    """Some variables are wrong; ``problems`` names every one of them and says what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _setting(default: T, read: Callable[[str], T], meaning: str, shown: str | None = None) -> T:
    """Declare one variable; ``shown`` replaces the default in the table where it is computed."""
    made: T = field(default=default, metadata={"read": read, "meaning": meaning, "shown": shown})
    return made


def _text(value: str) -> str:
    return value


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"is not a number; give one from {low:g} to {high:g}") from None
        if not low <= number <= high:
            raise ValueError(f"is out of range; give a number from {low:g} to {high:g}")
        return number

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ValueError(f"is not usable; give a whole number from {low} to {high}")
        return int(value)

    return read


def _flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.lower() not in known:
        raise ValueError("is neither yes nor no; give 1 or 0")
    return known[value.lower()]


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"is not an address; give one that starts with {' or '.join(f'{s}://' for s in schemes)}")
        return value.rstrip("/")

    return read


def _database(value: str) -> str:
    scheme = value.partition(":")[0].partition("+")[0]
    if scheme not in ("sqlite", "postgresql", "postgres") or "://" not in value:
        raise ValueError("is not a database; give sqlite:///path/to/file.db or postgresql://user@host/name")
    return value


def _level(value: str) -> str:
    if value.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("is not a log level; give debug, info, warning or error")
    return value.lower()


def _key(value: str) -> str:
    if len(value) < 16 or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("is too easy to guess; give 16 characters or more, without spaces")
    return value


_web = _url("http", "https")
_seconds = _number(0.01, 30 * 86400)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set from outside. Durations in seconds, sizes in bytes, addresses without a final slash."""

    database_url: str = _setting(
        "sqlite:///handelhub.db",
        _database,
        "Where everything is kept: `sqlite:///file` (one process), `postgresql://user:password@host/db` (many nodes).",
    )
    host: str = _setting("127.0.0.1", _text, "Address to listen on.")
    port: int = _setting(8000, _whole(0, 65535), "Port to listen on; 0 takes a free one.")
    public_url: str = _setting(
        "",
        _web,
        "The hub's own address as Exact, bol.com and browsers reach it; webhooks and the OAuth redirect use it.",
        shown="http://HOST:PORT",
    )
    keys: str = _setting(
        "",
        _text,
        "Keys for credentials and buyers' data, base64 of 32 bytes each, comma-separated: the first seals, all open.",
    )
    key_file: str = _setting(
        "handelhub.key", _text, "File with one key per line, used without `HUB_KEYS`; made (mode 0600) if missing."
    )
    exact_url: str = _setting("https://start.exactonline.nl", _web, "Exact Online: the host of the customer's country.")
    bol_url: str = _setting("https://api.bol.com", _web, "bol.com Retailer API.")
    bol_login_url: str = _setting("https://login.bol.com", _web, "bol.com token service.")
    amazon_url: str = _setting("https://sellingpartnerapi-eu.amazon.com", _web, "Amazon Selling Partner API.")
    amazon_login_url: str = _setting("https://api.amazon.com", _web, "Login with Amazon, which gives the tokens.")
    amazon_consent_url: str = _setting(
        "https://sellercentral-europe.amazon.com", _web, "Seller Central, where a seller consents."
    )
    shopify_url: str = _setting("", _web, "Shop address of Shopify channels made without one.")
    vendure_url: str = _setting("", _web, "Server address of Vendure channels made without one.")
    woocommerce_url: str = _setting("", _web, "Shop address of WooCommerce channels made without one.")
    generic_url: str = _setting("", _web, "Address of own shops and portals connected without one.")
    vies_url: str = _setting(
        "https://ec.europa.eu/taxation_customs/vies/rest-api", _web, "VIES, the union's register of VAT numbers."
    )
    oidc_issuer: str = _setting("", _web, "Issuer of accepted OIDC access tokens; empty accepts none.")
    oidc_audience: str = _setting("", _text, "Audience that those tokens must carry; needed with an issuer.")
    oidc_jwks_url: str = _setting("", _web, "Where the issuer's keys are; needed with an issuer.")
    oidc_tenant_claim: str = _setting("tenant", _text, "Claim that names the tenant.")
    oidc_role_claim: str = _setting("role", _text, "Claim that names the role: viewer, operator or admin.")
    node: str = _setting("", _text, "Name of this node in leases and logs.", shown="HOSTNAME-PID")
    node_file: str = _setting(
        "", _text, "File that a node on PostgreSQL locks for life: after a crash it takes over its own actors at once."
    )
    lease_seconds: float = _setting(15.0, _number(0.5, 3600), "How long an actor stays with a node that went silent.")
    poll_seconds: float = _setting(1.0, _number(0.01, 60), "How often unowned mail is looked for when no bell rings.")
    drain_seconds: float = _setting(10.0, _number(0, 600), "How long running turns may take to end after SIGTERM.")
    demo: bool = _setting(False, _flag, "Demo mode: shows GraphiQL on `/graphql`.")
    body_limit: int = _setting(1_048_576, _whole(1024, 64_000_000), "Largest body of a webhook or GraphQL request.")
    webhook_rate: float = _setting(500.0, _number(0.1, 1e9), "Webhooks a second that one connection may send for long.")
    webhook_burst: int = _setting(5000, _whole(1, 1_000_000_000), "Webhooks that one connection may send at once.")
    stock_sweep_seconds: float = _setting(300.0, _seconds, "Pace of the FreeStock sweep per division.")
    delivery_sweep_seconds: float = _setting(600.0, _seconds, "Pace of the goods delivery sweep per division.")
    catalogue_seconds: float = _setting(21600.0, _seconds, "Pace of reading items, VAT codes and warehouses again.")
    listings_seconds: float = _setting(
        21600.0, _seconds, "Pace of reading a channel's listings again, and comparing what they show."
    )
    patrol_seconds: float = _setting(
        5.0, _seconds, "Pause between two pages of a channel's listings that are read back."
    )
    read_lag_seconds: float = _setting(
        60.0, _seconds, "How old the numbers in a channel's list of listings may be without being wrong."
    )
    late_hint_seconds: float = _setting(
        60.0, _seconds, "How long a webhook may take before an order counts as found by the sweep alone."
    )
    hook_check_seconds: float = _setting(86400.0, _seconds, "Pace of checking and healing webhook subscriptions.")
    erasure_seconds: float = _setting(86400.0, _seconds, "Pace of looking for buyers whose time is over, per channel.")
    stock_gather_seconds: float = _setting(1.0, _seconds, "Shortest time between two FreeStock reads of a division.")
    stock_gather_most_seconds: float = _setting(
        5.0, _seconds, "Longest time between two FreeStock reads while a burst of changes lasts."
    )
    longest_backoff_seconds: float = _setting(
        300.0, _seconds, "Longest pause between two tries while a platform is away."
    )
    follow_seconds: float = _setting(2.0, _seconds, "Pace of asking how a channel's asynchronous write ended.")
    queue_seconds: float = _setting(5.0, _seconds, "Pace of looking into the event queue of a channel that has one.")
    evidence_seconds: float = _setting(
        300.0, _seconds, "Pace of asking the VAT register again about a buyer whose order waits for it."
    )
    settle_seconds: float = _setting(
        20.0,
        _number(0, 3600),
        "How long an order whose answer was lost may still land in Exact before it is sent again.",
    )
    metrics_token: str = _setting(
        "", _key, "Bearer token with which Prometheus may read `/metrics`; without one that page does not exist."
    )
    metrics_seconds: float = _setting(15.0, _number(0.1, 120), "Pace of reading gauges of the whole hub for metrics.")
    log_level: str = _setting("info", _level, "Least important log lines to write: debug, info, warning or error.")

    @property
    def sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read all ``HUB_`` variables; raises ``BadSettings`` with every problem at once; empty counts as absent."""
    values: dict[str, Any] = {}
    problems = _unknown(environ)
    for one in fields(Settings):
        given = environ.get(variable(one), "").strip()
        if not given:
            continue
        try:
            values[one.name] = one.metadata["read"](given)
        except ValueError as wrong:
            problems.append(f"{variable(one)} {wrong}")
    problems += _together(values)
    if problems:
        raise BadSettings(problems)
    return Settings(**_computed(values))


def variable(one: Field[Any]) -> str:
    """Return the name of a field's environment variable."""
    return PREFIX + one.name.upper()


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = [variable(one) for one in fields(Settings)]
    strange = [name for name in environ if name.startswith(PREFIX) and name not in known]
    return [_strange(name, known) for name in sorted(strange) if not name.startswith(OTHERS)]


def _strange(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"{name} is not a setting; {f'did you mean {near[0]}?' if near else 'remove it'}"


def _together(values: Mapping[str, Any]) -> list[str]:
    if not values.get("oidc_issuer"):
        return []
    missing = [name for name in ("oidc_audience", "oidc_jwks_url") if not values.get(name)]
    return [f"{PREFIX}{name.upper()} is missing; it is needed with HUB_OIDC_ISSUER" for name in missing]


def _computed(values: dict[str, Any]) -> dict[str, Any]:
    host, port = values.get("host", "127.0.0.1"), values.get("port", 8000)
    return {
        "public_url": f"http://{host}:{port}",
        "node": f"{socket.gethostname()}-{os.getpid()}",
        **values,
    }


def settings_table() -> str:
    """Return the Markdown table of all variables, as it stands in the README."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for one in fields(Settings):
        default = one.metadata["shown"] or ("" if one.default is MISSING else _plain(one.default))
        rows.append(f"| `{variable(one)}` | {f'`{default}`' if default else ''} | {one.metadata['meaning']} |")
    return "\n".join(rows)


def _plain(value: object) -> str:
    match value:
        case bool():
            return "1" if value else "0"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
