"""How a person is reached, as it stands; and where a change is told that somebody else may have made.

Reads members, beneficiaries and former_addresses. Whoever wants to change something compares the tag first: `require_seen`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_kit.database import Connection
from service_kit.http.preconditions import Tags

from contracts_service.domain.own_address import own_address
from contracts_service.domain.trusted_contact import KnownAddress, is_trusted, trusted_address
from contracts_service.domain.viewer import Viewer
from contracts_service.resources import Contracts
from contracts_service.store import contact_details
from contracts_service.store.contact_details import ContactFacts


@dataclass(frozen=True)
class PresentContact:
    """Whose contact details these are, what they are, and the tag by which a change says that it has seen them."""

    viewer: Viewer
    facts: ContactFacts
    tag: str


@dataclass(frozen=True)
class FormerWay:
    """Where a change is told: at the present e-mail address or `by_post`; and to which postal address, if not the present one."""

    by_post: bool
    former_address: dict[str, Any] | None


async def present_contact(service: Contracts, connection: Connection, viewer: Viewer) -> PresentContact:
    """Return the contact details of whoever looks."""
    if viewer.role == "member":
        facts = await contact_details.of_member(connection, viewer.person_id)
    else:
        facts = await contact_details.of_beneficiary(connection, viewer.person_id)
    shown = vars(facts) if viewer.role == "member" else {**vars(facts), "address": None, "address_since": None}
    return PresentContact(viewer, facts, Tags(service.seals.contact_tags).of(shown))


async def former_way(
    service: Contracts, connection: Connection, present: PresentContact, *, now: datetime, address_changes: bool = False
) -> FormerWay:
    """Return by which way a change is told; call it before anything is written.

    By e-mail only where the address is the person's for as long as the brand says, and mails arrive there. A letter goes to an
    address that is as old: the present one, unless it is new or about to change.
    """
    days = service.brands[present.viewer.brand].contact.trusted_after_days
    facts = present.facts
    known = [
        KnownAddress(facts.address, facts.address_since),
        *await contact_details.former_addresses(connection, present.viewer.member_id),
    ]
    trusted = trusted_address(known, now=now, days=days)
    elsewhere = address_changes or trusted is not known[0]
    return FormerWay(
        by_post=not (_reads_mail(facts) and is_trusted(facts.email_since, now=now, days=days)),
        former_address=_named(present, trusted.address) if elsewhere else None,
    )


def _reads_mail(facts: ContactFacts) -> bool:
    state = facts.email_state
    return state.known and state.undeliverable_since is None and state.unconfirmed_since is None


def _named(present: PresentContact, address: dict[str, Any]) -> dict[str, Any]:
    """Return the address as it is written for the person: a beneficiary lives where the member does."""
    if present.viewer.role == "member":
        return address
    return own_address(address, last_name=present.facts.last_name)
