"""Planted words: what goes to the provider is in no log, no figure and not in the database; credentials are nowhere."""

from notifications_service.settings import NotificationsSettings
from prometheus_client import generate_latest

from tests.support.maileva_stand_in import CLIENT, PASSWORD, SECRET, MailevaStandIn
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.production_log import production_log
from tests.support.secret_search import tables
from tests.support.submitted_letters_steps import batch, follow_all, require_letters, submit_all

PERSON = {
    "last_name": "Kanarienvogel",
    "first_name": "Zoëlig",
    "address": {"street": "81 chemin de la Kanarie", "postal_code": "61170", "city": "Le Mêle", "country": "FR"},
}
WORDS = ["kanarie", "zoëlig", "k7nr", PASSWORD, SECRET, "token-1"]


def found_in(text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    return [word for word in WORDS if word.encode() in content.lower()]


async def test_nothing_of_a_letter_or_of_our_credentials_is_told_or_kept(
    service: RunningNotifications, provider: MailevaStandIn
):
    faults = [
        ("token", {"status": 401, "codes": ("CLIENT_ERROR",)}),
        ("create", {"status": 400, "codes": ("NAME_TOO_LONG",)}),
        ("document", {}),
        ("recipient", {"status": 400, "codes": ("ADDRESS_LINE_4_TOO_LONG",)}),
        ("submit", {"status": 500}),
        ("read", {"status": 404, "codes": ("SENDING_NOT_FOUND",)}),
    ]
    with production_log("notifications") as log:
        for step, fault in faults:
            await require_letters(service, 2, **PERSON)
            await batch(service)
            provider.fail(step, **fault)
            for _ in range(4):
                await submit_all(service)
                service.clock.advance(minutes=5)
            await follow_all(service)
    logged = log.getvalue()

    assert len(provider.submitted) >= 11  # all but the one whose address was refused
    assert '"event": "print_provider_alarm"' in logged
    assert found_in(logged) == []
    assert found_in(generate_latest()) == []
    assert found_in(await tables(service.settings.database_url)) == []


def test_settings_show_no_credentials(service: RunningNotifications):
    shown = f"{service.settings!r} {service.settings} {service.notifications}"

    assert isinstance(service.settings, NotificationsSettings)
    assert CLIENT in shown
    assert found_in(shown) == []
