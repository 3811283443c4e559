"""A letter on its way through the provider's API: a token, a draft, its page, its reader, its submission."""

import io

import pypdfium2
from notifications_service.usecases.hand_over_letters import hand_over_letters

from tests.support.brought_notices import brought, notice_pdf
from tests.support.maileva_stand_in import MailevaStandIn
from tests.support.notifications_fixtures import RunningNotifications, letter_required, member_enrolled
from tests.support.submitted_letters_steps import (
    attempts,
    batch,
    letter,
    require_letters,
    states,
    submit_all,
)

IN_ORDER = ["create", "document", "recipient", "submit"]


def text_of(pdf: bytes) -> str:
    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0]
    return page.get_textpage().get_text_bounded()


async def test_each_letter_is_a_sending_of_its_own(service: RunningNotifications, provider: MailevaStandIn):
    letters = await require_letters(service, 6)
    await batch(service)
    await submit_all(service)
    rows = await service.rows(
        "SELECT state, content_sealed, provider_reference, sent_at - rendered_at AS took FROM deliveries"
    )
    (closed,) = await service.rows("SELECT state, channel, pdfs_removed_at IS NOT NULL AS no_pdfs FROM print_batches")

    assert provider.submitted == {str(one): 1 for one in letters}
    assert {(row["state"], row["content_sealed"]) for row in rows} == {("handed_over", None)}
    assert {row["provider_reference"] for row in rows} == set(provider.sendings)
    assert closed == {"state": "handed_over", "channel": "maileva", "no_pdfs": True}
    assert provider.tokens_given == 1
    assert service.batches() == []


async def test_the_provider_is_asked_in_its_order_and_gets_what_the_letter_needs(
    service: RunningNotifications, provider: MailevaStandIn
):
    address = {
        "complement": "Appartement 12",
        "street": "81 chemin de l’Église",
        "postal_code": "61170",
        "city": "Le Mêle",
        "country": "FR",
    }
    (one,) = await require_letters(service, 1, last_name="Núñez", first_name="Zoëlig", address=address)
    await batch(service)
    await submit_all(service)
    (sending,) = provider.of(one)
    (recipient,), (document,) = sending.recipients, sending.documents

    assert provider.calls == ["token", *IN_ORDER]
    assert sending.order == {
        "name": str(one),
        "custom_id": str(one),
        "postage_type": "FAST",
        "color_printing": True,
        "duplex_printing": False,
        "optional_address_sheet": False,
        "envelope_windows_type": "SIMPLE",
        "print_sender_address": False,
        "archiving_duration": 0,
        "treat_undelivered_mail": True,
        "with_health_data": False,
        "sender_address_line_2": "SAFIAG",
        "sender_address_line_4": "1 rue de l’Exemple",
        "sender_address_line_6": "99999 EXEMPLE CEDEX",
        "sender_country_code": "FR",
    }
    assert {name: value for name, value in recipient.items() if name.startswith(("address", "country", "custom"))} == {
        "address_line_2": "Mme Zoëlig Núñez",
        "address_line_3": "Appartement 12",
        "address_line_4": "81 CHEMIN DE L EGLISE",
        "address_line_6": "61170 LE MELE",
        "country_code": "FR",
        "custom_id": one.hex,
    }
    assert (document["name"], document["priority"], document["shrink"]) == (f"{one}.pdf", 1, False)
    assert "K7NR" in text_of(document["content"])
    assert "61170" not in text_of(document["content"])  # the provider prints the address: our window is blank


async def test_a_brands_channel_decides_and_an_open_batch_keeps_its_own(
    service: RunningNotifications, provider: MailevaStandIn
):
    await require_letters(service, 1)
    member = member_enrolled(brand="demo")
    await service.hear(member)
    by_folder = letter_required(brand="demo", member_id=member.member_id)
    await service.hear(by_folder)
    while await hand_over_letters(service.notifications):
        pass
    waiting = await states(service)
    await submit_all(service)

    assert waiting == ["batched", "handed_over"]
    assert [manifest["brand"] for manifest in service.manifests()] == ["demo"]
    assert len(provider.submitted) == 1
    assert await states(service) == ["handed_over"]


async def test_the_attempt_and_the_announcement_are_noted_once(service: RunningNotifications, provider: MailevaStandIn):
    (one,) = await require_letters(service, 1, email="zoelig.nunez@example.org")
    await batch(service)
    await submit_all(service)
    await submit_all(service)
    mails = await service.rows("SELECT purpose FROM deliveries WHERE channel = 'email'")

    assert await attempts(service, one) == [("handed-over", None)]
    assert [row["purpose"] for row in mails] == ["letter_on_its_way"]
    assert (await letter(service, one))["attempts"] == 1


async def test_a_letter_whose_address_no_provider_can_be_told_fails_with_its_line(
    service: RunningNotifications, provider: MailevaStandIn
):
    abroad = {"street": "1 Kirchgasse", "postal_code": "10115", "city": "Berlin", "country": "Preußen"}
    (lost,) = await require_letters(service, 1, address=abroad | {"country": "Preussen"})
    (found,) = await require_letters(service, 1, address=abroad | {"country": "DE"})
    await batch(service)
    await submit_all(service)
    (recipient,) = provider.of(found)[0].recipients

    assert (await letter(service, lost))["failure"] == "address-does-not-fit: country (malformed)"
    assert (recipient["address_line_6"], recipient["country_code"]) == ("10115 BERLIN", "DE")
    assert provider.submitted == {str(found): 1}
    assert [event["failure"] for event in await service.published()] == ["address-does-not-fit"]


async def test_a_document_is_submitted_as_it_is_stored_behind_a_sheet_with_the_address(
    service: RunningNotifications, provider: MailevaStandIn
):
    member = member_enrolled(email=None)
    await service.hear(member)
    event = brought(member.member_id, brand="safiag")
    await service.hear(event)
    await batch(service)
    await submit_all(service)
    (sending,) = provider.of((await service.delivery(event.document_id))["id"])

    assert [document["content"] for document in sending.documents] == [notice_pdf()]
    assert sending.order["optional_address_sheet"]  # its window is not blank: nobody prints over it
