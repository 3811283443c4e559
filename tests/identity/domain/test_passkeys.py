"""Which pages passkeys may be used on, and what identity is told of them in its settings."""

from pathlib import Path
from typing import Any

import pytest
from identity_service.domain.passkeys import belongs_to, is_origin, label_of
from identity_service.settings import IdentitySettings
from pydantic import ValidationError

from tests.support.identity_fixtures import identity_settings


@pytest.mark.parametrize(
    "origin",
    [
        "https://espace.example",
        "https://espace.example:8443",
        "https://xn--sant-epa.example",
        "https://intranet",
        "http://localhost:8080",
        "http://localhost",
        "https://localhost",
    ],
)
def test_an_origin_of_a_named_host_is_taken(origin: str):
    assert is_origin(origin)


@pytest.mark.parametrize(
    "text",
    [
        "http://espace.example",  # not encrypted
        "http://127.0.0.1:8080",  # passkeys are bound to names
        "https://127.1",
        "https://[::1]",
        "https://Espace.example",  # no browser writes it so
        "https://santé.example",
        "https://espace.example:443",
        "http://localhost:80",
        "https://espace.example:65536",
        "https://espace.example/",
        "https://espace.example/connexion",
        "https://nom@espace.example",
        "https://espace.example.",
        "https://.espace.example",
        "https://*.espace.example",
        "https://espace.example\n",
        "espace.example",
        "null",
        "",
    ],
)
def test_what_no_browser_would_write_as_an_origin_is_refused(text: str):
    assert not is_origin(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("espace.example", True), ("pro.espace.example", True), ("notespace.example", False), ("example", False)],
)
def test_a_page_belongs_to_its_domain_and_to_those_above(host: str, expected: bool):
    assert belongs_to(host, "espace.example") is expected


def test_labels_keep_one_space_between_words():
    assert [label_of(one) for one in (" Clé \n de\u202fsecours ", "\u00a0 ", "")] == [
        "Clé de secours",
        "Clé d’accès",
        "Clé d’accès",
    ]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that identity can start in, without passkeys."""
    settings = identity_settings(tmp_path, "postgresql://nobody@127.0.0.1:1/none").model_dump(mode="json")
    for name in (name for name, field in IdentitySettings.model_fields.items() if field.is_required()):
        monkeypatch.setenv(f"IDENTITY_{name.upper()}", settings[name])
    return monkeypatch


def read() -> IdentitySettings:
    given: dict[str, Any] = {}  # all of it comes from the environment
    return IdentitySettings(**given)


def test_without_origins_there_are_no_passkeys(environment: pytest.MonkeyPatch):
    settings = read()

    assert (settings.passkey_origins, settings.passkey_rp_id) == ((), None)


def test_passkeys_are_bound_to_the_first_host_unless_a_domain_is_named(environment: pytest.MonkeyPatch):
    environment.setenv("IDENTITY_PASSKEY_ORIGINS", "https://espace.example, https://pro.espace.example:8443")
    bound = read()
    environment.setenv("IDENTITY_PASSKEY_RP_ID", "example")
    above = read()

    assert bound.passkey_origins == ("https://espace.example", "https://pro.espace.example:8443")
    assert (bound.passkey_rp_id, above.passkey_rp_id) == ("espace.example", "example")


@pytest.mark.parametrize(
    ("origins", "rp_id", "variable"),
    [
        ("http://127.0.0.1:8080", "", "passkey_origins"),
        ("https://espace.example,https://autre.example", "", "passkey_rp_id"),
        ("https://espace.example", "autre.example", "passkey_rp_id"),
    ],
)
def test_a_page_whose_passkeys_browsers_would_refuse_ends_the_process(
    environment: pytest.MonkeyPatch, origins: str, rp_id: str, variable: str
):
    environment.setenv("IDENTITY_PASSKEY_ORIGINS", origins)
    environment.setenv("IDENTITY_PASSKEY_RP_ID", rp_id)

    with pytest.raises(ValidationError) as refused:
        read()
    assert [one["loc"] for one in refused.value.errors()] == [(variable,)]
