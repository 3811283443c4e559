"""GET /v1/me/documents/{id}: the bytes as issued, or the same refusal for everything that is not the caller's."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from aiohttp import ClientResponse
from documents_service.http.downloads import content_disposition

from tests.support.documents_fixtures import RunningDocuments


async def download(
    service: RunningDocuments, document_id: object, member_id: object, *, brand: str = "mgas", **headers: str
) -> tuple[ClientResponse, bytes]:
    wire = {name.replace("_", "-"): value for name, value in headers.items()}
    wire["Authorization"] = f"Bearer {service.access_token(str(member_id), brand=brand)}"
    async with service.served() as client, client.get(f"/v1/me/documents/{document_id}", headers=wire) as response:
        return response, await response.read()


async def issued(service: RunningDocuments) -> dict[str, Any]:
    await service.enrol()
    (row,) = await service.rows("SELECT id, member_id, sha256, size, storage_key FROM documents")
    return row


async def test_the_pdf_comes_whole_with_its_digest_as_strong_etag_and_a_french_name(service):
    card = await issued(service)
    response, pdf = await download(service, card["id"], card["member_id"])

    assert response.status == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["ETag"] == f'"{hashlib.sha256(pdf).hexdigest()}"'
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="Carte de tiers payant 2026 - MGAS.pdf"; '
        "filename*=UTF-8''Carte%20de%20tiers%20payant%202026%20%E2%80%93%20MGAS.pdf"
    )
    assert (pdf[:5], len(pdf)) == (b"%PDF-", card["size"])


def test_accents_quotes_and_foreign_letters_of_a_file_name_cannot_break_the_header():
    header = content_disposition('Attestation d’adhésion 2026 – Œuvre "A" %41\\\r\nX: 日.pdf')

    assert header == (
        "attachment; filename=\"Attestation d'adhesion 2026 - uvre A 41X: .pdf\"; filename*=UTF-8''Attestation%20d%E2%80%99"
        "adh%C3%A9sion%202026%20%E2%80%93%20%C5%92uvre%20%22A%22%20%2541%5C%0D%0AX%3A%20%E6%97%A5.pdf"
    )


@pytest.mark.parametrize("template", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
async def test_a_client_that_has_the_bytes_is_told_so(service, template):
    card = await issued(service)
    etag = card["sha256"].hex()
    response, body = await download(service, card["id"], card["member_id"], If_None_Match=template.format(etag))

    assert (response.status, body, response.headers["ETag"]) == (304, b"", f'"{etag}"')


@pytest.mark.parametrize("header", ['"other"', "malformed", '"', ""])
async def test_a_client_that_has_other_bytes_gets_these(service, header):
    card = await issued(service)
    response, body = await download(service, card["id"], card["member_id"], If_None_Match=header)

    assert (response.status, len(body)) == (200, card["size"])


async def test_ranges_put_together_are_the_whole(service):
    card = await issued(service)
    _, whole = await download(service, card["id"], card["member_id"])
    first, start = await download(service, card["id"], card["member_id"], Range="bytes=0-999")
    second, end = await download(service, card["id"], card["member_id"], Range="bytes=1000-")
    _, last_four = await download(service, card["id"], card["member_id"], Range="bytes=-4")

    assert (first.status, second.status) == (206, 206)
    assert start + end == whole
    assert last_four == whole[-4:]
    assert first.headers["Content-Range"] == f"bytes 0-999/{card['size']}"
    assert second.headers["Content-Range"] == f"bytes 1000-{card['size'] - 1}/{card['size']}"


async def test_a_range_behind_the_end_is_refused_with_the_size(service):
    card = await issued(service)
    response, _ = await download(service, card["id"], card["member_id"], Range="bytes=99999999-")
    problem = await response.json(content_type=None)

    assert (response.status, problem["code"]) == (416, "range-not-satisfiable")
    assert response.headers["Content-Range"] == f"bytes */{card['size']}"


@pytest.mark.parametrize("header", ["bytes=9-1", "bytes=0-1,5-6", "pages=1-2", "rubbish"])
async def test_a_range_that_is_malformed_or_several_is_ignored(service, header):
    card = await issued(service)
    response, body = await download(service, card["id"], card["member_id"], Range=header)

    assert (response.status, len(body)) == (200, card["size"])


@pytest.mark.parametrize("if_range", ['"other"', 'W/"{}"', "Sat, 21 Nov 2026 09:00:00 GMT"])
async def test_a_range_of_other_bytes_gets_the_whole(service, if_range):
    card = await issued(service)
    header = if_range.format(card["sha256"].hex())
    response, _ = await download(service, card["id"], card["member_id"], Range="bytes=0-9", If_Range=header)
    same, _ = await download(
        service, card["id"], card["member_id"], Range="bytes=0-9", If_Range=f'"{card["sha256"].hex()}"'
    )

    assert (response.status, same.status) == (200, 206)


async def refusal(
    service: RunningDocuments, document_id: object, member_id: object, **how: str
) -> tuple[int, dict[str, Any]]:
    response, _ = await download(service, document_id, member_id, **how)
    problem = await response.json(content_type=None)
    return response.status, {name: value for name, value in problem.items() if name != "request_id"}


async def test_somebody_else_s_another_brand_s_unknown_and_malformed_ids_get_one_and_the_same_answer(service):
    card = await issued(service)
    mine, other = card["member_id"], uuid4()
    answers = [
        await refusal(service, card["id"], other),
        await refusal(service, card["id"], mine, brand="safiag"),
        await refusal(service, uuid4(), mine),
        await refusal(service, UUID(int=0), mine),
        *[await refusal(service, text, mine) for text in malformed(card["id"])],
    ]

    stranger = await refusal(service, card["id"], mine, brand="inconnue")

    assert answers[0][0] == 404
    assert answers[0][1]["code"] == "not-found"
    assert [answer for answer in answers if answer != answers[0]] == []
    assert (stranger[0], stranger[1]["code"]) == (401, "not-signed-in")  # a token of no brand of ours


def malformed(document_id: UUID) -> list[str]:
    return ["1", "abc", "%00", "..%2F..%2Fetc", document_id.hex, f"%7B{document_id}%7D", f"urn:uuid:{document_id}", "é"]


async def test_an_id_may_be_written_in_capitals(service):
    card = await issued(service)
    response, _ = await download(service, str(card["id"]).upper(), card["member_id"])

    assert response.status == 200


@pytest.mark.parametrize("damage", ["one bit", "cut short", "emptied", "removed", "another member's"])
async def test_stored_bytes_that_are_not_what_was_issued_are_never_served_and_raise_an_alarm(service, damage):
    card = await issued(service)
    await service.enrol(2)
    (path,) = [path for path in service.stored_files() if path.name == card["storage_key"]]
    (another,) = [path for path in service.stored_files() if path.name != card["storage_key"]]
    content = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        flipped = content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]
        path.write_bytes(
            {"one bit": flipped, "cut short": content[:-1], "emptied": b"", "another member's": another.read_bytes()}[
                damage
            ]
        )
    with structlog.testing.capture_logs() as logs:
        response, body = await download(service, card["id"], card["member_id"])
    alarms = [(log["log_level"], log["document_id"]) for log in logs if log["event"] == "document_unusable"]

    assert (response.status, (await response.json(content_type=None))["code"]) == (503, "document-unavailable")
    assert b"%PDF" not in body
    assert alarms == [("critical", str(card["id"]))]


async def test_a_download_is_logged_with_document_and_account_and_nobody_s_name(service):
    card = await issued(service)
    with structlog.testing.capture_logs() as logs:
        await download(service, card["id"], card["member_id"])
    (entry,) = [log for log in logs if log["event"] == "document_downloaded"]

    assert entry == {
        "event": "document_downloaded",
        "log_level": "info",
        "document_id": str(card["id"]),
        "account_id": str(service.accounts[card["member_id"]]),
        "part": False,
    }


async def test_a_superseded_card_can_still_be_downloaded_as_it_was(service):
    data = await service.enrol()
    (before,) = await service.rows("SELECT id, sha256 FROM documents")
    await service.change(data, last_name="Duval")
    response, pdf = await download(service, before["id"], data["member_id"])

    assert response.status == 200
    assert hashlib.sha256(pdf).digest() == before["sha256"]


async def test_a_method_that_is_not_there_is_answered_with_those_that_are(service):
    async with service.served() as client, client.delete(f"/v1/me/documents/{uuid4()}") as response:
        problem = await response.json(content_type=None)

    assert (response.status, problem["code"], response.headers["Allow"]) == (405, "method-not-allowed", "GET, HEAD")
