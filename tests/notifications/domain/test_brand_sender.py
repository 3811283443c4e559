"""What a brand's file says to notifications: pages and those beside them by default, how long an access lasts, whom to call."""

import tomllib
from datetime import date, timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest
from documents_service.domain.documents import DocumentKind as IssuedKind
from identity_service.domain.accounts import Account
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.document_words import DOCUMENTS, DocumentKind
from pydantic import ValidationError

from tests.support.notifications_fixtures import BRANDS

pytestmark = pytest.mark.unit


def values(**changes: Any) -> dict[str, Any]:
    content = tomllib.loads((BRANDS / "demo.toml").read_text(encoding="utf-8"))
    return content["brand"] | content["notifications"] | changes


def test_a_file_that_does_not_name_the_newer_pages_has_them_beside_its_page_for_new_passwords():
    older = values(reset_path="/espace/adherents/nouveau")
    for name in ("sign_in_path", "activation_path", "undo_email_path"):
        del older[name]
    brand = BrandSender.model_validate(older)

    assert (brand.sign_in_path, brand.activation_path, brand.undo_email_path) == (
        "/espace/adherents/connexion",
        "/espace/adherents/activation",
        "/espace/adherents/ancienne-adresse",
    )


def test_a_page_that_a_file_names_is_taken_as_it_is():
    assert BrandSender.model_validate(values(activation_path="/ouvrir")).activation_path == "/ouvrir"


@pytest.mark.parametrize("path", ["", "activation", "/activation/", "https://ailleurs.example/a"])
def test_what_is_no_path_is_refused(path: str):
    with pytest.raises(ValidationError):
        BrandSender.model_validate(values(activation_path=path))


@pytest.mark.parametrize(
    ("end", "years"),
    [
        (date(2026, 12, 31), 5),
        (date(2028, 2, 29), 5),
        (date(2028, 2, 29), 8),
        (date(9999, 12, 31), 5),
        (date(9995, 3, 1), 5),
    ],
)
def test_a_member_reads_until_when_identity_lets_them_in(end: date, years: int):
    last = BrandSender.model_validate(values(read_only_years=years)).read_only_until(end)
    account = Account(uuid4(), "mgas", uuid4(), date(2020, 1, 1), end, None, None, None)

    assert account.usable_on(last, read_only_years=years)
    assert last == date.max or not account.usable_on(last + timedelta(days=1), read_only_years=years)


def test_a_telephone_number_stays_on_one_line():
    assert BrandSender.model_validate(values(phone="01 99 00 12 34")).phone == "01\u00a099\u00a000\u00a012\u00a034"


def test_the_documents_that_can_be_announced_are_those_that_documents_issues():
    assert get_args(DocumentKind) == get_args(IssuedKind)
    assert DOCUMENTS.keys() == set(get_args(IssuedKind))
