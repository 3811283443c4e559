"""Letters leave the house: addressed, collected, drawn, in a folder that is complete as soon as it has its name."""

import hashlib
import re
import stat
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pypdfium2 as pdfium
import pytest
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.measure_waiting import measure_waiting
from notifications_service.usecases.remove_old_letters import remove_old_letters
from service_kit.clock import civil_date
from structlog.testing import capture_logs

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_changed,
    member_enrolled,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.spans import exported_spans

LINES = ["Mme Zoëlig Núñez-Gœtz", "81 CHEMIN DE L EGLISE", "61170 LE MELE SUR SARTHE"]


async def letter_to(service: RunningNotifications, member_id: UUID | None = None, **changes: Any) -> UUID:
    """Let a member be known and in need of a letter; return the letter's cause."""
    member_id = member_id or uuid4()
    await service.hear(member_enrolled(member_id=member_id, **changes))
    event = letter_required(member_id=member_id, brand=changes.get("brand", "safiag"))
    await service.hear(event)
    return event.letter_id


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    assert len(document) == 1
    return re.sub(r"[\u00a0\s]+", " ", document[0].get_textpage().get_text_range())


async def test_a_letter_is_handed_over_in_a_folder_with_its_manifest(service: RunningNotifications):
    cause = await letter_to(service)
    await service.hand_over()
    row, (folder,), (manifest,) = await service.delivery(cause), service.batches(), service.manifests()
    (batch,) = await service.rows("SELECT * FROM print_batches")
    pdf = folder / f"{row['id']}.pdf"

    assert folder.name == f"safiag-{batch['id']}"
    assert (manifest["batch_id"], manifest["brand"]) == (str(batch["id"]), "safiag")
    assert manifest["letters"] == [
        {
            "id": str(row["id"]),
            "file": pdf.name,
            "sha256": hashlib.sha256(pdf.read_bytes()).hexdigest(),
            "pages": 1,
            "address_lines": LINES,
            "created_at": manifest["letters"][0]["created_at"],
            "purpose": "posted_code",
        }
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", manifest["letters"][0]["created_at"])
    assert (row["state"], row["content_sealed"], row["masked_address"]) == ("handed_over", None, "Le Mêle-sur-Sarthe")
    assert (batch["state"], batch["handed_over_at"] is not None) == ("handed_over", True)


async def test_the_page_says_what_the_member_needs(service: RunningNotifications):
    cause = await letter_to(service)
    await service.hand_over()
    (folder,), row = service.batches(), await service.delivery(cause)
    whole_days = (
        civil_date(row["expires_at"]) - civil_date(row["batched_at"])
    ).days - 1  # the last one ends at noon or so
    text = text_of((folder / f"{row['id']}.pdf").read_bytes())

    for said in (
        "K7NR-4WXQ-9PTC",
        "Madame Núñez-Gœtz,",
        "01 99 00 12 34",
        "6 chiffres",
        f"Valable {whole_days} jours",
        str(row["id"]),
    ):
        assert said in text
    assert "espace.example/safiag/premiere-connexion" in text


@pytest.mark.parametrize(
    ("brand", "said", "not_said"),
    [
        ("safiag", "votre numéro de sécurité sociale", "e-mail, puis"),
        ("mgas", "votre adresse e-mail, puis", "sécurité sociale"),
    ],
)
async def test_the_page_asks_for_what_members_of_the_brand_sign_in_with(
    service: RunningNotifications, brand: str, said: str, not_said: str
):
    cause = await letter_to(service, brand=brand)
    await service.hand_over()
    (folder,), row = service.batches(), await service.delivery(cause)
    text = text_of((folder / f"{row['id']}.pdf").read_bytes())

    assert said in text
    assert not_said not in text


async def test_the_print_providers_group_may_read_and_nobody_else(service: RunningNotifications):
    await letter_to(service)
    await service.hand_over()
    (folder,) = service.batches()
    modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}

    assert (stat.S_IMODE(folder.stat().st_mode), modes) == (0o750, {0o640})


async def test_letters_of_a_brand_go_together_and_brands_go_apart(service: RunningNotifications):
    for brand in ("safiag", "mgas", "safiag", "mgas", "safiag"):
        await letter_to(service, brand=brand)
    while await service.hand_over():
        pass

    assert sorted((manifest["brand"], len(manifest["letters"])) for manifest in service.manifests()) == [
        ("mgas", 2),
        ("safiag", 3),
    ]


async def test_letters_are_collected_for_a_while_before_they_go(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    async with running_notifications(tmp_path, notifications_url, relay.url, letter_batch_seconds=2) as running:
        await letter_to(running)
        at_once = await running.hand_over()
        running.clock.advance(seconds=1)
        await letter_to(running)
        running.clock.advance(seconds=1)
        await running.hand_over()

    assert at_once == 0
    assert [len(manifest["letters"]) for manifest in running.manifests()] == [2]


async def test_a_letter_waits_for_its_recipient_and_goes_when_it_is_known(service: RunningNotifications):
    event = letter_required()
    await service.hear(event)
    before = await service.hand_over()
    waiting = await service.delivery(event.letter_id)
    await service.hear(member_enrolled(member_id=event.member_id))
    await service.hand_over()

    assert (before, waiting["state"]) == (0, "planned")
    assert (await service.delivery(event.letter_id))["state"] == "handed_over"


async def test_a_letter_that_waits_for_its_recipient_for_over_ten_minutes_is_told_to_operators(
    service: RunningNotifications,
):
    await service.hear(letter_required())
    with capture_logs() as early:
        await measure_waiting(service.notifications)
    service.clock.advance(minutes=11)
    with capture_logs() as late:
        await measure_waiting(service.notifications)

    assert early == []
    assert late == [{"event": "letters_without_recipient", "letters": 1, "log_level": "error"}]


async def test_an_address_that_does_not_fit_fails_with_its_field_and_holds_up_nobody(service: RunningNotifications):
    address = {"street": "Rue " + "très " * 9 + "longue", "postal_code": "61170", "city": "Le Mêle", "country": "FR"}
    wrong = await letter_to(service, address=address)
    right = await letter_to(service)
    await service.hand_over()
    failed, handed_over = await service.delivery(wrong), await service.delivery(right)

    assert (failed["state"], failed["failure"]) == ("failed", "address-does-not-fit: street (too_long)")
    assert (failed["content_sealed"], failed["failed_at"] is not None) == (None, True)
    assert await service.outcomes(wrong) == ["address-does-not-fit: street (too_long)"]
    assert handed_over["state"] == "handed_over"


async def test_a_letter_that_cannot_be_drawn_fails_and_holds_up_nobody(service: RunningNotifications):
    wrong = await letter_to(service, last_name="藤原")  # no shipped font has these
    right = await letter_to(service)
    await service.hand_over()
    failed, (manifest,) = await service.delivery(wrong), service.manifests()

    assert (failed["state"], failed["failure"], failed["content_sealed"]) == (
        "failed",
        "letter-not-rendered: glyph",
        None,
    )
    assert [letter["id"] for letter in manifest["letters"]] == [str((await service.delivery(right))["id"])]


async def test_a_batch_of_which_nothing_can_be_drawn_leaves_no_folder(service: RunningNotifications):
    await letter_to(service, last_name="藤原")
    await service.hand_over()

    assert service.batches() == []
    assert [row["state"] for row in await service.rows("SELECT state FROM print_batches")] == ["empty"]
    assert await service.hand_over() == 0


async def test_a_letter_goes_to_where_the_member_lives_when_it_is_collected(service: RunningNotifications):
    event = letter_required()
    await service.hear(member_enrolled(member_id=event.member_id))
    await service.hear(event)
    moved = {"street": "2 rue du Puits", "postal_code": "61000", "city": "Alençon", "country": "FR"}
    await service.hear(member_changed(member_id=event.member_id, address=moved))
    await collect_letters(service.notifications)
    await service.hear(member_changed(member_id=event.member_id, version=3, last_name="Trop-Tard"))
    await service.hand_over()
    (manifest,) = service.manifests()

    assert manifest["letters"][0]["address_lines"] == ["Mme Zoëlig Núñez-Gœtz", "2 RUE DU PUITS", "61000 ALENCON"]


async def test_pdfs_are_removed_after_a_day_and_addresses_with_them(service: RunningNotifications):
    cause = await letter_to(service)
    await service.hand_over()
    (folder,) = service.batches()
    service.clock.advance(hours=23)
    early = await remove_old_letters(service.notifications)
    service.clock.advance(hours=1, seconds=1)
    due = await remove_old_letters(service.notifications)
    again = await remove_old_letters(service.notifications)
    row, (manifest,) = await service.delivery(cause), service.manifests()

    assert (early, due, again) == (0, 1, 0)
    assert [file.name for file in folder.iterdir()] == ["manifest.json"]
    assert manifest["letters"][0]["id"] == str(row["id"])
    assert sorted(manifest["letters"][0]) == ["created_at", "file", "id", "pages", "purpose", "sha256"]


async def test_a_folder_that_the_print_provider_has_taken_away_is_no_error(service: RunningNotifications):
    await letter_to(service)
    await service.hand_over()
    (folder,) = service.batches()
    folder.rename(service.settings.letters_directory.parent / "taken")
    service.clock.advance(hours=25)

    assert await remove_old_letters(service.notifications) == 1


async def test_a_letter_is_drawn_in_the_trace_of_the_request_that_asked_for_it(service: RunningNotifications):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await letter_to(service)
    await service.rows("UPDATE deliveries SET traceparent = $1", f"00-{trace}-00f067aa0ba902b7-01")
    with exported_spans() as exporter:
        await service.hand_over()
    spans = [(span.name, f"{span.context.trace_id:032x}") for span in exporter.get_finished_spans() if span.context]

    assert spans == [("notifications draw posted_code", trace)]
