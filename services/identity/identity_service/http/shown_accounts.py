"""How an account is shown to an adviser: as it stands, without a secret."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from identity_service.domain.account_states import State, lock_of, state_of
from identity_service.domain.accounts import Holder
from identity_service.domain.masked_addresses import masked
from identity_service.resources import Identity
from identity_service.store.account_states import KeptState
from identity_service.usecases.known_address import known_address


class AcceptedTerms(BaseModel):
    """The latest terms of use that were accepted; `current` where they are the ones in force."""

    version: str
    accepted_at: datetime
    current: bool


class PendingLetter(BaseModel):
    """The letter whose code still opens the account, if any."""

    pending: bool
    sent_at: datetime | None
    expires_at: datetime | None


class AccountState(BaseModel):
    """How an account stands. No secret is in it, and of the e-mail address only its first letters."""

    id: UUID
    member_id: UUID  # by which the other services know the person: notifications lists the mails and letters to them
    holder: Holder  # whose: the member's, or that of somebody whom the member's contract covers (contracts says who)
    state: State
    activated: bool
    locked: bool
    locked_until: datetime | None
    other_channel_needed: bool
    failures_in_a_row: int
    tries_today: int
    password_changed_at: datetime | None
    last_sign_in_at: datetime | None
    sessions: int
    email: str | None
    terms: AcceptedTerms | None
    letter: PendingLetter
    link_pending: bool
    effective_from: date
    ended_on: date | None


def shown(identity: Identity, kept: KeptState, *, now: datetime) -> AccountState:
    """Return how an account is shown."""
    account, policy = kept.account, identity.brands[kept.account.brand]
    lock = lock_of(kept.tries, policy.lockout, now=now)
    email = known_address(identity, account)
    return AccountState(
        id=account.id,
        member_id=account.member_id,
        holder=account.holder,
        state=state_of(account, lock, policy, now=now),
        activated=account.password_hash is not None,
        locked=lock.closed,
        locked_until=lock.until,
        other_channel_needed=lock.other_channel_needed,
        failures_in_a_row=kept.tries.failures,
        tries_today=kept.tries.today(now),
        password_changed_at=kept.password_changed_at,
        last_sign_in_at=kept.last_sign_in_at,
        sessions=kept.sessions,
        email=None if email is None else masked(email),
        terms=_terms(identity, kept),
        letter=PendingLetter(
            pending=kept.letter_sent_at is not None,
            sent_at=kept.letter_sent_at,
            expires_at=kept.letter_expires_at,
        ),
        link_pending=kept.link_pending,
        effective_from=account.effective_from,
        ended_on=account.ended_on,
    )


def _terms(identity: Identity, kept: KeptState) -> AcceptedTerms | None:
    if kept.terms_version is None or kept.terms_accepted_at is None:
        return None
    current = kept.terms_version == identity.terms[kept.account.brand].version
    return AcceptedTerms(version=kept.terms_version, accepted_at=kept.terms_accepted_at, current=current)
