"""From a member's event to a card: what is issued, what is not, and what takes the place of what."""

import re
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from service_kit.broker import Verdict

from tests.support.documents_fixtures import RunningDocuments, member_state

LABELS = ("Période de validité", "N° adhérent", "N° AMC", "Type de convention", "CSR")


async def stored_pdf(service: RunningDocuments, document_id: UUID) -> bytes:
    (row,) = await service.rows("SELECT storage_key, sha256 FROM documents WHERE id = $1", document_id)
    return await service.documents.vault.get(row["storage_key"], sha256=row["sha256"])


def text_of(pdf: bytes) -> str:
    return re.sub("[ \u00a0\r\n]+", " ", pdfium.PdfDocument(pdf)[0].get_textpage().get_text_range())


async def states(service: RunningDocuments) -> list[tuple[int, str]]:
    rows = await service.rows("SELECT member_version, state FROM documents ORDER BY member_version")
    return [(row["member_version"], row["state"]) for row in rows]


async def statuses(service: RunningDocuments) -> list[tuple[int, str]]:
    rows = await service.rows("SELECT member_version, status FROM issues ORDER BY member_version")
    return [(row["member_version"], row["status"]) for row in rows]


async def test_an_enrolled_member_gets_a_tagged_card_with_the_five_labels_and_the_brand_s_numbers(service):
    await service.enrol()
    (row,) = await service.rows("SELECT * FROM documents")
    pdf = await stored_pdf(service, row["id"])
    text = text_of(pdf)

    assert b"/StructTreeRoot" in pdf
    assert [label for label in LABELS if label not in text] == []
    assert "du 01/01/2026 au 31/12/2026" in text
    assert "N° AMC 99000002" in text
    assert "N° de sécurité sociale 1 74 02 57 519 001" in text
    assert "Quimperlé Aëlys 13/04/2018" in text
    assert f"Référence\u202f: {row['id']}" in text
    assert row["size"] == len(pdf)


async def test_the_row_of_an_issued_card_says_all_but_who_it_is(service):
    data = await service.enrol()
    (row,) = await service.rows(
        """
        SELECT member_id::text, brand, kind, state, valid_from::text, valid_until::text, issued_at, file_name FROM documents
        """
    )

    assert row == {
        "member_id": data["member_id"],
        "brand": "mgas",
        "kind": "third_party_payment_card",
        "state": "valid",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "issued_at": service.clock.now(),
        "file_name": "Carte de tiers payant 2026 – MGAS.pdf",
    }


async def test_the_content_is_blank_once_the_card_is_issued(service):
    await service.hear("member.enrolled.v1", member_state())
    (before,) = await service.rows("SELECT status, content FROM issues")
    await service.issue()
    (after,) = await service.rows("SELECT status, content FROM issues")

    assert before["status"] == "planned"
    assert len(before["content"]) > 500
    assert after == {"status": "done", "content": None}


async def test_the_same_event_delivered_twice_gives_one_card(service):
    data, event_id = member_state(), UUID(int=7)
    first = await service.hear("member.enrolled.v1", data, event_id=event_id)
    again = await service.hear("member.enrolled.v1", data, event_id=event_id)
    published_anew = await service.hear("member.enrolled.v1", data)
    await service.issue()

    assert (first, again, published_anew) == (Verdict.DONE, Verdict.DONE, Verdict.DONE)
    assert await states(service) == [(1, "valid")]
    assert len(service.stored_files()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"last_name": "Duval"},
        {"nir": "2740257519001"},
        {"beneficiaries": []},
        {"responsible": False},
        {"guarantees": [{"code": "HOSP", "level": "300%"}]},
        {"end_date": "2026-11-30"},
        {"statement_identifier": "1234567890"},
    ],
)
async def test_a_change_that_shows_on_the_card_gives_a_new_one_and_ends_the_former(service, change):
    data = await service.enrol()
    await service.change(data, **change)

    assert await states(service) == [(1, "superseded"), (2, "valid")]


@pytest.mark.parametrize(
    "change",
    [
        {"email": "autre@example.org"},
        {"address": {"city": "Amiens", "country": "FR"}},
        {"birth_name": "Martin"},
        {"product": "Confort"},
        {"guarantees": [{"code": "OPAU", "level": "250 EUR"}, {"code": "HOSP", "level": "200%"}]},
    ],
)
async def test_a_change_that_does_not_show_on_the_card_issues_nothing(service, change):
    data = await service.enrol()
    await service.change(data, **change)

    assert await states(service) == [(1, "valid")]
    assert await statuses(service) == [(1, "done"), (2, "unchanged")]


async def test_an_older_version_that_arrives_late_is_ignored(service):
    data = await service.enrol(version=3)
    await service.change(data, email="autre@example.org", version=5)
    await service.change(data, last_name="Ancien", version=2)
    await service.change(data, last_name="Ancien", version=4)

    assert await states(service) == [(3, "valid")]
    assert await statuses(service) == [(3, "done"), (5, "unchanged")]


async def test_a_newer_version_takes_the_place_of_one_that_is_planned(service):
    data = member_state()
    await service.hear("member.enrolled.v1", data)
    await service.change(data, last_name="Duval")
    (old,) = await service.rows("SELECT status, content FROM issues WHERE member_version = 1")

    assert old == {"status": "superseded", "content": None}
    assert await states(service) == [(2, "valid")]


async def test_a_planned_card_is_still_issued_when_news_that_does_not_show_comes_first(service):
    data = member_state()
    await service.hear("member.enrolled.v1", data)
    await service.change(data, email="autre@example.org")

    assert await states(service) == [(1, "valid")]


async def test_nothing_is_issued_for_a_contract_that_has_ended(service):
    await service.enrol(end_date="2026-11-20")

    assert await states(service) == []
    assert await statuses(service) == [(1, "not_due")]


async def test_the_card_expires_at_once_when_the_contract_is_found_to_have_ended(service):
    data = await service.enrol()
    ended = await service.change(data, end_date="2026-10-31")
    after_the_end = await states(service)
    await service.change(ended, end_date=None)

    assert after_the_end == [(1, "expired")]
    assert await states(service) == [(1, "expired"), (3, "valid")]


async def test_a_contract_not_yet_in_force_gets_a_card_from_its_effective_date_on(service):
    await service.enrol(effective_date="2027-03-01")
    (row,) = await service.rows("SELECT valid_from::text, valid_until::text FROM documents")

    assert row == {"valid_from": "2027-03-01", "valid_until": "2027-12-31"}


async def test_two_members_and_two_brands_do_not_touch_each_other_s_cards(service):
    data = await service.enrol()
    await service.enrol(2)
    await service.enrol(brand="safiag", version=2)
    rows = await service.rows(
        "SELECT brand, member_id::text, state FROM documents WHERE member_id = $1", data["member_id"]
    )

    assert sorted((row["brand"], row["state"]) for row in rows) == [("mgas", "valid"), ("safiag", "valid")]
    assert len(await states(service)) == 3


async def test_a_member_without_first_name_title_and_statement_identifier_gets_a_card(service):
    await service.enrol(
        first_name=None, title=None, statement_identifier=None, birth_date="1974-00-00", beneficiaries=[]
    )
    (row,) = await service.rows("SELECT id FROM documents")

    assert "Da Silva-Canarie 00/00/1974" in text_of(await stored_pdf(service, row["id"]))


async def test_a_member_of_a_brand_that_is_not_configured_goes_to_the_dead_letters(service):
    verdict = await service.hear("member.enrolled.v1", member_state(brand="inconnue"))

    assert verdict is Verdict.DEAD
    assert await statuses(service) == []


async def test_a_number_that_does_not_fit_on_a_card_is_left_to_the_back_office(service):
    verdict = await service.hear("member.enrolled.v1", member_state(membership_number="1234567890123456"))
    (row,) = await service.rows("SELECT status, failure, content FROM issues")

    assert verdict is Verdict.DONE
    assert row == {"status": "failed", "failure": "card-not-printable", "content": None}


async def test_a_corrected_member_gets_the_card_that_could_not_be_issued(service):
    data = await service.enrol(membership_number="1234567890123456")
    await service.change(data, membership_number="12345678")

    assert await states(service) == [(2, "valid")]
    assert await statuses(service) == [(1, "superseded"), (2, "done")]


async def test_each_document_is_told_with_the_one_whose_place_it_takes_and_with_nothing_personal(service):
    data = await service.enrol()
    await service.hear("member.changed.v1", data | {"version": 2, "last_name": "Autre"})
    await service.issue()
    former, newer = await service.rows("SELECT id, issued_at FROM documents ORDER BY member_version")
    events = await service.rows("SELECT type, subject, data, sealed FROM outbox ORDER BY position")

    assert [(one["type"], one["subject"]) for one in events] == [
        ("document.issued.v1", f"document/{former['id']}"),
        ("document.issued.v1", f"document/{newer['id']}"),
    ]
    assert [one["data"]["replaces"] for one in events] == [None, str(former["id"])]
    assert events[1]["data"] | {"issued_at": None} == {
        "version": 1,
        "document_id": str(newer["id"]),
        "member_id": data["member_id"],
        "brand": "mgas",
        "kind": "third_party_payment_card",
        "issued_at": None,
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "replaces": str(former["id"]),
        "file_name": None,
        "termination": None,
    }
