"""From a registered termination to its notice: one for each version that says something else, as it is stored, for its member."""

import base64
import hashlib
import re
from typing import Any
from uuid import UUID, uuid4

import pypdfium2 as pdfium
import pytest
from service_kit import outbox
from service_kit.broker import Verdict

from tests.support.documents_fixtures import RunningDocuments, member_state, termination

REGISTERED = "termination.registered.v1"


async def register(service: RunningDocuments, number: int = 1, **changes: Any) -> dict[str, Any]:
    """Register a termination, issue its notice, and return the event's data."""
    data = termination(number, **changes)
    assert await service.hear(REGISTERED, data) is Verdict.DONE
    await service.issue()
    return data


async def notices(service: RunningDocuments) -> list[dict[str, Any]]:
    return await service.rows(
        "SELECT id, state, sha256, storage_key, title, file_name, valid_until::text FROM documents ORDER BY issued_at"
    )


async def text_of(service: RunningDocuments, notice: dict[str, Any]) -> str:
    pdf = await service.documents.vault.get(notice["storage_key"], sha256=notice["sha256"])
    return re.sub(r"[\u00a0\u202f\s]+", " ", pdfium.PdfDocument(pdf)[0].get_textpage().get_text_range())


async def get(service: RunningDocuments, path: str, person_id: object) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {service.access_token(str(person_id))}"}
    async with service.served() as client, client.get(f"/v1/me/documents{path}", headers=headers) as answer:
        return answer.status, await answer.read()


async def test_a_registered_termination_gives_a_notice_of_receipt_end_effects_and_refund(service):
    await register(service)
    (notice,) = await notices(service)
    text = await text_of(service, notice)

    assert (notice["title"], notice["file_name"]) == ("Avis de résiliation", "Avis de résiliation 2026 – MGAS.pdf")
    assert notice["valid_until"] == "2031-12-31"
    for words in (
        "samedi 21 novembre 2026 à 9 h 14 (heure de Paris)",
        "Essentielle, n° d’adhésion 90757001, au nom de M. Zoëlig Da Silva-Canarie",
        "résiliation à l’échéance",
        "31 décembre 2026, dernier jour couvert",
        "Dès le lendemain, votre carte de tiers payant n’est plus valable",
        "dans les 30 jours qui suivent cette date, soit au plus tard le 30 janvier 2027",
        "des intérêts au taux légal",
        "jusqu’au 31 décembre 2031",
        "Médiateur de l’exemple",
    ):
        assert words in text


async def test_a_requalified_termination_is_explained_and_a_withdrawal_has_its_own_words(service):
    await register(service, requalified=True, motive="chatel_late_notice")
    await register(service, 2, use="withdrawal", motive=None, refund_by=None)
    requalified, withdrawal = await notices(service)
    why, other = await text_of(service, requalified), await text_of(service, withdrawal)

    assert "Votre contrat ayant plus d’un an, nous avons appliqué la règle" in why
    assert "avis d’échéance envoyé trop tard" not in why
    assert "Pourquoi cette date" not in other
    assert "Avis de renonciation à votre contrat" in other
    assert "résiliation" not in other
    assert withdrawal["file_name"] == "Avis de renonciation 2026 – MGAS.pdf"


@pytest.mark.parametrize(
    ("motive", "said"),
    [
        ("death", ["Nous avons appris le décès de M. Zoëlig Da Silva-Canarie", "Madame, Monsieur,"]),
        ("unpaid", ["malgré notre mise en demeure", "article L221-7", "Décision du"]),
    ],
)
async def test_nobody_is_thanked_for_a_request_that_nobody_has_sent(service, motive: str, said: list[str]):
    await register(service, motive=motive)
    (notice,) = await notices(service)
    text = await text_of(service, notice)

    assert [words for words in said if words not in text] == []
    assert "demande de résiliation" not in text
    assert notice["file_name"] == "Avis de fin de contrat 2026 – MGAS.pdf"


async def test_what_is_told_again_or_says_the_same_changes_nothing(service):
    data = await register(service)
    await service.hear(REGISTERED, data)
    await service.hear(
        REGISTERED, data | {"version": 2, "product": "Confort", "holder": data["holder"] | {"title": "Mme"}}
    )
    await service.hear(REGISTERED, data | {"version": 1, "effective_date": "2027-01-31"})
    await service.issue()

    assert [one["state"] for one in await notices(service)] == ["valid"]
    assert len(await service.told()) == 1


async def test_a_corrected_date_gives_a_notice_that_names_the_former_which_stays_readable(service):
    data = await register(service)
    service.clock.advance(days=3)
    await register(service, version=2, effective_date="2027-01-31", refund_by="2027-03-02")
    former, newer = await notices(service)
    status, pdf = await get(service, f"/{former['id']}", data["member_id"])

    assert [former["state"], newer["state"]] == ["superseded", "valid"]
    assert "Il remplace notre avis du 21 novembre 2026" in await text_of(service, newer)
    assert (status, hashlib.sha256(pdf).digest()) == (200, former["sha256"])
    assert [one["replaces"] for one in await service.told()] == [None, str(former["id"])]


async def test_a_correction_that_comes_before_the_notice_is_drawn_is_the_only_one(service):
    await service.hear(REGISTERED, termination())
    await register(service, version=2, effective_date="2027-01-31")
    (notice,) = await notices(service)

    assert "Il remplace" not in await text_of(service, notice)


async def test_two_terminations_of_one_member_have_a_notice_each(service):
    data = await register(service)
    await register(service, termination_id=str(uuid4()), use="withdrawal")
    listed = (await get(service, "?kind=termination_notice", data["member_id"]))[1]

    assert [one["state"] for one in await notices(service)] == ["valid", "valid"]
    assert {title for title in ("Avis de résiliation", "Avis de renonciation") if title.encode() in listed} == {
        "Avis de résiliation",
        "Avis de renonciation",
    }


async def test_the_stored_bytes_are_downloaded_and_told_and_nobody_else_gets_them(service):
    data = await register(service)
    (notice,) = await notices(service)
    (event,) = await service.told()
    _, pdf = await get(service, f"/{notice['id']}", data["member_id"])
    autonomous_beneficiary = uuid4()  # whose token carries the beneficiary's own id
    foreign = [
        await get(service, f"/{notice['id']}", person)
        for person in (autonomous_beneficiary, member_state(2)["member_id"])
    ]

    assert {hashlib.sha256(one).digest() for one in (pdf, base64.b64decode(event["pdf"]))} == {notice["sha256"]}
    assert event["address_lines"] == ["M. Zoëlig Da Silva-Canarie", "81 CHEMIN DE L EGLISE", "80470 PICQUIGNY"]
    assert event["termination"]["effective_date"] == "2026-12-31"
    assert [status for status, _ in foreign] == [404, 404]
    assert b"termination" not in (await get(service, "", autonomous_beneficiary))[1]


async def test_nothing_that_the_notice_says_of_a_person_is_readable_on_its_way_and_nothing_stays_of_it(service):
    await register(service)
    ((row,), (issue,)) = [
        await service.rows(query)
        for query in (
            "SELECT data::text, sealed FROM outbox",
            "SELECT content FROM issues WHERE kind = 'termination_notice'",
        )
    ]
    async with service.documents.database.transaction() as connection:
        claimed = await outbox.claim(connection, source="documents", limit=10, lease_seconds=60)
        await outbox.mark_published(connection, claimed)
    (published,) = await service.rows("SELECT sealed FROM outbox")
    on_the_wire = row["data"] + row["sealed"]

    assert [word for word in ("Canarie", "Zoëlig", "90757001", "Picquigny", "JVBERi") if word in on_the_wire] == []
    assert 50_000 < len(row["sealed"]) < 200_000
    assert (issue["content"], published["sealed"]) == (None, None)


async def test_a_termination_that_names_no_holder_has_no_notice(service):
    await register(service, holder=None)

    assert await notices(service) == []


async def test_an_address_that_cannot_be_printed_leaves_the_window_blank_and_the_notice_readable(service):
    holder = termination()["holder"]
    await register(service, holder=holder | {"address": holder["address"] | {"postal_code": "8047"}})
    (notice,) = await notices(service)
    (event,) = await service.told()

    assert event["address_lines"] is None
    assert "au nom de M. Zoëlig Da Silva-Canarie" in await text_of(service, notice)


@pytest.mark.parametrize(("channel", "told"), [("email", 2), ("letter", 1)])
async def test_a_notice_whose_mail_came_back_is_told_again_with_the_stored_bytes(service, channel: str, told: int):
    data = await register(service)
    (notice,) = await notices(service)
    failed = {"member_id": data["member_id"], "brand": "mgas", "channel": channel, "cause": str(notice["id"])}
    await service.hear("delivery.failed.v1", failed)
    first, *again = await service.told()

    assert len(again) == told - 1
    assert [one | {"version": 1} for one in again] == [first] * len(again)
    assert [one["version"] for one in again] == [2] * len(again)


async def test_what_failed_of_somebody_else_or_of_a_card_brings_nothing(service):
    await register(service)
    await service.enrol()
    rows = await service.rows("SELECT id, member_id FROM documents")
    for cause, member_id in [*((row["id"], uuid4()) for row in rows), (uuid4(), rows[0]["member_id"])]:
        await service.hear(
            "delivery.failed.v1",
            {"member_id": str(member_id), "brand": "mgas", "channel": "email", "cause": str(cause)},
        )
    (card,) = [UUID(one["document_id"]) for one in await service.told() if one["kind"] != "termination_notice"]
    told_of_card = {"member_id": member_state()["member_id"], "brand": "mgas", "channel": "email", "cause": str(card)}
    await service.hear("delivery.failed.v1", told_of_card)

    assert len(await service.told()) == 2
