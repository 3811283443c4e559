"""The mail as a member and a mail program get it: head, both parts, French, nothing forged, nothing remote."""

import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from notifications_service.channels.email_message import MailHead, mail_bytes
from notifications_service.channels.mail_templates import RenderedMail
from notifications_service.domain.mail_address import MailAddress
from notifications_service.domain.return_path import NoReturnPath, delivery_of
from service_kit.key_files import fresh_ring_key
from service_kit.key_rings import Digests, KeyRing
from structlog.testing import capture_logs

from tests.support.notifications_fixtures import (
    RunningNotifications,
    member_enrolled,
    reset_requested,
    running_notifications,
)
from tests.support.smtp_server import ReceivedMail, RecordingSmtpServer

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TOKEN = "Kanarie-7QmWl2Jq3x8yVv1m5bC9oTtZrRsE4uHgPdL"
LINK = f"https://espace.example/mgas/nouveau-mot-de-passe/{TOKEN}"


async def mail_of(service: RunningNotifications, relay: RecordingSmtpServer, **changes: Any) -> ReceivedMail:
    await service.hear(reset_requested(**{"token": TOKEN} | changes))
    await service.send_mails()
    return relay.mails[-1]


def part(mail: ReceivedMail, kind: str) -> str:
    body = mail.message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def test_the_head_names_sender_recipient_and_delivery(service: RunningNotifications, relay: RecordingSmtpServer):
    mail = await mail_of(service, relay)
    (row,) = await service.rows("SELECT * FROM deliveries")
    head = mail.message

    assert head["From"] == "MGAS – Espace adhérent <ne-pas-repondre@mgas.example>"
    assert head["Reply-To"] == "MGAS – Espace adhérent <adherents@mgas.example>"
    assert (head["To"], mail.recipients) == ("zoelig.nunez@example.org", ("zoelig.nunez@example.org",))
    assert head["Subject"] == "MGAS\u202f: choisissez votre nouveau mot de passe"
    assert head["Message-ID"] == f"<{row['id']}@mgas.example>"
    assert abs(parsedate_to_datetime(head["Date"]) - row["created_at"]) < timedelta(seconds=1)
    assert (head["Auto-Submitted"], head["Content-Language"]) == ("auto-generated", "fr")
    assert [head[name] for name in ("List-Unsubscribe", "Cc", "Bcc")] == [None] * 3


def test_no_blank_is_lost_where_a_head_is_folded(service: RunningNotifications):
    words = ["l’adresse", "e-mail", "de", "votre", "espace", "a", "été", "changée"] * 3
    for brand, count in product(("MGAS", "SAFIAG", "Mutuelle générale d’œuvres"), range(1, len(words))):
        subject = f"{brand}\u202f: {' '.join(words[:count])}"
        name = f"{brand} – {' '.join(words[:count])}"
        sender = service.notifications.brands["mgas"].model_copy(update={"sender_name": name})
        head = MailHead(uuid4(), "<1@mgas.example>", NOW, sender, MailAddress.parse("zoe@example.org"))
        raw = mail_bytes(head, RenderedMail(subject, "Bonjour", "<p>Bonjour</p>"))
        read = {key: str(make_header(decode_header(value))) for key, value in message_from_bytes(raw).items()}

        assert read["Subject"] == subject
        assert read["From"] == f"{name} <ne-pas-repondre@mgas.example>"
        assert read["Reply-To"] == f"{name} <adherents@mgas.example>"
        assert max(len(line) for line in raw.split(b"\r\n") if b"=?" in line) <= 76


async def test_the_return_path_names_the_delivery_and_only_we_can_sign_it(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    mail = await mail_of(service, relay)
    (row,) = await service.rows("SELECT id FROM deliveries")
    local_part, _, domain = mail.sender.partition("@")
    return_paths, domains = service.notifications.return_paths, {"bounces.mgas.example"}
    shouted = delivery_of(return_paths, mail.sender.upper(), domains=domains)
    other_delivery = mail.sender.replace(str(row["id"]), str(uuid4()))

    assert domain == "bounces.mgas.example"
    assert re.fullmatch(r"bounces\+[0-9a-f-]{36}\.[0-9a-f]{16}", local_part)
    assert (shouted, len(local_part) <= 64) == (row["id"], True)
    for address, reason in (
        (other_delivery, "forged"),
        (f"bounces+{row['id']}.{'0' * 16}@{domain}", "forged"),
        (f"{local_part}@mgas.example", "not-a-return-path"),
        (f"{local_part}x@{domain}", "not-a-return-path"),
        (f"{mail.sender}\n", "not-a-return-path"),
        ("adherents@mgas.example", "not-a-return-path"),
    ):
        with pytest.raises(NoReturnPath, match=f"^{reason}$"):
            delivery_of(return_paths, address, domains=domains)


async def test_a_return_path_is_known_after_the_keys_were_exchanged(
    service: RunningNotifications, relay: RecordingSmtpServer, tmp_path: Path
):
    mail = await mail_of(service, relay)
    ring = tmp_path / "keys" / "notifications" / "data-keys.json"
    keys = json.loads(ring.read_text())
    keys["keys"]["k2"], keys["current"] = fresh_ring_key(), "k2"
    ring.write_text(json.dumps(keys))
    later = Digests(KeyRing.read(ring), "return-path")

    assert delivery_of(later, mail.sender, domains={"bounces.mgas.example"})
    with pytest.raises(NoReturnPath, match="forged"):
        delivery_of(
            Digests(KeyRing({"k3": b"3" * 32}, "k3"), "return-path"), mail.sender, domains={"bounces.mgas.example"}
        )


async def test_the_mail_is_ascii_in_short_lines_with_plain_text_first(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    mail = await mail_of(service, relay)
    parts = list(mail.message.iter_parts())

    assert mail.raw.isascii()
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 80
    assert mail.raw.count(b"\n") == mail.raw.count(b"\r\n")
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in parts] == ["text/plain", "text/html"]
    assert [one["Content-Transfer-Encoding"] for one in parts] == ["quoted-printable"] * 2
    assert [one.defects for one in (mail.message, *parts)] == [[], [], []]


@pytest.mark.parametrize("kind", ["plain", "html"])
async def test_each_part_is_complete(service: RunningNotifications, relay: RecordingSmtpServer, kind: str):
    expires_at = datetime(2099, 8, 21, 13, 4, tzinfo=UTC)
    text = part(await mail_of(service, relay, expires_at=expires_at), kind)

    assert LINK in text
    assert "vendredi 21\u00a0août\u00a02099 à 15\u00a0h\u00a004" in text
    for told in (
        "Bonjour,",
        "ne sert qu’une fois",
        "demandé\u202f?",
        "01\u00a099\u00a000\u00a056\u00a078",
        "adherents@mgas.example",
        "lundi",
        "long",
    ):
        assert told.lower() in text.lower()


@pytest.mark.parametrize("kind", ["plain", "html"])
async def test_a_brand_of_six_digits_says_so(service: RunningNotifications, relay: RecordingSmtpServer, kind: str):
    text = part(await mail_of(service, relay, brand="safiag"), kind)

    assert "6\u00a0chiffres" in text.replace("&nbsp;", "\u00a0")
    assert "mot de passe long" not in text
    assert f"https://espace.example/safiag/nouveau-mot-de-passe/{TOKEN}" in text


async def test_a_known_recipient_is_greeted_by_name(service: RunningNotifications, relay: RecordingSmtpServer):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand="mgas"))
    mail = await mail_of(service, relay, member_id=member_id)

    assert part(mail, "plain").startswith("Bonjour Madame Núñez-Gœtz,\n")
    assert "Bonjour Madame Núñez-Gœtz," in part(mail, "html")


async def test_a_name_forges_neither_a_header_nor_a_line_nor_markup(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = uuid4()
    name = "Núñez\r\nBcc: autre@example.org\r\n\r\n<a href=https://faux.example>{{ link }}</a>"
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", last_name=name))
    mail = await mail_of(service, relay, member_id=member_id)

    assert mail.recipients == ("zoelig.nunez@example.org",)
    assert mail.message["Bcc"] is None
    assert b"autre@example.org" not in mail.raw.split(b"\r\n\r\n")[0]
    assert " ".join(part(mail, "plain").splitlines()[:2]).endswith("{{ link }}</a>,")
    assert "<a href=https://faux.example>" not in part(mail, "html")
    assert "&lt;a href=https://faux.example&gt;{{ link }}&lt;/a&gt;" in part(mail, "html")


async def test_the_html_loads_nothing_and_has_both_colour_schemes(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    html = part(await mail_of(service, relay), "html")
    addresses = set(re.findall(r'(?:https?|mailto):[^"<\s]+', html))

    assert addresses == {LINK, "mailto:adherents@mgas.example"}
    assert not re.search(r"<(img|link|script|iframe|object|form)\b|url\(|@import", html)
    assert '<html lang="fr" dir="ltr">' in html
    assert "prefers-color-scheme: dark" in html
    assert "#7a1f5c" in html


async def test_the_french_is_typographically_french(service: RunningNotifications, relay: RecordingSmtpServer):
    mail = await mail_of(service, relay)
    html = re.sub(r"<style>.*?</style>|<[^>]+>", "", part(mail, "html"), flags=re.DOTALL)
    prose = re.sub(r"https?://\S+", "", part(mail, "plain") + html)

    assert "'" not in prose
    assert not re.search(r"[^\u202f][;:?!»]", prose)


async def test_without_a_public_address_links_lead_to_the_brands_site(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    async with running_notifications(tmp_path, notifications_url, relay.url, public_url=None) as running:
        mail = await mail_of(running, relay)

    assert f"https://www.mgas.example/mgas/nouveau-mot-de-passe/{TOKEN}\n" in part(mail, "plain")


async def test_a_second_copy_has_the_same_bytes(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.drop_after_data(times=1)
    first = await mail_of(service, relay)
    service.clock.advance(seconds=30)
    await service.send_mails()

    assert relay.mails[1].raw == first.raw


@pytest.mark.parametrize("damage", ["person_sealed || '\\x00'", "'2019-01:of a key that was retired'::bytea"])
async def test_a_recipient_that_cannot_be_read_is_greeted_without_a_name_and_told_to_operators(
    service: RunningNotifications, relay: RecordingSmtpServer, damage: str
):
    event = reset_requested(token=TOKEN)
    await service.hear(member_enrolled(member_id=event.member_id, brand="mgas"))
    await service.rows(f"UPDATE recipients SET person_sealed = {damage}")
    await service.hear(event)
    with capture_logs() as logged:
        await service.send_mails()
    row = await service.delivery(event.reset_id)

    assert row["state"] == "sent"
    assert part(relay.mails[0], "plain").startswith("Bonjour,\n")
    assert logged == [
        {
            "event": "recipient_not_readable",
            "delivery_id": str(row["id"]),
            "error": "KeyRingUnusable",
            "log_level": "error",
        }
    ]
