"""SQL of how accounts stand: what an adviser is shown, in one look. No secret is read here, nor a digest of one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.account_states import Tries
from identity_service.domain.accounts import Account
from identity_service.store.accounts import COLUMNS

MOST = 100  # memberships of one number: in practice one

OF_ACCOUNT = COLUMNS.split(", ")
OF_TRIES = ("failures", "try_not_before", "day_began", "day_tries")

QUERY = f"""
    SELECT {", ".join(f"accounts.{column}" for column in OF_ACCOUNT)}, password_changed_at,
        tries.failures, tries.try_not_before, tries.day_began, tries.day_tries,
        greatest(living.last_began, signed_in.at) AS last_sign_in_at, living.sessions,
        terms.terms_version, terms.accepted_at AS terms_accepted_at,
        letter.created_at AS letter_sent_at, letter.expires_at AS letter_expires_at,
        EXISTS (
            SELECT FROM reset_tokens WHERE account_id = accounts.id AND used_at IS NULL AND expires_at > $3
        ) AS link_pending
    FROM accounts
    LEFT JOIN tries ON subject = accounts.id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE expires_at > $3 AND idle_until > $3) AS sessions, max(created_at) AS last_began
        FROM sessions WHERE account_id = accounts.id AND ended_at IS NULL
    ) AS living
    CROSS JOIN LATERAL (
        SELECT max(occurred_at) AS at FROM deeds WHERE account_id = accounts.id AND kind = 'signed_in'
    ) AS signed_in
    LEFT JOIN LATERAL (
        SELECT terms_version, accepted_at FROM terms_acceptances WHERE account_id = accounts.id
        ORDER BY accepted_at DESC LIMIT 1
    ) AS terms ON true
    LEFT JOIN posted_codes AS letter ON letter.account_id = accounts.id
        AND letter.used_at IS NULL AND letter.cancelled_at IS NULL AND letter.expires_at > $3 AND letter.tries < $4
    WHERE accounts.brand = $1 AND membership_digest = ANY($2) ORDER BY effective_from DESC, accounts.id LIMIT {MOST}
"""  # noqa: S608 - ours


@dataclass(frozen=True)
class KeptState:
    """What is kept of an account and tells how it stands."""

    account: Account
    tries: Tries
    password_changed_at: datetime | None
    last_sign_in_at: datetime | None
    sessions: int
    terms_version: str | None
    terms_accepted_at: datetime | None
    letter_sent_at: datetime | None
    letter_expires_at: datetime | None
    link_pending: bool

    @property
    def id(self) -> UUID:
        """Return the account's id."""
        return self.account.id


async def find_by_membership(
    connection: Connection, *, brand: str, digests: list[bytes], code_tries: int, now: datetime
) -> list[KeptState]:
    """Return the accounts of a membership number, the latest to begin first; a posted code has `code_tries`."""
    rows = [dict(row) for row in await connection.fetch(QUERY, brand, digests, now, code_tries)]
    found = []
    for row in rows:
        account = Account(**{name: row.pop(name) for name in OF_ACCOUNT})
        counted = {name: row.pop(name) for name in OF_TRIES}
        tries = Tries() if counted["failures"] is None else Tries(**counted)
        found.append(KeptState(account, tries, **row))
    return found
