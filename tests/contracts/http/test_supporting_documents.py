"""Documents that a member sends for a request: what is kept of them, and what is not, whoever sends what."""

import asyncio
import hashlib
import io
from typing import Any
from uuid import UUID

import pytest
from contracts_service.domain.supporting_documents import MOST_BYTES
from contracts_service.security.upload_seats import DailyUploads
from PIL import Image

from tests.support import document_files as files
from tests.support.beneficiary_steps import NEWBORN, PATH, SPOUSE, Asking
from tests.support.document_files import good_pdf
from tests.support.household import Household
from tests.support.waiting import eventually

LENGTH = 100_000  # announced
SEATED = 64 * 1024


async def test_the_last_required_document_submits_the_request(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(SPOUSE)
    _, first = await asking.send(request_id, files.photo("JPEG"), "rights_certificate", media_type="image/jpeg")
    before = await asking.news()
    status, second = await asking.send(request_id, good_pdf(), "marriage_certificate")
    states = {one["kind"]: one["state"] for one in second["documents"]}

    assert (first["state"], before) == ("awaiting_documents", [])
    assert (status, second["state"], second["state_label"]) == (200, "submitted", "Reçue, à l’étude")
    assert second["submitted_at"] == "2026-11-21T09:00:00Z"
    assert states == {
        "marriage_certificate": "received",
        "rights_certificate": "received",
        "former_insurer_certificate": "missing",
    }
    assert await asking.news() == [
        (
            "beneficiary.requested.v1",
            {
                "version": 3,
                "member_id": str(asking.member_id),
                "brand": "mgas",
                "request_id": request_id,
                "change": "addition",
                "first_name": "Yves",
                "last_name": "Le Goff",
                "requested_at": "2026-11-21T09:00:00Z",
            },
        )
    ]


async def test_a_second_file_takes_the_place_of_the_first_also_once_the_request_is_submitted(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    _, again = await asking.send(request_id, files.photo("PNG"), media_type="image/png")
    status, content, headers = await asking.document(request_id)
    told = [kind for kind, _ in await asking.news()]

    assert (again["state"], again["version"]) == ("submitted", 3)
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(content)).format == "JPEG"
    assert told == ["beneficiary.requested.v1"]
    assert await asking.kept(request_id) == [("birth_certificate", True, None)]


@pytest.mark.parametrize(
    ("content", "media_type", "kept_as"),
    [
        (files.armed_pdf(), "image/png", "application/pdf"),  # nobody is believed about the type
        (files.HEIC.read_bytes(), "image/heic", "image/jpeg"),
        (files.photo("JPEG"), "application/octet-stream", "image/jpeg"),
    ],
    ids=["armed PDF", "HEIC", "photo with its place"],
)
async def test_what_is_kept_is_what_we_have_written(
    household: Household, content: bytes, media_type: str, kept_as: str
):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    status, answer = await asking.send(request_id, content, media_type=media_type)
    _, kept, headers = await asking.document(request_id)
    (row,) = await household.contracts.fetch(
        "SELECT sha256, size, content_sealed FROM supporting_documents WHERE request_id = $1", UUID(request_id)
    )

    assert (status, answer["documents"][0]["media_type"], headers["Content-Type"]) == (200, kept_as, kept_as)
    assert [word for word in (files.CANARY.encode(), b"CanariPhone", b"GPS", b"/JavaScript") if word in kept] == []
    assert (row["sha256"], row["size"]) == (hashlib.sha256(kept).digest(), len(kept))
    assert kept not in row["content_sealed"]
    assert kept[:20] not in row["content_sealed"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "document-empty"),
        (b"<html><script>alert(1)</script>", "document-type"),
        (files.encrypted_pdf("secret"), "document-encrypted"),
        (good_pdf() + files.archive(), "document-mixed"),
        (files.huge_png(), "document-too-heavy"),
    ],
    ids=["empty", "markup", "encrypted", "polyglot", "bomb"],
)
async def test_a_file_that_is_refused_says_why_and_leaves_nothing(household: Household, content: bytes, code: str):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    status, answer = await asking.send(request_id, content)

    assert (status, answer["code"]) == (422, "supporting-document-refused")
    assert [(one["field"], one["code"]) for one in answer["fields"]] == [("document", code)]
    assert answer["fields"][0]["detail"].endswith(".")
    assert await asking.kept(request_id) == []
    assert (await asking.shown(request_id))["state"] == "awaiting_documents"


@pytest.mark.parametrize(
    "kind",
    ["identity_document", "unknown", "..", "%2e%2e%2fbirth_certificate", "..%2F..%2Fetc%2Fpasswd", "%00", "birth_certificate%00"],
)  # fmt: skip
async def test_only_the_kinds_that_are_asked_for_have_a_place(household: Household, kind: str):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    status, raw = await spoken(household, asking, f"{PATH}/{request_id}/supporting-documents/{kind}")

    assert status == 404, raw
    assert await asking.kept(request_id) == []


async def spoken(
    household: Household, asking: Asking, target: str, body: bytes = good_pdf(), *, length: str = "{}"
) -> tuple[int, bytes]:
    """Send a document as it is written, whatever is answered meanwhile: clients tidy paths up, and stop early."""
    host, port = household.contracts.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    said = length.format(f"Content-Length: {len(body)}")
    head = f"PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nConnection: close\r\n{said}\r\n"
    writer.write(f"{head}Authorization: {asking.headers()['Authorization']}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1]), answer


async def test_a_file_that_is_too_long_is_refused_and_nothing_kept(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    target, long = f"{PATH}/{request_id}/supporting-documents/birth_certificate", good_pdf() + bytes(MOST_BYTES)
    in_parts = b"%x\r\n" % len(long) + long + b"\r\n0\r\n\r\n"
    said = await spoken(household, asking, target, long)
    unsaid = await spoken(household, asking, target, in_parts, length="Transfer-Encoding: chunked")

    assert [status for status, _ in (said, unsaid)] == [413, 413]
    assert await asking.kept(request_id) == []


async def test_another_type_than_those_of_documents_is_refused_unread(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    status, answer = await asking.send(request_id, good_pdf(), media_type="text/html")

    assert (status, answer["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "limits",
    [
        {"document_upload_seconds": 0.1},
        {"document_upload_grace_seconds": 0.1, "document_upload_bytes_a_second": 1024 * 1024},
    ],
    ids=["too long", "too slow"],
)
async def test_an_upload_that_dawdles_is_stopped_and_leaves_nothing(household: Household, limits: dict[str, Any]):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    service = household.contracts.service
    usual = service.settings
    object.__setattr__(service, "settings", usual.model_copy(update=limits))
    try:
        reader, writer = await half_sent(household, asking, request_id)
        answer = await reader.readuntil(b"}")
        writer.write(bytes(LENGTH))  # otherwise the server waits for the rest, for some seconds
    finally:
        object.__setattr__(service, "settings", usual)
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"body-truncated" in answer
    assert await asking.kept(request_id) == []


async def test_an_upload_that_breaks_off_leaves_nothing_and_frees_its_seat(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    _, writer = await half_sent(household, asking, request_id)
    taken, _ = await asking.send(request_id, good_pdf())
    writer.close()
    await writer.wait_closed()
    await eventually(lambda: asking.send(request_id, good_pdf()), lambda answer: answer[0] == 200)

    assert taken == 429
    assert await asking.kept(request_id) == [("birth_certificate", True, None)]


async def half_sent(
    household: Household, asking: Asking, request_id: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin to send a document, and wait until its seat is taken."""
    host, port = household.contracts.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    target, token = f"{PATH}/{request_id}/supporting-documents/birth_certificate", asking.headers()["Authorization"]
    head = f"PUT {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: application/pdf\r\n"
    writer.write(f"{head}Content-Length: {LENGTH}\r\n\r\n".encode() + b"%PDF-1.7".ljust(SEATED))
    await eventually(lambda: uploads_of(household, request_id), bool)
    return reader, writer


async def test_a_person_sends_only_so_many_documents_a_day(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    service = household.contracts.service
    usual = service.daily_uploads
    object.__setattr__(service, "daily_uploads", DailyUploads(1))
    try:
        first, _ = await asking.send(request_id, good_pdf())
        second, answer = await asking.send(request_id, good_pdf())
    finally:
        object.__setattr__(service, "daily_uploads", usual)

    assert (first, second, answer["code"]) == (200, 429, "too-many-requests")
    assert await uploads_of(household, request_id) == 1


async def uploads_of(household: Household, request_id: str) -> int:
    rows = await household.contracts.fetch("SELECT uploads FROM beneficiary_requests WHERE id = $1", UUID(request_id))
    found: int = rows[0]["uploads"]
    return found


async def test_of_two_uploads_at_once_one_is_put_off_and_one_is_kept(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    found = await asyncio.gather(*[asking.send(request_id, good_pdf(f"Copie {number}")) for number in range(2)])
    codes: list[Any] = sorted((status, answer.get("code", "")) for status, answer in found)

    assert codes == [(200, ""), (429, "too-many-requests")]
    assert await asking.kept(request_id) == [("birth_certificate", True, None)]


async def test_more_files_than_anybody_needs_are_refused(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    await household.contracts.execute("UPDATE beneficiary_requests SET uploads = 59 WHERE id = $1", UUID(request_id))
    last, _ = await asking.send(request_id, good_pdf())
    status, answer = await asking.send(request_id, good_pdf())

    assert (last, status, answer["code"]) == (200, 409, "too-many-uploads")


async def test_a_request_that_is_over_takes_no_document_and_keeps_none(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    await asking.cancel(request_id)
    status, answer = await asking.send(request_id, good_pdf())

    assert (status, answer["code"]) == (409, "beneficiary-request-over")
    assert await asking.kept(request_id) == [("birth_certificate", False, "cancelled")]
    assert (await asking.shown(request_id))["documents"][0]["state"] == "deleted"


async def test_a_document_that_is_being_cleaned_while_its_request_is_taken_back_is_not_kept(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    sending = asyncio.create_task(asking.send(request_id, good_pdf()))
    await eventually(lambda: uploads_of(household, request_id), bool)
    await asking.cancel(request_id)
    status, answer = await sending

    assert (status, answer["code"]) == (409, "beneficiary-request-over")
    assert await asking.kept(request_id) == []
