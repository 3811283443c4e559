"""Mails are signed (DKIM): verified here by another implementation, with the DNS record that our own command prints."""

import re
import subprocess
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from notifications_service.channels.dkim_keys import DkimKey, DkimKeys
from notifications_service.channels.dkim_signature import signed
from notifications_service.dkim import make_key, print_records
from service_kit.command_line import CommandFailed
from service_kit.key_material import make_dkim_key
from service_kit.problems import SettingUnusable
from structlog.testing import capture_logs

from tests.support.brought_notices import brought
from tests.support.notice_steps import a_member
from tests.support.notifications_fixtures import (
    environment_of,
    notifications_settings,
    reset_requested,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HEAD = (
    b"From: =?utf-8?q?MGAS?=\r\n <info@mgas.example>\r\nTo:  zoe@example.org\r\nSubject: a\t b  c \r\nX-Other: 1\r\n"
    b"Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nContent-Type: text/plain;\r\n\tcharset=utf-8\r\n\r\n"
)


def records(printed: str) -> dict[str, str]:
    """Return name → text of the TXT records in what a command printed, as a name server reads them."""
    found = re.findall(r"^(\S+) IN TXT \( (.+) \)$", printed, flags=re.MULTILINE)
    strings = {name: re.findall(r'"([^"]*)"', quoted) for name, quoted in found}
    assert all(len(one) <= 255 for several in strings.values() for one in several)
    return {name: "".join(several) for name, several in strings.items()}


def is_genuine(mail: bytes, published: dict[str, str], *, signature: int = 0) -> bool:
    """Tell what a receiver would find."""

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        text = published.get(name.decode())
        return None if text is None else text.encode()

    try:
        return dkim.DKIM(mail).verify(idx=signature, dnsfunc=look_up)
    except dkim.ValidationError:  # of the body
        return False


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    """Settings with a folder for keys, which is empty."""
    return notifications_settings(
        tmp_path, "postgresql://nobody", "smtp://127.0.0.1:9", dkim_directory=tmp_path / "dkim"
    )


async def test_a_mail_is_signed_for_its_brand_with_the_record_that_the_command_prints_and_the_same_each_time(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    for domain in ("mgas.example", "safiag.example"):
        make_dkim_key(tmp_path / "dkim" / domain, "2026-11")
    relay.drop_after_data(times=1)
    async with running_notifications(
        tmp_path, notifications_url, relay.url, dkim_directory=tmp_path / "dkim"
    ) as service:
        await service.hear(reset_requested(brand="mgas"))
        await service.send_mails()
        service.clock.advance(minutes=1)
        await service.send_mails()
        published = records(await print_records(service.settings, Namespace(domain=None)))
    first, second = relay.mails
    other = published | {"2026-11._domainkey.mgas.example.": published["2026-11._domainkey.safiag.example."]}

    assert first.raw == second.raw
    assert is_genuine(first.raw, published)
    assert not is_genuine(first.raw, other)
    assert " d=mgas.example;\r\n s=2026-11;" in first.raw.decode()


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Subject: ", b"Subject: Urgent "),
        (b"\r\nFrom: ", b"\r\nFrom: Escroc <x@example.com>\r\nFrom: "),  # readers may show the first of two
        (b"\r\nTo: ", b"\r\nReply-To: x@example.com\r\nTo: "),
        (b"\r\nTo: ", b"\r\nCc: x@example.com\r\nTo: "),
        (b"auto-generated", b"no"),
        (b"multipart/alternative; boundary=", b'multipart/alternative; boundary="x"; y='),
        (b"https://", b"http://"),
    ],
)
async def test_whoever_changes_a_mail_on_its_way_breaks_the_signature(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer, was: bytes, becomes: bytes
):
    make_dkim_key(tmp_path / "dkim" / "mgas.example", "k1")
    async with running_notifications(
        tmp_path, notifications_url, relay.url, dkim_directory=tmp_path / "dkim"
    ) as service:
        await service.hear(reset_requested(brand="mgas"))
        await service.send_mails()
        published = records(await print_records(service.settings, Namespace(domain="mgas.example")))
    (mail,) = relay.mails

    assert mail.raw.count(was) >= 1
    assert is_genuine(mail.raw, published)
    assert not is_genuine(mail.raw.replace(was, becomes, 1), published)


async def test_what_is_attached_is_signed_too(tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer):
    make_dkim_key(tmp_path / "dkim" / "mgas.example", "k1")
    async with running_notifications(
        tmp_path, notifications_url, relay.url, dkim_directory=tmp_path / "dkim"
    ) as service:
        await service.hear(brought(await a_member(service)))
        await service.send_mails()
        published = records(await print_records(service.settings, Namespace(domain="mgas.example")))
    (mail,) = relay.mails
    page = b"JVBERi0x"

    assert is_genuine(mail.raw, published)
    assert not is_genuine(mail.raw.replace(page, b"JVBERi0y"), published)


@pytest.mark.unit
@pytest.mark.parametrize(
    "body",
    [b"", b"\r\n\r\n", b"Bonjour", b"Bonjour \r\n \r\n", b" \t\r\n", b"\xc3\xa9  t\t\xc3\xa9 \r\n\r\n  .\r\n\r\n\r\n"],
)
def test_any_body_is_signed_as_another_implementation_reads_it_with_both_algorithms(tmp_path: Path, body: bytes):
    make_dkim_key(tmp_path / "mgas.example", "k1")
    keys = (*DkimKeys(tmp_path, ["mgas.example"]).of("mgas.example"), DkimKey("ed", Ed25519PrivateKey.generate()))
    published = {f"{key.selector}._domainkey.mgas.example.": key.record() for key in keys}
    mail = signed(HEAD + body, keys, domain="mgas.example", signed_at=NOW)

    assert [is_genuine(mail, published, signature=index) for index in (0, 1)] == [True, True]
    assert mail.endswith(HEAD + body)


@pytest.mark.unit
async def test_a_new_key_signs_from_the_moment_that_it_is_named_and_the_former_signs_until_then(settings: Any):
    folder = settings.dkim_directory / "mgas.example"
    first = await make_key(settings, Namespace(domain="mgas.example", selector="2026-11"))
    keys = DkimKeys(settings.dkim_directory, ["mgas.example"])
    second = await make_key(settings, Namespace(domain="mgas.example", selector="2027-05"))
    before = [key.selector for key in keys.of("mgas.example")]
    (folder / "current").write_text("2027-05\n")
    after = [key.selector for key in keys.of("mgas.example")]
    (folder / "current").write_text("2027-06\n")
    mistaken = [key.selector for key in keys.of("mgas.example")]

    assert (before, after, mistaken) == (["2026-11"], ["2027-05"], ["2027-05"])
    assert ("; signs" in first, "; does not sign" in second) == (True, True)
    assert len({*records(first).values(), *records(second).values()}) == 2
    assert (folder / "2026-11.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandFailed, match="choose another"):
        await make_key(settings, Namespace(domain="mgas.example", selector="2026-11"))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("current", "pem"),
    [
        ("", None),
        ("k2", None),
        ("../k1", None),
        ("k1 k1", None),
        ("k1", "no key"),
        ("k1", rsa.generate_private_key(65537, 1024)),  # noqa: S505 - meant
    ],
)
def test_a_key_that_cannot_sign_is_told_before_anything_is_sent(tmp_path: Path, current: str, pem: Any):
    make_dkim_key(tmp_path / "mgas.example", "k1")
    (tmp_path / "mgas.example" / "current").write_text(current)
    if pem is not None:
        text = pem if isinstance(pem, str) else pem.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "mgas.example" / "k1.pem").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingUnusable, match=r"mgas\.example"):
        DkimKeys(tmp_path, ["mgas.example"])


async def test_without_a_key_mails_go_unsigned_and_a_warning_says_for_which_domains(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    make_dkim_key(tmp_path / "dkim" / "mgas.example", "k1")
    with capture_logs() as logs:
        async with running_notifications(
            tmp_path, notifications_url, relay.url, dkim_directory=tmp_path / "dkim"
        ) as service:
            await service.hear(reset_requested(brand="safiag"))
            await service.send_mails()
    warnings = [line["domains"] for line in logs if line["event"] == "mails_go_unsigned"]

    assert warnings == [["demo.example", "safiag.example"]]
    assert "DKIM-Signature" not in relay.mails[0].message


def test_the_commands_are_on_the_command_line(settings: Any):
    def run(*arguments: str) -> str:
        line = [sys.executable, "-m", "notifications_service", *arguments]
        done = subprocess.run(
            line, env=environment_of(settings), capture_output=True, text=True, check=True, timeout=30
        )
        return done.stdout

    made, printed = run("dkim-key", "mgas.example", "2026-11"), run("dkim-record")

    assert records(made) == records(printed)
    assert "; safiag.example: no key" in printed
