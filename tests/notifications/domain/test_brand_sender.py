"""A brand's pages: those that its file names, and those that it has beside them by default."""

import tomllib
from typing import Any

import pytest
from notifications_service.domain.brand_sender import BrandSender
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
