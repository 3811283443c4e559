"""What must be known of the print provider before anything starts: each mistake is told by its variable, without its value."""

from pathlib import Path
from typing import Any

import pytest
from notifications_service.channels.maileva.models import TokenAnswer
from notifications_service.channels.maileva.provider import check_maileva
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.settings import NotificationsSettings
from pydantic import ValidationError
from service_kit.brands import read_brands
from service_kit.problems import SettingUnusable

from tests.support.notifications_fixtures import BRANDS, notifications_settings
from tests.support.submitted_letters_steps import brands_directory

ACCOUNT = {"maileva_client_id": "espace", "maileva_client_secret": "geheim"}


def settings(directory: Path, **changes: Any) -> NotificationsSettings:
    return notifications_settings(directory, "postgresql://nobody@127.0.0.1:9/none", "smtp://127.0.0.1:9", **changes)


def brands(directory: Path) -> dict[str, BrandSender]:
    return read_brands(directory, "notifications", BrandSender)


def refused(directory: Path, **changes: Any) -> str:
    with pytest.raises(SettingUnusable) as refusal:
        check_maileva(settings(directory, **changes), brands(brands_directory(directory)))
    return str(refusal.value).partition(":")[0]


def test_a_brand_that_uses_the_channel_needs_an_account(tmp_path: Path):
    assert refused(tmp_path) == "NOTIFICATIONS_MAILEVA_CLIENT_ID"
    assert refused(tmp_path, maileva_client_id="espace") == "NOTIFICATIONS_MAILEVA_CLIENT_SECRET"
    assert refused(tmp_path, **ACCOUNT, maileva_username="mutuelle") == "NOTIFICATIONS_MAILEVA_PASSWORD"
    check_maileva(settings(tmp_path, **ACCOUNT), brands(brands_directory(tmp_path)))


def test_brands_as_they_ship_need_none(tmp_path: Path):
    check_maileva(settings(tmp_path), brands(BRANDS))


def test_a_return_address_that_the_provider_cannot_be_told_is_refused(tmp_path: Path):
    file = brands_directory(tmp_path) / "safiag.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("99999 EXEMPLE CEDEX", "EXEMPLE"), encoding="utf-8")
    with pytest.raises(SettingUnusable) as refusal:
        check_maileva(settings(tmp_path, **ACCOUNT), brands(file.parent))

    assert str(refusal.value).startswith("safiag.toml: brand.return_address")


@pytest.mark.parametrize(
    "url", ["http://api.maileva.com", "ftp://api.maileva.com", "api.maileva.com", "https://user:pass@api.maileva.com"]
)
def test_letters_and_passwords_go_over_tls_only(tmp_path: Path, url: str):
    with pytest.raises(ValidationError) as refusal:
        settings(tmp_path, maileva_api_url=url)

    assert [error["loc"] for error in refusal.value.errors()] == [("maileva_api_url",)]


def test_a_slash_at_the_end_is_no_matter(tmp_path: Path):
    assert settings(tmp_path, maileva_api_url="https://api.maileva.com/").maileva_api_url == "https://api.maileva.com"


@pytest.mark.parametrize(
    "answer",
    [
        '{"access_token": "a\\nb"}',
        '{"access_token": "a b"}',
        '{"access_token": ""}',
        '{"access_token": "a", "expires_in": 1e400}',
        '{"access_token": "a", "expires_in": 1e13}',
        '{"access_token": "a", "expires_in": -1}',
    ],
)
def test_a_token_that_fits_no_header_or_no_calendar_is_no_answer(answer: str):
    with pytest.raises(ValidationError):
        TokenAnswer.model_validate_json(answer)
