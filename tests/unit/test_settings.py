"""The settings: read once, checked together, described in one table."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from hub.settings import BadSettings, Settings, read_settings, settings_table, variable


def test_an_empty_environment_gives_a_working_local_hub() -> None:
    settings = read_settings({})
    assert settings.database_url == "sqlite:///handelhub.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.sqlite
    assert settings.node
    assert not settings.demo


def test_variables_outside_the_hub_are_left_alone() -> None:
    assert read_settings({"PATH": "/bin", "HUB_TEST_POSTGRES": "x"}) == read_settings({})


def test_values_are_read_into_their_types() -> None:
    settings = read_settings(
        {
            "HUB_PORT": "9000",
            "HUB_KEY_FILE": "secret.key",
            "HUB_DEMO": "yes",
            "HUB_LEASE_SECONDS": "2.5",
            "HUB_PUBLIC_URL": "https://hub.example/",
            "HUB_DATABASE_URL": "postgresql://hub@db/hub",
        }
    )
    assert (settings.port, settings.key_file, settings.demo) == (9000, "secret.key", True)
    assert (settings.lease_seconds, settings.public_url) == (2.5, "https://hub.example")
    assert not settings.sqlite


def test_all_wrong_values_are_reported_at_once_with_their_names() -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings(
            {
                "HUB_PORT": "eighty",
                "HUB_DATABASE_URL": "mysql://nope",
                "HUB_LEASE_SECONDS": "0",
                "HUB_DEMO": "maybe",
                "HUB_EXACT_URL": "start.exactonline.nl",
                "HUB_LOG_LEVEL": "loud",
                "HUB_POLL_SECONDS": "nan",
            }
        )
    named = [problem.split()[0] for problem in caught.value.problems]
    assert named == [
        "HUB_DATABASE_URL",
        "HUB_PORT",
        "HUB_EXACT_URL",
        "HUB_LEASE_SECONDS",
        "HUB_POLL_SECONDS",
        "HUB_DEMO",
        "HUB_LOG_LEVEL",
    ]
    assert all("give" in problem for problem in caught.value.problems)


def test_a_mistyped_variable_is_named_with_the_right_one() -> None:
    with pytest.raises(BadSettings, match=r"HUB_PROT is not a setting; did you mean HUB_PORT\?"):
        read_settings({"HUB_PROT": "8000"})


def test_an_issuer_needs_its_audience_and_keys() -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings({"HUB_OIDC_ISSUER": "https://login.example"})
    assert len(caught.value.problems) == 2


def test_a_wrong_key_is_never_repeated_in_the_message() -> None:
    """Wrong values are described, not quoted: one of them might be a secret put into the wrong variable."""
    with pytest.raises(BadSettings) as caught:
        read_settings({"HUB_PORT": "hunter2secret"})
    assert "hunter2secret" not in str(caught.value)


def test_the_table_names_every_variable_with_a_meaning() -> None:
    table = settings_table()
    assert all(f"`{variable(one)}`" in table for one in fields(Settings))
    assert all(one.metadata["meaning"].endswith(".") for one in fields(Settings))


def test_the_readme_shows_the_table_as_it_is() -> None:
    """After a change: put what ``python main.py settings`` prints into the README."""
    assert settings_table() in (Path(__file__).parents[2] / "README.md").read_text()
