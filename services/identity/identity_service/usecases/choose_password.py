"""The last step of every way back in: a new password is written, every session ends, every other secret is void."""

from datetime import datetime

from service_kit.database import Connection
from service_kit.problems import FieldProblem

from identity_service.domain.accounts import Account
from identity_service.domain.errors import PasswordRefused
from identity_service.domain.passwords import breached, password_problems, shape_problems
from identity_service.resources import Identity
from identity_service.store import accounts, posted_codes, reset_tokens, sessions, tries


def check_shape(identity: Identity, *, brand: str, password: str, confirmation: str) -> None:
    """Refuse what can be refused before it is known who chooses; raise PasswordRefused."""
    _refuse(shape_problems(identity.brands[brand].password_rule, password, confirmation))


async def check_choice(identity: Identity, account: Account, *, password: str, confirmation: str) -> None:
    """Refuse a password that is easy to guess, for anybody or from this member's own data; raise PasswordRefused."""
    async with identity.database.connection() as connection:
        own = await accounts.personal_digests(connection, account.id)

    def is_personal(text: str) -> bool:
        return not own.isdisjoint(identity.digests.personal.all_of(str(account.member_id), text))

    policy = identity.brands[account.brand]
    _refuse(
        password_problems(
            policy.password_rule, password, confirmation, is_personal=is_personal, brand_words=policy.name.split()
        )
    )
    if policy.password_rule == "passphrase" and identity.breach_ranges and await identity.breach_ranges.knows(password):  # noqa: S105
        raise PasswordRefused(fields=(breached(),))


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        raise PasswordRefused(fields=tuple(problems))


async def write_choice(
    connection: Connection, account: Account, *, password_hash: str, now: datetime, because: str
) -> None:
    """Write the hash, end every session, lift a lock and void every token and code, in the caller's transaction.

    The caller has locked the account (`accounts.lock`).
    """
    await accounts.set_password(connection, account.id, password_hash=password_hash, now=now)
    await sessions.end_all(connection, account.id, now=now, because=because)
    await reset_tokens.cancel_all(connection, account.id, now=now)
    await posted_codes.cancel_all(connection, account.id, now=now)
    await tries.forget(connection, account.id)
