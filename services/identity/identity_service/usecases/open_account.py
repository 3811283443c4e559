"""A member was enrolled or changed, or somebody is known apart from one: the account follows.

Writes accounts, reset_tokens and email_changes, in the consumer's transaction; usecases/close_account.py what closing one takes.

The number, the birth date and the names are digested here and forgotten: from then on identity can compare, not read.
"""

from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.login_identifiers import letters_and_digits, normalise_email, normalise_nir, with_key
from identity_service.domain.personal_pieces import personal_pieces
from identity_service.domain.welcomes import joins_now
from identity_service.resources import Identity
from identity_service.store import email_changes, enrolments, removals, reset_tokens, welcomes
from identity_service.store.enrolments import Enrolment
from identity_service.usecases.account_holders import AccountHolder
from identity_service.usecases.close_account import close_account, reopen_account


async def open_account(identity: Identity, connection: Connection, person: AccountHolder, *, now: datetime) -> None:
    """Create the person's account, or bring it up to date when `person.version` is newer; nothing of who has left.

    An address that the person chose stays until contracts tells another one than before (docs/decisions/0012).
    """
    if await removals.has_left(connection, brand=person.brand, member_id=person.person_id, version=person.version):
        return
    known = await enrolments.hold(connection, brand=person.brand, member_id=person.person_id)
    enrolment = _enrolment(identity, person, known.account_id if known else identity.entropy.new_id(), now=now)
    kept = await enrolments.save(connection, enrolment, now=now)
    if known is None or kept is None:
        return
    if kept.email_digest != known.email_digest and known.email_digest not in enrolment.email_digests:
        # What was mailed to the former address opens nothing any more, and the new one is welcomed.
        await reset_tokens.cancel_all(connection, known.account_id, now=now)
        # Nor does a link of somebody who had changed it before put another one in its place.
        await email_changes.forget_former(connection, known.account_id, told=enrolment.email_digests)
        await welcomes.expect(connection, known.account_id)
    if kept.closed and not known.closed:
        await close_account(identity, connection, known.account_id, now=now)
    elif known.closed and not kept.closed:
        await reopen_account(identity, connection, known.account_id, now=now)


def _enrolment(identity: Identity, person: AccountHolder, account_id: UUID, *, now: datetime) -> Enrolment:
    digests, brand, owner = identity.digests, person.brand, str(person.person_id)
    email = person.email.reveal() if person.email else None
    statement = person.statement.reveal() if person.statement else None
    # Without a number of one's own: what no typed number is ever brought to.
    number = normalise_nir(person.number.reveal()) if person.number else f"unknown: {owner}"
    return Enrolment(
        account_id=account_id,
        brand=brand,
        member_id=person.person_id,
        member_version=person.version,
        nir_digest=digests.nir.of(brand, number),
        membership_digest=digests.membership.of(brand, letters_and_digits(person.membership_number.reveal())),
        birth_digest=digests.birth.of(owner, person.birth_date.reveal()),
        email_digests=digests.email.all_of(brand, normalise_email(email)) if email else [],
        email_sealed=identity.addresses.seal(email.encode(), context=owner) if email else None,
        statement_digest=digests.statement.of(owner, letters_and_digits(statement)) if statement else None,
        personal_digests=digests.personal.of_each(owner, _pieces(person)),
        effective_from=person.effective_date,
        ended_on=person.end_date,
        welcomed_at=now if email and not _is_welcome(identity, person, now=now) else None,
        holder=person.holder,
        closed=person.is_closed,
    )


def _is_welcome(identity: Identity, person: AccountHolder, *, now: datetime) -> bool:
    """Tell whether a new account with an address is welcomed: a beneficiary's address was recorded for just that."""
    policy = identity.brands.get(person.brand)
    return policy is not None and (
        person.holder == "beneficiary"
        or joins_now(person.effective_date, first_heard_on=civil_date(now), within_days=policy.welcome_within_days)
    )


def _pieces(person: AccountHolder) -> set[str]:
    numbers = [with_key(person.number.reveal())] if person.number else []
    others = (person.membership_number, person.statement)
    names = (person.last_name, *person.other_names, person.first_name, person.email)
    return personal_pieces(
        birth_date=person.birth_date.reveal(),
        numbers=[*numbers, *(number.reveal() for number in others if number)],
        names=[name.reveal() for name in names if name],
    )
