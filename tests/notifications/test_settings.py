"""Settings: a relay's address in all its forms, and mistakes that are told by the variable's name."""

from pathlib import Path
from typing import Any

import pytest
from notifications_service.channels.smtp_session import Relay
from notifications_service.settings import NotificationsSettings

from tests.support.notifications_fixtures import environment_of, notifications_settings

pytestmark = pytest.mark.unit


def relay(url: str) -> Relay:
    return Relay.at(url, client_name=None, answer_seconds=1, data_seconds=1, idle_seconds=1)


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://relais.example", 25, False, None),
        ("smtp://relais.example:587?starttls=required", 587, False, True),
        ("smtp://relais.example:1025?starttls=never", 1025, False, False),
        ("smtps://relais.example", 465, True, False),
        ("smtp://espace:secret@relais.example", 25, False, True),
        ("smtp://espace:secret@relais.example?starttls=offered", 25, False, None),
        ("smtps://espace:secret@relais.example", 465, True, False),
    ],
)
def test_an_address_says_port_and_encryption(url: str, port: int, tls: bool, starttls: bool | None):
    found = relay(url)

    assert (found.host, found.port, found.tls, found.starttls) == ("relais.example", port, tls, starttls)


def test_user_name_and_password_are_percent_decoded():
    found = relay("smtp://espace%40mgas.example:p%3Ass@relais.example")

    assert (found.username, found.password) == ("espace@mgas.example", "p:ss")


@pytest.mark.parametrize(
    "url",
    [
        "http://relais.example",
        "relais.example:25",
        "smtp:///x",
        "smtp://x?starttls=maybe",
        "smtp://x?tls=1",
        "smtps://x?starttls=required",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(url: str):
    with pytest.raises(ValueError, match=r"expected|only option") as refused:
        relay(url)

    assert url not in str(refused.value)


def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **changes: str) -> NotificationsSettings:
    settings = notifications_settings(tmp_path, "postgresql://nobody.invalid/x", "smtp://relais.example")
    for name, value in (environment_of(settings) | changes).items():
        monkeypatch.setenv(name, value)
    return NotificationsSettings.from_environment()


def test_lists_of_pauses_are_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    settings = started(monkeypatch, tmp_path, NOTIFICATIONS_RETRY_SECONDS="[0.5, 1, 2]")

    assert settings.retry_seconds == [0.5, 1, 2]


def test_the_second_relay_is_written_as_the_first_and_limits_of_domains_are_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    second, limits = "smtp://espace:secret@secours.example", '{"orange.example": 5, "*": 0.5}'
    settings = started(
        monkeypatch, tmp_path, NOTIFICATIONS_SMTP_SECOND_URL=second, NOTIFICATIONS_DOMAINS_PER_SECOND=limits
    )

    assert [found.host for found in settings.relays()] == ["relais.example", "secours.example"]
    assert settings.domains_per_second == {"orange.example": 5, "*": 0.5}
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFICATIONS_SMTP_URL", "http://relais.example"),
        ("NOTIFICATIONS_RETRY_SECONDS", "[]"),
        ("NOTIFICATIONS_RETRY_SECONDS", "[-1]"),
        ("NOTIFICATIONS_SMTP_SESSIONS", "0"),
        ("NOTIFICATIONS_SMTP_SECOND_URL", "http://relais.example"),
        ("NOTIFICATIONS_SMTP_PER_SECOND", "0"),
        ("NOTIFICATIONS_BULK_PER_MINUTE", "-1"),
        ("NOTIFICATIONS_DOMAINS_PER_SECOND", '{"orange.example": 0}'),
        ("NOTIFICATIONS_DOMAINS_PER_SECOND", '{"@orange.example": 5}'),
        ("NOTIFICATIONS_LEASE_SECONDS", "30"),
        ("NOTIFICATIONS_PUBLIC_URL", "espace.example"),
    ],
)
def test_a_mistake_ends_the_start_with_the_variables_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any, name: str, value: str
):
    with pytest.raises(SystemExit) as ended:
        started(monkeypatch, tmp_path, **{name: value})

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"{name}: ")
