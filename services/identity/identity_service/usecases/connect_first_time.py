"""First connection, or the way back in with a posted code: number, code, a new password twice, the terms.

Reads accounts; counts the try before the code is compared (tries, and posted_codes where there is one); in one transaction
uses the code up and writes password, tries, sessions, tokens, codes, terms_acceptances and the outbox; publishes
password.changed and posted-code.redeemed. No session is opened: the member signs in with the new password, which proves that
it was taken in.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from service_kit.database import Connection

from identity_service.domain import posted_codes as code_rules
from identity_service.domain.accounts import Account
from identity_service.domain.errors import FirstConnectionRefused, PasswordRefused
from identity_service.domain.login_identifiers import letters_and_digits
from identity_service.events import PostedCodeRedeemed
from identity_service.resources import Identity
from identity_service.store import accounts, posted_codes, terms_acceptances, tries
from identity_service.store.posted_codes import PostedCode
from identity_service.usecases.check_terms import check_terms
from identity_service.usecases.choose_password import Choice, check_choice, check_shape, write_choice
from identity_service.usecases.recognise import Recognised, recognise


@dataclass(frozen=True)
class FirstConnection:
    """What the member typed."""

    brand: str
    identifier: str
    code: str
    password: str
    confirmation: str
    accepted_terms: str


async def connect_first_time(identity: Identity, typed: FirstConnection, *, now: datetime) -> None:
    """Set the password; raise FirstConnectionRefused (one answer), PasswordRefused, TermsNotAccepted or TooBusy."""
    check_terms(identity, brand=typed.brand, accepted=typed.accepted_terms)
    check_shape(identity, brand=typed.brand, password=typed.password, confirmation=typed.confirmation)
    with identity.hashing.place() as place:
        found = await recognise(identity, brand=typed.brand, identifier=typed.identifier, now=now)
        posted, right = await _try_code(identity, found, typed, now=now)
        # The hash is made whether the code is right or not, so that the time does not tell.
        password_hash = await place.hash(typed.password)
    account = found.account
    if account is None or not right:
        raise FirstConnectionRefused
    try:
        await check_choice(identity, account, password=typed.password, confirmation=typed.confirmation)
    except PasswordRefused:
        await _give_try_back(identity, account, posted)
        raise
    await _connect(identity, account, posted, password_hash=password_hash, now=now)


async def _connect(
    identity: Identity, account: Account, posted: PostedCode | None, *, password_hash: str, now: datetime
) -> None:
    terms = identity.terms[account.brand]
    async with identity.database.transaction() as connection:
        present = await accounts.lock(connection, account.id)
        if posted is not None and not await posted_codes.consume(connection, posted.id, now=now):
            raise FirstConnectionRefused
        if posted is None and present is not None:
            raise FirstConnectionRefused  # somebody was quicker with the same identifier
        choice = Choice(password_hash, "statement_identifier" if posted is None else "posted_code")
        await write_choice(identity, connection, account, choice, now=now)
        await terms_acceptances.record(
            connection, account.id, version=terms.version, text_digest=terms.digest, now=now, source="first connection"
        )
        if posted is not None:
            await _tell(identity, connection, account, posted, now=now)
    identity.foundation.wake.call()


async def _tell(
    identity: Identity, connection: Connection, account: Account, posted: PostedCode, *, now: datetime
) -> None:
    """Record that the code has served, so that its letter is not kept any longer."""
    [version] = await accounts.draw_versions(connection, [account.id])
    event = PostedCodeRedeemed(
        version=version,
        letter_id=posted.id,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)


async def _try_code(
    identity: Identity, found: Recognised, typed: FirstConnection, *, now: datetime
) -> tuple[PostedCode | None, bool]:
    """Count a try and compare; return the posted code that was right (None for the statement identifier) and whether."""
    policy, account = identity.brands[typed.brand], found.account
    async with identity.database.transaction() as connection:
        posted = await posted_codes.count_try(connection, found.subject, now=now, tries=policy.letter_code_tries)
        number = await tries.count(connection, found.subject, now=now, lockout=policy.lockout)
    if account is None:
        return None, False
    # A posted code has tries of its own, and must open an account that too many failures have closed.
    if posted is not None and _is_posted_code(identity, account, posted, typed.code):
        return posted, True
    never_opened = account.password_hash is None and "statement_identifier" in policy.first_connection_factors
    return None, never_opened and number is not None and _is_statement_identifier(identity, account, typed.code)


def _is_posted_code(identity: Identity, account: Account, posted: PostedCode, typed: str) -> bool:
    expected = identity.digests.secret.all_of("posted-code", str(account.id), code_rules.normalise(typed))
    return any(hmac.compare_digest(posted.digest, digest) for digest in expected)


def _is_statement_identifier(identity: Identity, account: Account, typed: str) -> bool:
    expected = identity.digests.statement.all_of(str(account.member_id), letters_and_digits(typed))
    known = account.statement_digest or b""
    return any(hmac.compare_digest(known, digest) for digest in expected)


async def _give_try_back(identity: Identity, account: Account, posted: PostedCode | None) -> None:
    """The code was right and the password was not: that is no guess."""
    async with identity.database.transaction() as connection:
        if posted is not None:
            await posted_codes.give_back_try(connection, posted.id)
        await tries.forget(connection, account.id)
