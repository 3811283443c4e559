"""A document that documents brings reaches the member as it is stored: attached, printed, or printed after all; told once."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import pytest
from contracts_service.events import ContractEnded, ContributionUnpaid, TerminationRegistered
from identity_service.events import PasskeysChanged
from notifications_service.usecases.hear_bounce import hear_bounce
from service_kit.broker import Verdict

from tests.journeys.canaries import Canary, canaries_in
from tests.notifications.http.test_deliveries import answer
from tests.support.account_events import EMAIL
from tests.support.bounce_steps import delivery_report
from tests.support.brought_notices import FILE_NAME, bounced_notice, brought, notice_content, notice_pdf
from tests.support.contract_news import told
from tests.support.documents_fixtures import termination
from tests.support.notice_steps import UNKNOWN, a_member, work_off
from tests.support.notifications_fixtures import RunningNotifications, member_changed, member_enrolled
from tests.support.secret_search import tables
from tests.support.smtp_server import RecordingSmtpServer

STORED = hashlib.sha256(notice_pdf()).hexdigest()


def attached(relay: RecordingSmtpServer) -> list[tuple[str, str, str]]:
    """Return type, name and digest of what is attached to each mail."""
    parts = [part for mail in relay.mails for part in mail.message.iter_attachments()]
    return [
        (one.get_content_type(), str(one.get_filename()), hashlib.sha256(one.get_content()).hexdigest())
        for one in parts
    ]


def printed(service: RunningNotifications) -> list[tuple[str, str]]:
    """Return the digest of each page that was handed over: of the file, and as its manifest says."""
    return [
        (hashlib.sha256((folder / letter["file"]).read_bytes()).hexdigest(), letter["sha256"])
        for folder, manifest in zip(service.batches(), service.manifests(), strict=True)
        for letter in manifest["letters"]
    ]


async def channels(service: RunningNotifications) -> list[tuple[str, str, str]]:
    rows = await service.rows("SELECT purpose, channel, state FROM deliveries ORDER BY purpose")
    return [tuple(row.values()) for row in rows]


async def test_a_notice_is_attached_to_the_mail_as_it_is_stored(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    await service.hear(brought(member_id))
    await service.send_mails()
    (mail,) = relay.mails
    words, pdf = mail.message.iter_parts()
    text = next(words.iter_parts()).get_content()

    assert mail.message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html"]
    assert attached(relay) == [("application/pdf", FILE_NAME, STORED)]
    assert pdf["Content-Disposition"].content_disposition == "attachment"
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998
    assert mail.raw.isascii()
    assert "l’avis complet est joint" in " ".join(text.lower().split())
    assert "31\u00a0décembre\u00a02026" in text


async def test_the_same_document_is_told_once_and_a_corrected_one_again(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    first, corrected = brought(member_id), brought(member_id)
    for event in (first, first, corrected.model_copy(update={"replaces": first.document_id})):
        await service.hear(event)
    await work_off(service)

    assert len(relay.mails) == 2
    assert await channels(service) == [("termination_acknowledged", "email", "sent")] * 2


@pytest.mark.parametrize("why", ["no address", "wants paper", "refused", "suppressed"])
async def test_where_no_mail_goes_the_very_bytes_are_the_letter(
    service: RunningNotifications, relay: RecordingSmtpServer, why: str
):
    paper = {"delivery_preference": "paper"} if why == "wants paper" else {}
    member_id, email = uuid4(), None if why == "no address" else EMAIL
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=email, **paper))
    if why == "suppressed":
        await bounced_notice(service, member_id)
    if why == "refused":
        relay.refuse_recipients(UNKNOWN)
    before = len(relay.mails)
    event = brought(member_id)
    await service.hear(event)
    await work_off(service)
    letter = await service.delivery(event.document_id)

    assert (letter["channel"], letter["state"], letter["failure"]) == ("letter", "handed_over", None)
    assert (STORED, STORED) in printed(service)
    assert len(relay.mails) == before
    assert letter["content_sealed"] is None


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2"])
async def test_a_mail_that_came_back_becomes_the_letter_with_the_same_bytes(
    service: RunningNotifications, relay: RecordingSmtpServer, status: str
):
    member_id = await a_member(service)
    event = await bounced_notice(service, member_id, status=status)
    returned = await service.delivery(event.document_id)
    (failure,) = [one for one in await service.published() if one.get("cause") == str(event.document_id)]
    await service.hear(event.model_copy(update={"version": 2}))  # documents has heard of it
    await work_off(service)
    letter = await service.delivery(event.document_id)
    _, timeline = await answer(service, member_id, brand="mgas")

    assert (returned["channel"], returned["state"], returned["content_sealed"]) == ("email", "failed", None)
    assert (failure["channel"], failure["purpose"]) == ("email", "termination_acknowledged")
    assert (letter["id"], letter["channel"], letter["state"]) == (returned["id"], "letter", "handed_over")
    assert printed(service) == [(STORED, STORED)]
    assert [one["purpose"] for one in timeline["items"]] == ["termination_acknowledged"]  # and no letter about the mail
    assert [step["state"] for step in timeline["items"][0]["steps"]] == [
        "planned",
        "batched",
        "rendered",
        "handed_over",
    ]


async def test_a_bounce_of_the_letters_former_mail_changes_nothing_more(service: RunningNotifications):
    event = await bounced_notice(service, await a_member(service))
    await service.hear(event.model_copy(update={"version": 2}))
    delivery = await service.delivery(event.document_id)
    await hear_bounce(service.notifications, delivery["id"], delivery_report())

    assert (await service.delivery(event.document_id))["state"] == "planned"


async def test_an_address_that_its_page_does_not_show_is_left_to_the_back_office(service: RunningNotifications):
    member_id = await a_member(service, email=None)
    event = brought(member_id, address_lines=None)
    await service.hear(event)
    await work_off(service)
    letter = await service.delivery(event.document_id)

    assert (letter["state"], letter["failure"]) == ("failed", "address-does-not-fit: recipient (missing)")
    assert letter["content_sealed"] is None


async def test_the_manifest_names_the_address_that_the_page_shows_whatever_contracts_tells_since(
    service: RunningNotifications,
):
    member_id = await a_member(service, email=None)
    await service.hear(brought(member_id))
    moved = {"street": "1 place Neuve", "postal_code": "80000", "city": "Amiens", "country": "FR"}
    await service.hear(member_changed(member_id=member_id, brand="mgas", email=None, address=moved))
    await work_off(service)
    (manifest,) = service.manifests()

    assert manifest["letters"][0]["address_lines"] == list(notice_content().address_lines)


@pytest.mark.parametrize(("holder", "expected"), [(None, ["termination_acknowledged"]), (termination()["holder"], [])])
async def test_a_termination_is_told_in_words_only_where_no_notice_can_be_drawn(
    service: RunningNotifications, holder: dict[str, Any] | None, expected: list[str]
):
    await service.hear(told(TerminationRegistered, member_id=await a_member(service), holder=holder))

    assert [purpose for purpose, _, _ in await channels(service)] == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [(ContributionUnpaid, "letter"), (ContractEnded, "letter"), (PasskeysChanged, "email")],
)
async def test_paper_is_for_what_the_law_wants_durable_and_not_for_what_is_urgent(
    service: RunningNotifications, event: Any, expected: str
):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=EMAIL, delivery_preference="paper"))
    await service.hear(told(event, member_id=member_id, email=EMAIL, change="added"))

    assert [channel for _, channel, _ in await channels(service)] == [expected]


async def test_a_choice_of_paper_that_is_taken_back_is_heard(service: RunningNotifications):
    member_id = uuid4()
    for version, preference in ((1, "paper"), (3, "electronic"), (2, "paper")):
        await service.hear(
            member_changed(
                member_id=member_id, brand="mgas", email=EMAIL, version=version, delivery_preference=preference
            )
        )
    await service.hear(told(ContractEnded, member_id=member_id))

    assert [channel for _, channel, _ in await channels(service)] == ["email"]


@pytest.mark.parametrize("email", [EMAIL, None], ids=["mail", "letter"])
async def test_what_a_notice_says_is_sealed_while_it_waits_and_gone_once_it_has_left(
    service: RunningNotifications, email: str | None
):
    content = notice_content()
    planted = [
        Canary("name", content.person.split()[-1]),
        Canary("street", content.address_lines[1]),
        Canary("number", content.membership_number),
        Canary("page", "JVBERi0x"),
    ]
    member_id = await a_member(service, email=email)
    await service.hear(brought(member_id))
    waiting = await service.rows("SELECT length(content_sealed) AS size FROM deliveries")
    while_it_waits = await tables(service.settings.database_url)
    await work_off(service)
    left = await service.rows("SELECT content_sealed FROM deliveries")

    assert [row["size"] > len(notice_pdf()) for row in waiting] == [True]
    assert canaries_in(while_it_waits, planted) == []
    assert [row["content_sealed"] for row in left] == [None]


async def test_a_document_without_words_for_its_message_is_parked(service: RunningNotifications):
    member_id: UUID = await a_member(service)

    assert await service.hear(brought(member_id, termination=None)) is Verdict.DEAD
