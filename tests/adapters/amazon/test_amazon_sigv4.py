"""Signing, held against the signatures that AWS publishes for its own test requests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.adapters.amazon.sigv4 import Signer

AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
SUITE = "https://example.amazonaws.com"


@pytest.mark.parametrize(
    ("method", "url", "headers", "service", "signature"),
    [
        ("GET", f"{SUITE}/", {}, "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", f"{SUITE}/", {}, "service", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            f"{SUITE}/?Param2=value2&Param1=value1",
            {},
            "service",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
            {"Content-Type": FORM},
            "iam",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order-key-case", "the guide's example"],
)
def test_published_requests_get_their_published_signatures(
    method: str, url: str, headers: dict[str, str], service: str, signature: str
) -> None:
    signed = Signer("AKIDEXAMPLE", SECRET, "us-east-1", service).signed(method, url, headers, b"", AT)
    assert signed["Authorization"].endswith(f"Signature={signature}")
    assert f"Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request" in signed["Authorization"]


def test_the_secret_is_never_shown() -> None:
    assert SECRET not in repr(Signer("AKIDEXAMPLE", SECRET, "eu-west-1", "sqs"))
