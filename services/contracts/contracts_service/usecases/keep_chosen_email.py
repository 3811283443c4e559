"""A person chose another address in identity, or took a choice back: it is the person's address from now on (ADR 0012).

Reads members, contracts and beneficiaries; writes members and the outbox, in the consumer's transaction; publishes
member.changed. Of a beneficiary: usecases/keep_beneficiary_email.py. What the file said last stays known by its digest, so that
a file that repeats it does not put it back.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader

from contracts_service.domain.email_address import EmailAddressError, normalise_email_address
from contracts_service.resources import Contracts
from contracts_service.store import beneficiaries, contracts, members
from contracts_service.store.members import MemberRow
from contracts_service.usecases.keep_beneficiary_email import keep_beneficiary_email
from contracts_service.usecases.member_events import publish_members
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.prove_email import note_proof, prove_email

log = structlog.get_logger()


class ChosenEmail(Reader):
    """What contracts reads of an account's event: whose it is, and the present address, which may be none."""

    version: int
    member_id: UUID
    brand: str
    email: Personal | None = None


async def keep_chosen_email(service: Contracts, connection: Connection, chosen: ChosenEmail, *, now: datetime) -> None:
    """Let `chosen.email` be the member's address, unless a newer event of the account was heard already.

    Raises FinalEventError for a person whom nobody has enrolled (people begin here: none is on its way), and for a text that
    is no address.
    """
    email = _normalised(chosen)
    await members.lock_brand(connection, chosen.brand)
    member = await members.find(connection, brand=chosen.brand, member_id=chosen.member_id)
    if member is None:
        await keep_beneficiary_email(
            connection, chosen.member_id, email, brand=chosen.brand, account_version=chosen.version
        )
        return
    if not await members.follow_account(connection, member.id, account_version=chosen.version):
        log.info("older_version_ignored", member_id=str(member.id), version=chosen.version)
        return
    if email == member.email and email is not None:
        await prove_email(service, connection, brand=chosen.brand, member_id=member.id, now=now)
    elif email != member.email:
        await _change(service, connection, member, email, now=now)


def _normalised(chosen: ChosenEmail) -> str | None:
    try:
        return None if chosen.email is None else normalise_email_address(chosen.email.reveal())
    except EmailAddressError:
        raise FinalEventError from None


async def _change(
    service: Contracts, connection: Connection, member: MemberRow, email: str | None, *, now: datetime
) -> None:
    # A row without a digest dates from before members could choose: its address is the file's.
    digest = member.file_email_digest or service.seals.file_email_digest(member.id, member.email)
    changed = replace(member, version=member.version + 1, email=email, file_email_digest=digest)
    await members.save_email(connection, changed, now=now)
    if email is not None:  # identity tells of an address when a code or a link was answered that went there
        await note_proof(service, connection, brand=member.brand, member_id=member.id, now=now)
    contract = await contracts.find(connection, member.id)
    people = await beneficiaries.covered_by(connection, contract.id)
    await publish_members(service, connection, [MemberRows(changed, contract, people)], now=now)
