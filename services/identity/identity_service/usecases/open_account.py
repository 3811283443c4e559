"""A member was enrolled or changed: the account follows. Writes accounts, reset_tokens and email_changes, in the consumer's
transaction.

The number, the birth date and the names are digested here and forgotten: from then on identity can compare, not read.
"""

from datetime import date, datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Reader

from identity_service.domain.login_identifiers import letters_and_digits, normalise_email, normalise_nir, with_key
from identity_service.domain.personal_pieces import personal_pieces
from identity_service.domain.welcomes import joins_now
from identity_service.resources import Identity
from identity_service.store import email_changes, enrolments, reset_tokens, welcomes
from identity_service.store.enrolments import Enrolment


class EnrolledMember(Reader):
    """What identity reads of a member. The personal fields arrive sealed and leave this module digested."""

    version: int
    member_id: UUID
    brand: str
    effective_date: date
    end_date: date | None = None
    membership_number: Personal
    nir: Personal
    birth_date: Personal
    last_name: Personal
    first_name: Personal | None = None
    birth_name: Personal | None = None
    email: Personal | None = None
    statement_identifier: Personal | None = None


async def open_account(identity: Identity, connection: Connection, member: EnrolledMember, *, now: datetime) -> None:
    """Create the member's account, or bring it up to date when `member.version` is newer.

    An address that the member chose stays until contracts tells another one than before (docs/decisions/0012).
    """
    known = await enrolments.hold(connection, brand=member.brand, member_id=member.member_id)
    enrolment = _enrolment(identity, member, known.account_id if known else identity.entropy.new_id(), now=now)
    kept = await enrolments.save(connection, enrolment, now=now)
    if known and kept and kept.email_digest != known.email_digest and known.email_digest not in enrolment.email_digests:
        # What was mailed to the former address opens nothing any more, and the new one is welcomed.
        await reset_tokens.cancel_all(connection, known.account_id, now=now)
        # Nor does a link of somebody who had changed it before put another one in its place.
        await email_changes.forget_former(connection, known.account_id, told=enrolment.email_digests)
        await welcomes.expect(connection, known.account_id)


def _enrolment(identity: Identity, member: EnrolledMember, account_id: UUID, *, now: datetime) -> Enrolment:
    digests, brand, owner = identity.digests, member.brand, str(member.member_id)
    email = member.email.reveal() if member.email else None
    statement = member.statement_identifier.reveal() if member.statement_identifier else None
    return Enrolment(
        account_id=account_id,
        brand=brand,
        member_id=member.member_id,
        member_version=member.version,
        nir_digest=digests.nir.of(brand, normalise_nir(member.nir.reveal())),
        membership_digest=digests.membership.of(brand, letters_and_digits(member.membership_number.reveal())),
        birth_digest=digests.birth.of(owner, member.birth_date.reveal()),
        email_digests=digests.email.all_of(brand, normalise_email(email)) if email else [],
        email_sealed=identity.addresses.seal(email.encode(), context=owner) if email else None,
        statement_digest=digests.statement.of(owner, letters_and_digits(statement)) if statement else None,
        personal_digests=digests.personal.of_each(owner, _pieces(member)),
        effective_from=member.effective_date,
        ended_on=member.end_date,
        welcomed_at=now if email and not _joins_now(identity, member, now=now) else None,
    )


def _joins_now(identity: Identity, member: EnrolledMember, *, now: datetime) -> bool:
    policy = identity.brands.get(member.brand)
    return policy is not None and joins_now(
        member.effective_date, first_heard_on=civil_date(now), within_days=policy.welcome_within_days
    )


def _pieces(member: EnrolledMember) -> set[str]:
    numbers = (member.membership_number, member.statement_identifier)
    names = (member.last_name, member.birth_name, member.first_name, member.email)
    return personal_pieces(
        birth_date=member.birth_date.reveal(),
        numbers=[with_key(member.nir.reveal()), *(number.reveal() for number in numbers if number)],
        names=[name.reveal() for name in names if name],
    )
