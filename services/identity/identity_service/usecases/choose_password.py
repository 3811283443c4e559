"""The last step of every way to a new password: it is written, sessions end, every other secret is void, its owner is told.

In the caller's transaction writes accounts, sessions, devices, reset_tokens, posted_codes, tries, deeds and the outbox; publishes
password.changed, and posted-code.unneeded where a code was on its way by post.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.problems import FieldProblem

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import PasswordRefused
from identity_service.domain.passwords import breached, password_problems, shape_problems
from identity_service.events import PasswordChanged, PasswordWay
from identity_service.resources import Identity
from identity_service.store import accounts, devices, passkeys, posted_codes, reset_tokens, sessions, tries
from identity_service.usecases.known_address import known_address
from identity_service.usecases.tell_unneeded_codes import tell_unneeded_codes

ENDED_BECAUSE: dict[PasswordWay, str] = {
    "mailed_link": "password reset by mail",
    "posted_code": "password chosen with a posted code",
    "statement_identifier": "first connection",
    "account": "password changed",
}


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


@dataclass(frozen=True)
class Choice:
    """A new password that may be written, what proved its owner, and the session that goes on (none after forgetting it)."""

    password_hash: str
    way: PasswordWay
    session_id: UUID | None = None


async def write_choice(
    identity: Identity, connection: Connection, account: Account, choice: Choice, *, now: datetime
) -> None:
    """Write the hash, end the other sessions, void every token and code and tell the owner, in the caller's transaction.

    What proves the owner through another channel than the password also lifts a lock. The caller has locked the account
    (`accounts.lock`).
    """
    await accounts.set_password(connection, account.id, password_hash=choice.password_hash, now=now)
    await sessions.end_all(connection, account.id, now=now, because=ENDED_BECAUSE[choice.way], but=choice.session_id)
    await reset_tokens.cancel_all(connection, account.id, now=now)
    unneeded = await posted_codes.cancel_all(connection, account.id, now=now)
    await devices.forget_others(connection, account.id, session_id=choice.session_id, now=now)
    if choice.way != "account":
        await tries.forget(connection, account.id)
        await devices.note_proof(connection, account.id, now=now)
    await identity.record(
        connection, Deed("password_changed", account.brand, account.id, details={"way": choice.way}), now=now
    )
    await _tell(identity, connection, account, choice, now=now)
    await tell_unneeded_codes(identity, connection, account, unneeded, now=now)


async def _tell(identity: Identity, connection: Connection, account: Account, choice: Choice, *, now: datetime) -> None:
    # As the account is now: an activation has just given it its address.
    present = (await accounts.hold(connection, [account.id]))[account.id]
    email, [version] = known_address(identity, present), await accounts.draw_versions(connection, [account.id])
    event = PasswordChanged(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        change_id=identity.entropy.new_id(),
        changed_at=now,
        way=choice.way,
        by_post=identity.brands[account.brand].tells_new_password_by_post(email_known=email is not None),
        passkeys=await passkeys.count(connection, account.id),
        email=email,
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
