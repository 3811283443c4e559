"""GET and PATCH /v1/me/contact-details, and the yearly "yes, that is still my address"."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.preconditions import seen_by, tagged
from service_kit.http.problems import (
    ChangedMeanwhile,
    InvalidRequest,
    NotFound,
    PreconditionRequired,
    RecentSignInRequired,
)
from service_kit.http.recent_sign_ins import require_recent_sign_in
from service_kit.personal import Personal

from contracts_service.domain.contact_errors import NoEmailToConfirm
from contracts_service.domain.contact_words import WHY_PAPER, email_advice
from contracts_service.domain.delivery_preference import Delivery, PaperReason, effective_delivery, why_paper
from contracts_service.domain.postal_form import printed_lines
from contracts_service.http.access import CHANGING, READING
from contracts_service.resources import Contracts
from contracts_service.store.contact_details import ContactFacts
from contracts_service.usecases.change_contact_details import change_contact_details, named
from contracts_service.usecases.confirm_email import confirm_email
from contracts_service.usecases.present_contact import PresentContact
from contracts_service.usecases.read_contact_details import read_contact_details

CHANGED_WITH = "PUT /v1/account/email"
DESCRIPTION = """A JSON merge patch (RFC 7396): what is not named stays, null takes a telephone number or a line of the
address away. If-Match must be the ETag of the answer that was seen. A postal address asks for a recent sign-in, since letters
with codes go there; it is refused where no envelope takes it (six lines of 38 characters, seven with the country). An
autonomous beneficiary has a telephone number and a preference of their own; the postal address is the contract's."""


class EmailAnswer(BaseModel):
    """The e-mail address, what is known of it, and what to do about it. It is changed in identity: `changed_with`."""

    address: str | None
    verified_at: datetime | None
    undeliverable_since: datetime | None
    unconfirmed_since: datetime | None
    confirm_by: date | None
    advice: str | None
    changed_with: str = CHANGED_WITH


class AddressAnswer(BaseModel):
    """A postal address; `printed` are the lines that a letter's window shows, null where a file brought what does not fit."""

    recipient: str | None
    complement: str | None
    building: str | None
    street: str | None
    locality: str | None
    postal_code: str | None
    city: str
    country: str
    printed: list[str] | None


class DeliveryAnswer(BaseModel):
    """By which way the person is told what must be on a durable medium: what was chosen, and what holds today and why."""

    preference: Delivery
    effective: Delivery
    reason: PaperReason | None
    advice: str | None


class ContactAnswer(BaseModel):
    """How a person is reached; of a beneficiary without the address, which is the member's."""

    email: EmailAnswer
    phone: str | None
    address: AddressAnswer | None
    delivery: DeliveryAnswer

    @classmethod
    def of(cls, present: PresentContact) -> "ContactAnswer":
        """Return the answer that shows `present`."""
        facts = present.facts
        return cls(
            email=_email(facts),
            phone=facts.phone,
            address=_address(facts) if present.viewer.role == "member" else None,
            delivery=_delivery(facts),
        )


class AddressPatch(RequestBody):
    """Lines of a postal address; `country` is ISO 3166-1 alpha-2."""

    recipient: Personal | None = None
    complement: Personal | None = None
    building: Personal | None = None
    street: Personal | None = None
    locality: Personal | None = None
    postal_code: Personal | None = None
    city: Personal | None = None
    country: Personal | None = None


class ContactPatch(RequestBody):
    """What is to change."""

    phone: Personal | None = None
    address: AddressPatch = AddressPatch()
    delivery_preference: Delivery = "electronic"


def _email(facts: ContactFacts) -> EmailAnswer:
    return EmailAnswer(
        address=facts.email,
        verified_at=facts.email_verified_at,
        undeliverable_since=facts.email_undeliverable_since,
        unconfirmed_since=facts.email_unconfirmed_since,
        confirm_by=facts.email_reply_by,
        advice=email_advice(facts.email_state, facts.email_reply_by),
    )


def _address(facts: ContactFacts) -> AddressAnswer:
    return AddressAnswer.model_validate({**facts.address, "printed": printed_lines(facts.address, named(facts))})


def _delivery(facts: ContactFacts) -> DeliveryAnswer:
    preference, email = facts.delivery_preference, facts.email_state
    reason = why_paper(preference, email)
    return DeliveryAnswer(
        preference=preference,
        effective=effective_delivery(preference, email),
        reason=reason,
        advice=None if reason is None else WHY_PAPER[reason],
    )


def _answer(present: PresentContact) -> Answer:
    return tagged(ContactAnswer.of(present).model_dump(mode="json"), present.tag)


def _patch(body: ContactPatch) -> dict[str, Any]:
    """Return the fields that the body names, and only those."""
    return body.model_dump(mode="json", exclude_unset=True)


async def show_contact_details(call: Call[Contracts]) -> Answer:
    """Answer how the caller is reached."""
    return _answer(await read_contact_details(call.resources, call.member, now=call.now))


async def patch_contact_details(call: Call[Contracts]) -> Answer:
    """Change how the caller is reached."""
    seen, patch = seen_by(call), _patch(call.body)
    if "address" in patch:
        require_recent_sign_in(call, minutes=call.resources.brands[call.brand].recent_sign_in_minutes)
    return _answer(await change_contact_details(call.resources, call.member, patch, seen=seen, now=call.now))


async def confirm_email_address(call: Call[Contracts]) -> Answer:
    """Keep the e-mail address for another year."""
    return _answer(await confirm_email(call.resources, call.member, now=call.now))


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/contact-details",
        "show_contact_details",
        "How the signed-in person is reached",
        show_contact_details,
        READING,
        answer=ContactAnswer,
        problems=(NotFound,),
    ),
    Endpoint(
        "PATCH",
        "/v1/me/contact-details",
        "patch_contact_details",
        "Change how one is reached",
        patch_contact_details,
        CHANGING,
        body=ContactPatch,
        answer=ContactAnswer,
        conditional=True,
        problems=(NotFound, InvalidRequest, PreconditionRequired, ChangedMeanwhile, RecentSignInRequired),
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "POST",
        "/v1/me/contact-details/email-confirmation",
        "confirm_email",
        "The e-mail address is still the right one",
        confirm_email_address,
        CHANGING,
        answer=ContactAnswer,
        problems=(NotFound, NoEmailToConfirm),
        description="Asked every year, as the law wants it. Of members: nobody asks about the address of a beneficiary.",
    ),
]
