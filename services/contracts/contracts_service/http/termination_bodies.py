"""What is sent about terminations: bodies, and the entries that they become."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from service_kit.http.bodies import RequestBody
from service_kit.http.problems import InvalidRequest
from service_kit.personal import Personal

from contracts_service.domain.termination.entry import Contact, Entry, StatedPerson, without_what_is_not_asked
from contracts_service.domain.termination.entry_checks import normalised_contact
from contracts_service.domain.termination.motives import EventKind, Motive

LONGEST_TEXT, LONGEST_NAME, LONGEST_NUMBER, LONGEST_LINE = 1000, 100, 40, 60
PERSON = ("first_name", "last_name", "birth_date", "membership_number")


def _at_most(length: int) -> Any:
    def check(text: Personal) -> Personal:
        if len(text) > length:
            raise PydanticCustomError("too-long", "Cette information est trop longue.")
        if not text.reveal().strip():
            raise PydanticCustomError("too-short", "Cette information est trop courte.")
        return text

    schema = {"type": "string", "minLength": 1, "maxLength": length, "pattern": r"\S"}
    return Annotated[Personal, AfterValidator(check), WithJsonSchema(schema)]


Text: Any = _at_most(LONGEST_TEXT)
Name: Any = _at_most(LONGEST_NAME)
Number: Any = _at_most(LONGEST_NUMBER)
Line: Any = _at_most(LONGEST_LINE)


def _nothing() -> Any:
    """Stand for a field of a patch that is not named, and cannot be emptied."""
    return None


class ContactBody(RequestBody):
    """How to reach whoever asks (D221-1): one of the three."""

    email: Personal | None = None
    phone: Personal | None = None
    postal: Annotated[list[Line], Field(min_length=1, max_length=6)] | None = None


class TerminationBody(RequestBody):
    """What is asked. What each motive needs is told by `GET …/termination-terms`."""

    motive: Motive
    motive_text: Text | None = None
    event_date: date | None = None
    event_kind: EventKind | None = None
    requested_date: date | None = None
    contact: ContactBody | None = None


class TerminationPatch(RequestBody):
    """What changes: what is not named stays; what another motive does not ask for leaves by itself."""

    motive: Motive = Field(default_factory=_nothing)  # null is no motive
    motive_text: Text | None = None
    event_date: date | None = None
    event_kind: EventKind | None = None
    requested_date: date | None = None
    contact: ContactBody | None = None


class PublicTerminationBody(TerminationBody):
    """What is asked by somebody without an account: who it is, how to be reached, and the reference of the contract (D221-1)."""

    contact: ContactBody
    first_name: Name
    last_name: Name
    birth_date: date | None = None
    membership_number: Number


class PublicTerminationPatch(TerminationPatch):
    """The same as `TerminationPatch`, and who it is."""

    contact: ContactBody = Field(default_factory=_nothing)
    first_name: Name = Field(default_factory=_nothing)
    last_name: Name = Field(default_factory=_nothing)
    birth_date: date | None = None
    membership_number: Number = Field(default_factory=_nothing)


class ConfirmationBody(RequestBody):
    """The digest of the recap that was read: nothing else is confirmed."""

    recap_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def entry_of(body: TerminationBody, *, nonce: str) -> Entry:
    """Return what was entered; raise InvalidRequest for a means of contact that is none."""
    given = {name: _plain(getattr(body, name)) for name in TerminationBody.model_fields if name != "contact"}
    person = None
    if isinstance(body, PublicTerminationBody):
        person = StatedPerson.model_validate({name: _plain(getattr(body, name)) for name in PERSON})
    return Entry(nonce=nonce, contact=contact_of(body.contact), person=person, **given)


def change_of(patch: TerminationPatch) -> Callable[[Entry], Entry]:
    """Return what a patch makes of an entry; raise InvalidRequest for a means of contact that is none."""
    given = patch.model_fields_set
    changes: dict[str, Any] = {name: _plain(getattr(patch, name)) for name in given - {"contact", *PERSON}}
    if "contact" in given:
        changes["contact"] = contact_of(patch.contact)
    stated = {name: _plain(getattr(patch, name)) for name in given & set(PERSON)}

    def change(entry: Entry) -> Entry:
        person = None if entry.person is None else entry.person.model_copy(update=stated)
        kept = without_what_is_not_asked(entry.model_copy(update={"motive": changes.get("motive", entry.motive)}))
        return kept.model_copy(update={**changes, "person": person})

    return change


def contact_of(body: ContactBody | None) -> Contact | None:
    """Return the means of contact in the form in which it is kept; raise InvalidRequest."""
    if body is None:
        return None
    postal = None if body.postal is None else [line.reveal().strip() for line in body.postal]
    contact, problems = normalised_contact(email=_plain(body.email), phone=_plain(body.phone), postal=postal)
    if problems:
        raise InvalidRequest(fields=problems)
    return contact


def _plain(value: Any) -> Any:
    return value.reveal().strip() if isinstance(value, Personal) else value
