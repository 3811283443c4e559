"""Deliveries as their timeline tells them, at will."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from notifications_service.domain.delivery_record import DeliveryRecord

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Paris
INSTANTS = (
    "batched_at",
    "rendered_at",
    "possibly_sent_at",
    "delayed_at",
    "sent_at",
    "posted_at",
    "returned_at",
    "served_at",
    "failed_at",
    "stopped_at",
)


def mail(**changes: Any) -> DeliveryRecord:
    """Return a mail with a link for a new password, planned now, of use for an hour."""
    return _record(
        {
            "purpose": "password_reset",
            "channel": "email",
            "masked_address": "z•••@e•••.org",
            "expires_at": _later(hours=1),
        },
        changes,
    )


def letter(**changes: Any) -> DeliveryRecord:
    """Return a letter with a code, planned now, of use for three weeks and promised for Wednesday."""
    return _record(
        {
            "purpose": "posted_code",
            "channel": "letter",
            "masked_address": "Le Mêle-sur-Sarthe",
            "expires_at": _later(days=21),
            "promised_until": _later(hours=48),
        },
        changes,
    )


def _record(values: dict[str, Any], changes: dict[str, Any]) -> DeliveryRecord:
    defaults: dict[str, Any] = {
        "id": UUID("0199c2a0-5b1e-7000-8000-000000000001"),
        "state": "planned",
        "was_a_mail": False,
        "failure": None,
        "promised_until": None,
        "created_at": NOW,
        **dict.fromkeys(INSTANTS),
    }
    return DeliveryRecord(**defaults | values | changes)


def _later(**duration: float) -> datetime:
    return NOW + timedelta(**duration)
