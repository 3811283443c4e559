"""Messages that the release before had planned: sent and printed after the upgrade as they would have been."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pypdfium2 as pdfium

from tests.support.notifications_fixtures import RunningNotifications, member_enrolled
from tests.support.smtp_server import RecordingSmtpServer

TOKEN, CODE = "Kanarie-7QmWl2Jq3x8yVv1m5bC9oTtZrRsE4uHgPdL", "K7NR-4WXQ-9PTC"


async def plan(service: RunningNotifications, content: dict[str, Any], **columns: Any) -> UUID:
    """Keep a row as the first release did."""
    delivery_id, now = uuid4(), service.clock.now()
    sealed = service.notifications.contents.seal(json.dumps(content).encode(), context=str(delivery_id))
    values: dict[str, Any] = {
        "id": delivery_id,
        "cause": uuid4(),
        "created_at": now,
        "expires_at": now + timedelta(days=21),
        "give_up_at": now + timedelta(days=16),
        "content_sealed": sealed,
    }
    values |= columns
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await service.rows(f"INSERT INTO deliveries ({', '.join(values)}) VALUES ({places})", *values.values())
    return delivery_id


async def test_a_reset_mail_that_was_planned_before_is_sent(service: RunningNotifications, relay: RecordingSmtpServer):
    delivery_id = await plan(
        service,
        {"email": "zoelig.nunez@example.org", "token": TOKEN},
        brand="mgas",
        purpose="password_reset",
        channel="email",
        member_id=uuid4(),
        state="planned",
        next_attempt_at=service.clock.now(),
        message_id="<before@mgas.example>",
    )
    await service.send_mails()
    (mail,) = relay.mails
    (row,) = await service.rows("SELECT state FROM deliveries WHERE id = $1", delivery_id)

    assert row["state"] == "sent"
    assert mail.message["Message-ID"] == "<before@mgas.example>"
    assert f"/mgas/nouveau-mot-de-passe/{TOKEN}" in mail.raw.replace(b"=\r\n", b"").decode()


async def test_letters_that_were_planned_or_in_a_batch_before_are_printed(service: RunningNotifications):
    member_id, batch_id, now = uuid4(), uuid4(), service.clock.now()
    await service.hear(member_enrolled(member_id=member_id))
    await service.rows(
        "INSERT INTO print_batches (id, brand, state, created_at, leased_until) VALUES ($1, 'safiag', 'printing', $2, $2)",
        batch_id,
        now,
    )
    letter = {"brand": "safiag", "purpose": "posted_code", "channel": "letter", "member_id": member_id}
    addressed = {"code": CODE, "salutation": "Madame Núñez", "address_lines": ["Mme Núñez", "61170 LE MELE"]}
    ids = [
        await plan(service, {"code": CODE}, **letter, state="planned", next_attempt_at=now),
        await plan(service, addressed, **letter, state="batched", batched_at=now, print_batch_id=batch_id),
    ]
    while await service.hand_over():
        pass
    pages = [next(service.settings.letters_directory.glob(f"*/{one}.pdf")) for one in ids]
    texts = [pdfium.PdfDocument(page.read_bytes())[0].get_textpage().get_text_range() for page in pages]

    assert [CODE in re.sub(r"\s", "", text) for text in texts] == [True, True]
