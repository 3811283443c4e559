"""First connection, or the way back in with a posted code: number, code, a new password twice, the terms.

Reads accounts; counts the try before the code is compared (posted_codes or the account's failure counter); in one
transaction uses the code up and writes password, sessions, tokens, codes and terms_acceptances. No session is opened: the
member signs in with the new password, which proves that it was taken in.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from service_kit.clock import civil_date
from service_kit.problems import FieldProblem

from identity_service.domain import posted_codes as code_rules
from identity_service.domain.accounts import Account, preferred
from identity_service.domain.errors import FirstConnectionRefused, PasswordRefused, TermsNotAccepted
from identity_service.domain.login_identifiers import normalise
from identity_service.resources import Identity
from identity_service.store import accounts, posted_codes, terms_acceptances
from identity_service.store.posted_codes import PostedCode
from identity_service.usecases.choose_password import check_choice, check_shape, write_choice


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
    """Set the password; raise FirstConnectionRefused (one answer), PasswordRefused or TermsNotAccepted."""
    _check_terms(identity, typed)
    check_shape(identity, brand=typed.brand, password=typed.password, confirmation=typed.confirmation)
    account = await _find(identity, typed, now=now)
    posted, right = await _try_code(identity, account, typed.code, now=now)
    # The hash is made whether the code is right or not, so that the time does not tell.
    password_hash = await identity.hashing.hash(typed.password)
    if account is None or not right:
        raise FirstConnectionRefused
    try:
        check_choice(identity, account, password=typed.password, confirmation=typed.confirmation)
    except PasswordRefused:
        await _give_try_back(identity, account, posted)
        raise
    terms = identity.terms[typed.brand]
    async with identity.database.transaction() as connection:
        if posted is not None and not await posted_codes.consume(connection, posted.id, now=now):
            raise FirstConnectionRefused
        if posted is None and await accounts.has_password(connection, account.id):
            raise FirstConnectionRefused  # somebody was quicker with the same identifier
        await write_choice(connection, account, password_hash=password_hash, now=now, because="first connection")
        await terms_acceptances.record(
            connection, account.id, version=terms.version, text_digest=terms.digest, now=now, source="first connection"
        )


def _check_terms(identity: Identity, typed: FirstConnection) -> None:
    if typed.accepted_terms != identity.terms[typed.brand].version:
        words = "Vous devez accepter les conditions générales d’utilisation en vigueur."
        raise TermsNotAccepted(fields=(FieldProblem("accepted_terms", "current-version-required", words),))


async def _find(identity: Identity, typed: FirstConnection, *, now: datetime) -> Account | None:
    policy = identity.brands[typed.brand]
    kind = policy.login_identifier
    digests = identity.digests.login(kind).all_of(typed.brand, normalise(kind, typed.identifier))
    async with identity.database.connection() as connection:
        by_digest = await accounts.find_by_login(connection, brand=typed.brand, kind=kind, digests=digests)
    candidates = [account for found in by_digest.values() for account in found]
    return preferred(candidates, civil_date(now), read_only_years=policy.read_only_years)


async def _try_code(
    identity: Identity, account: Account | None, typed: str, *, now: datetime
) -> tuple[PostedCode | None, bool]:
    """Count a try and compare; return the posted code that was right (None for the statement identifier) and whether."""
    account_id = account.id if account is not None else identity.entropy.new_id()
    policy = identity.brands[account.brand] if account is not None else next(iter(identity.brands.values()))
    async with identity.database.transaction() as connection:
        posted = await posted_codes.count_try(connection, account_id, now=now, tries=policy.letter_code_tries)
    if account is None:
        return None, False
    if posted is not None and _is_posted_code(identity, account, posted, typed):
        return posted, True
    if account.password_hash is not None or "statement_identifier" not in policy.first_connection_factors:
        return None, False
    async with identity.database.transaction() as connection:
        allowed = await accounts.count_failure(connection, account.id, now=now, lockout=policy.lockout)
    expected = identity.digests.statement.all_of(str(account.member_id), typed.strip())
    known = account.statement_digest or b""
    return None, allowed and any(hmac.compare_digest(known, digest) for digest in expected)


def _is_posted_code(identity: Identity, account: Account, posted: PostedCode, typed: str) -> bool:
    expected = identity.digests.secret.all_of("posted-code", str(account.id), code_rules.normalise(typed))
    return any(hmac.compare_digest(posted.digest, digest) for digest in expected)


async def _give_try_back(identity: Identity, account: Account, posted: PostedCode | None) -> None:
    """The code was right and the password was not: that is no guess."""
    async with identity.database.transaction() as connection:
        if posted is not None:
            await posted_codes.give_back_try(connection, posted.id)
        else:
            await accounts.clear_failures(connection, account.id)
