"""What contracts and documents tell of a member of mgas, as it happens now: tests change what it is about."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import uuid4

from service_kit.events import Event

News = TypeVar("News", bound=Event)

IBAN_ENDING, REASON = "2606", "L’acte de naissance n’est pas lisible. Envoyez-nous une autre copie."


def told(event: type[News], **changes: Any) -> News:
    """Return an event with every field filled in that it must have, and many that it may; but for `changes`."""
    values: dict[str, Any] = {
        "version": 1,
        "brand": "mgas",
        "end_date": date(2026, 11, 30),
        "effective_date": date(2026, 12, 15),
        "due_date": date(2026, 11, 5),
        "period_start": date(2026, 11, 1),
        "period_end": date(2026, 11, 30),
        "method": "direct_debit",
        "amount": "1042.10",
        "settled_on": date(2026, 11, 19),
        "in_force_on": date(2026, 12, 1),
        "iban_ending": IBAN_ENDING,
        "former_email": None,
        "former_address": None,
        "changed": ["address", "phone"],
        "by_post": False,
        "reply_by": date(2026, 12, 21),
        "change": "addition",
        "first_name": "Éloi",
        "last_name": "Lefèvre",
        "reason": REASON,
        "email": None,
        "access_until": date(2032, 3, 31),
        "member_version": 2,
        "use": "termination",
        "requalified": False,
        "product": "Essentielle",
        "refund_by": date(2027, 1, 14),
        "motive": "infra_annual",
        "holder": None,
        "kind": "third_party_payment_card",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "replaces": uuid4(),
    }
    for name in {name for name, field in event.model_fields.items() if field.is_required()} - values.keys():
        values[name] = uuid4() if name.endswith("_id") else datetime.now(UTC)
    return event(**{name: value for name, value in (values | changes).items() if name in event.model_fields})
