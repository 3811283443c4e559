"""What comes back, as servers of many makes write it: a failure, a delay, or nothing that concerns a mail."""

import time
from contextlib import suppress
from email.mime.text import MIMEText

import pytest
from notifications_service.channels.bounce_reports import NoReport, read_report
from notifications_service.domain.bounces import Action, BounceReport

from tests.support.bounce_steps import delivery_report

pytestmark = pytest.mark.unit
MEGABYTE = 1 << 20
HEAD = b"From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n"


def with_status_part(fields: str, *, kind: str = "message/delivery-status") -> bytes:
    """Return the shortest report around the fields about its recipients."""
    return (
        HEAD
        + (
            "Content-Type: multipart/report; boundary=b; report-type=delivery-status\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
            f"\r\nSorry.\r\n--b\r\nContent-Type: {kind}\r\n\r\nReporting-MTA: dns; x\r\n\r\n{fields}\r\n--b--\r\n"
        ).encode()
    )


QMAIL = HEAD + (
    b"\r\nHi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n"
    b"<zoe@example.org>:\r\n192.0.2.7 does not like recipient.\r\nRemote host said: 550 5.1.1 no such user\r\n"
    b"Giving up on 192.0.2.7.\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nSubject: x\r\n"
)
EXIM = HEAD + (
    b"X-Failed-Recipients: zoe@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nThis message was created automatically by "
    b"mail delivery software.\r\n\r\n  zoe@example.org\r\n    host mx [192.0.2.7]: 552 5.2.2 mailbox full\r\n"
)
SMTPUTF8 = with_status_part(
    "Final-Recipient: utf-8; zoë@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    kind="message/global-delivery-status",
)
TWO = "Final-Recipient: rfc822; {0}@example.org\r\nAction: {1}\r\nStatus: {2}\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "action", "status"),
    [
        (delivery_report(), Action.FAILED, "5.1.1"),
        (delivery_report("5.2.2", diagnostic=""), Action.FAILED, "5.2.2"),
        (delivery_report("4.4.1 (delay)", action="Delayed (will be tried)"), Action.DELAYED, "4.4.1"),
        (delivery_report("2.1.5", action="relayed"), Action.REACHED, "2.1.5"),
        # Exim and others say 5.0.0, and the reason in the other server's words; an IP address is no status.
        (
            delivery_report("5.0.0", diagnostic="smtp; 550-5.1.1 The account\r\n 550 5.1.1 is gone"),
            Action.FAILED,
            "5.1.1",
        ),
        (delivery_report("5.0.0", diagnostic="smtp; 550 blocked 5.6.7.8"), Action.FAILED, "5.0.0"),
        (delivery_report("", diagnostic="smtp;550 #5.7.1 spam"), Action.FAILED, "5.7.1"),
        (delivery_report("", diagnostic=""), Action.FAILED, None),
        (with_status_part("Action: error\r\nStatus: 5.1.2\r\n"), Action.FAILED, "5.1.2"),  # OpenSMTPD
        (SMTPUTF8, Action.FAILED, "5.1.1"),
        (QMAIL, Action.FAILED, "5.1.1"),
        (EXIM, Action.FAILED, "5.2.2"),
        # The mail was forwarded to two: who has it, has it; and nobody is blamed for the other's sake.
        (
            with_status_part(TWO.format("a", "failed", "5.1.1") + TWO.format("b", "relayed", "2.0.0")),
            Action.REACHED,
            "2.0.0",
        ),
        (
            with_status_part(TWO.format("a", "failed", "5.1.1") + TWO.format("b", "failed", "5.7.1")),
            Action.FAILED,
            "5.7.1",
        ),
        (
            with_status_part(TWO.format("a", "failed", "5.1.1") + TWO.format("b", "delayed", "4.0.0")),
            Action.DELAYED,
            "4.0.0",
        ),
    ],
)
def test_a_report_is_read(content: bytes, action: Action, status: str | None):
    assert read_report(content) == BounceReport(action, status)
    assert read_report(content.replace(b"\r\n", b"\n")) == BounceReport(action, status)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("5.1.1", "no-such-address"),
        ("5.1.2", "no-such-address"),
        ("5.1.10", "no-such-address"),
        ("5.2.1", "no-such-address"),
        ("5.4.4", "no-such-address"),
        ("5.1.7", "refused-by-relay"),
        ("5.1.8", "refused-by-relay"),
        ("5.7.26", "refused-by-relay"),
        ("5.2.2", "mailbox-full"),
        ("4.2.2", "mailbox-full"),
        ("4.1.1", "expired-on-the-way"),
        ("4.4.7", "expired-on-the-way"),
        ("5.4.1", "bounced"),
        ("5.0.0", "bounced"),
        ("2.0.0", "bounced"),
        (None, "bounced"),
    ],
)
def test_the_class_of_the_status_says_what_follows(status: str | None, failure: str):
    assert BounceReport(Action.FAILED, status).failure == failure


VACATION = MIMEText("Je suis en congé. Your message could not be delivered to me before Monday.\n")
VACATION["Auto-Submitted"] = "auto-replied (vacation)"
DISPOSITION = delivery_report().replace(b"report-type=delivery-status", b"report-type=disposition-notification")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (VACATION.as_bytes(), "automatic-answer"),
        (
            HEAD + b"Auto-Submitted: auto-replied\r\n\r\nPlease click to prove that you are human.\r\n",
            "automatic-answer",
        ),
        (HEAD + b"\r\nBonjour, merci de me rappeler.\r\n", "no-report"),
        (DISPOSITION, "another-report"),
        (with_status_part("Final-Recipient: rfc822; zoe@example.org\r\n"), "no-report"),
        (b"", "malformed"),
    ],
)
def test_what_is_no_report_says_nothing_of_a_mail(content: bytes, reason: str):
    with pytest.raises(NoReport, match=f"^{reason}$"):
        read_report(content)


def nested(levels: int) -> bytes:
    """Return parts within parts."""
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))


BOMBS = {
    "zeros": b"\0" * MEGABYTE,
    "empty lines": b"\n" * MEGABYTE,
    "parts within parts": nested(20_000),
    "as deep as is read": nested(14) + b"--b\r\n" * 200_000,
    "mails within mails": b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
    "parameters": HEAD + b"Content-Type: multipart/report;" + b";" * MEGABYTE,
    "a head without an end": HEAD + b"a:b\r\n" * (MEGABYTE // 5),
    "recipients": with_status_part("Action: failed\r\n\r\n" * 60_000),
    "a long line": HEAD + b"\r\n" + b"<" * MEGABYTE,
    "hidden long lines": HEAD
    + b"Content-Type: multipart/report; boundary=b\r\n\r\n"
    + 25
    * (
        b"--b\r\nContent-Description: notification\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"IHRoZSBwb3N0Zml4Cg==\r\n" + b"PDw8PDw8" * 1200 + b"\r\n"
    ),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_bomb_costs_less_than_a_second(content: bytes):
    begun = time.thread_time()
    with suppress(NoReport):
        read_report(content[:MEGABYTE])

    assert time.thread_time() - begun < 1
