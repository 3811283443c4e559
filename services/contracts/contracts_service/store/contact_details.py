"""SQL of how people are reached: beside members and beneficiaries themselves, what is known of their addresses and preferences.

Since when an address is known is noted by a trigger (migration 0010), whoever changes it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.delivery_preference import Delivery, EmailState
from contracts_service.domain.trusted_contact import KnownAddress


@dataclass(frozen=True)
class ContactFacts:
    """How a person is reached. A beneficiary's `address` is the contract's; e-mail addresses are checked of members only."""

    title: str | None
    last_name: str
    first_name: str | None
    phone: str | None
    address: dict[str, Any]
    address_since: datetime | None
    delivery_preference: Delivery
    email: str | None
    email_since: datetime | None
    email_verified_at: datetime | None
    email_asked_at: datetime | None
    email_reply_by: date | None
    email_unconfirmed_since: datetime | None
    email_undeliverable_since: datetime | None

    @property
    def email_state(self) -> EmailState:
        """Return what decides about paper."""
        return EmailState(self.email is not None, self.email_unconfirmed_since, self.email_undeliverable_since)


async def of_member(connection: Connection, member_id: UUID) -> ContactFacts:
    """Return how a member is reached."""
    row = await connection.fetchrow(
        """
        SELECT title, last_name, first_name, phone, address, address_since, delivery_preference, email, email_since,
               email_verified_at, email_asked_at, email_reply_by, email_unconfirmed_since, email_undeliverable_since
        FROM members WHERE id = $1
        """,
        member_id,
    )
    return ContactFacts(**dict(row))


async def of_beneficiary(connection: Connection, beneficiary_id: UUID) -> ContactFacts:
    """Return how a beneficiary is reached; of the member it tells the postal address, and nothing else."""
    row = await connection.fetchrow(
        """
        SELECT NULL::text AS title, person.last_name, person.first_name, person.phone, address, address_since,
               person.delivery_preference, person.email, person.email_since, NULL::timestamptz AS email_verified_at,
               NULL::timestamptz AS email_asked_at, NULL::date AS email_reply_by,
               NULL::timestamptz AS email_unconfirmed_since, NULL::timestamptz AS email_undeliverable_since
        FROM beneficiaries AS person JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id
        WHERE person.id = $1
        """,
        beneficiary_id,
    )
    return ContactFacts(**dict(row))


async def former_addresses(connection: Connection, member_id: UUID) -> list[KnownAddress]:
    """Return where a member lived before, the newest first."""
    rows = await connection.fetch(
        """
        SELECT address, known_since AS since, replaced_at AS until FROM former_addresses
        WHERE member_id = $1 ORDER BY position DESC
        """,
        member_id,
    )
    return [KnownAddress(**dict(row)) for row in rows]


async def save_preference(
    connection: Connection, member_id: UUID, preference: Delivery, *, email_check_on: date
) -> None:
    """Write by which way a member wants to be told, and when to ask about the e-mail address, if that is sooner than planned.

    The caller publishes the member's next version.
    """
    await connection.execute(
        "UPDATE members SET delivery_preference = $2, email_check_on = least(email_check_on, $3) WHERE id = $1",
        member_id,
        preference,
        email_check_on,
    )


async def lock_beneficiary(connection: Connection, beneficiary_id: UUID) -> None:
    """Let one change of a beneficiary's own contact details be decided at a time."""
    await connection.execute("SELECT FROM beneficiaries WHERE id = $1 FOR NO KEY UPDATE", beneficiary_id)


async def save_of_beneficiary(
    connection: Connection, beneficiary_id: UUID, *, phone: str | None, preference: Delivery
) -> None:
    """Write a beneficiary's own telephone number and preference; the person is looked at anew (store/autonomous_news.py)."""
    await connection.execute(
        "UPDATE beneficiaries SET phone = $2, delivery_preference = $3, look_on = '-infinity' WHERE id = $1",
        beneficiary_id,
        phone,
        preference,
    )


@dataclass(frozen=True)
class KnownDelivery:
    """What decides by which way a member is told, for the events that say so."""

    id: UUID
    delivery_preference: Delivery
    has_email: bool
    email_unconfirmed_since: datetime | None
    email_undeliverable_since: datetime | None

    @property
    def email_state(self) -> EmailState:
        """Return what decides about paper."""
        return EmailState(self.has_email, self.email_unconfirmed_since, self.email_undeliverable_since)


async def deliveries_of(connection: Connection, member_ids: list[UUID]) -> list[KnownDelivery]:
    """Return what decides by which way members are told."""
    rows = await connection.fetch(
        """
        SELECT id, delivery_preference, email IS NOT NULL AS has_email, email_unconfirmed_since, email_undeliverable_since
        FROM members WHERE id = ANY($1)
        """,
        member_ids,
    )
    return [KnownDelivery(**dict(row)) for row in rows]
