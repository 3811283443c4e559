"""A document's state on a day, and the name of its file."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from documents_service.domain.documents import TITLES, Document, file_name_of


def card(**changes) -> Document:
    facts = {
        "id": uuid4(),
        "brand": "mgas",
        "member_id": uuid4(),
        "kind": "third_party_payment_card",
        "subject_id": uuid4(),
        "subject_version": 1,
        "state": "valid",
        "issued_at": datetime(2026, 1, 1, tzinfo=UTC),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "sha256": b"",
        "size": 1,
        "storage_key": "k",
        "template_version": "t",
        "file_name": "f",
        "title": "t",
    }
    return Document(**(facts | changes))


@pytest.mark.parametrize(
    ("state", "day", "expected"),
    [
        ("valid", date(2026, 12, 31), "valid"),
        ("valid", date(2027, 1, 1), "expired"),
        ("superseded", date(2027, 1, 1), "superseded"),
        ("expired", date(2026, 5, 1), "expired"),
    ],
)
def test_a_valid_document_expires_the_day_after_its_last_one(state, day, expected):
    assert expected == card(state=state).state_on(day)


def test_a_file_is_named_in_french_by_kind_year_and_brand():
    named = file_name_of("Carte de tiers payant", brand_name="Mutuelle Démonstration", year=2026)

    assert named == "Carte de tiers payant 2026 – Mutuelle Démonstration.pdf"


def test_every_kind_of_the_api_has_a_french_title():
    expected = {
        "third_party_payment_card",
        "membership_certificate",
        "tax_certificate",
        "termination_certificate",
        "reimbursement_statement",
        "contribution_notice",
        "termination_notice",
        "contractual_document",
    }
    assert expected == set(TITLES)
