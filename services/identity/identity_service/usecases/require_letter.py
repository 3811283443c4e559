"""A member must get a code by post: the one way to it, whoever wants it (the member, an adviser, or since a mail came back).

Reads posted_codes for the brand's quotas; in the caller's transaction writes posted_codes, voids mailed reset links where
somebody of ours wants the letter, and writes deeds and the outbox; publishes letter.required, and posted-code.unneeded of the
code that it replaces.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.tracing import current_traceparent

from identity_service.domain import posted_codes as code_rules
from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Actor, Deed
from identity_service.domain.letter_quotas import Origin, possible_from, window_of
from identity_service.events import LetterRequired
from identity_service.resources import Identity
from identity_service.store import accounts, posted_codes, reset_tokens
from identity_service.store.posted_codes import PostedCode
from identity_service.usecases.tell_unneeded_codes import tell_unneeded_codes

# Whoever knows an identifier can ask for a new password: that says nothing about who did.
ACTORS: dict[Origin, Actor] = {"member": "anonymous", "adviser": "staff", "bounce": "system"}


@dataclass(frozen=True)
class LetterWish:
    """A letter that somebody wants: its id to be, and who wants it."""

    id: UUID
    origin: Origin
    staff: str | None = None
    reason: str | None = None
    traceparent: str | None = None  # of whoever asked, where that was another request than this one


async def require_letter(
    identity: Identity, connection: Connection, account: Account, wish: LetterWish, *, now: datetime
) -> datetime | None:
    """Make a code that cancels the former ones and have it posted; return None.

    Where the brand's quotas refuse another letter, do nothing and return the instant from which one is possible again. The
    caller has locked the account, so that two wishes at once do not both count the letters before them.
    """
    quota = identity.brands[account.brand].letters
    printed = await posted_codes.printed_since(connection, account.id, since=now - window_of(quota))
    possible = possible_from(quota, printed, origin=wish.origin, now=now)
    if possible > now:
        return possible
    if wish.origin != "member":
        # Who has lost the mailbox must not stay within reach of who has it.
        await reset_tokens.cancel_purpose(connection, account.id, purpose="reset", now=now)
    await _write(identity, connection, account, wish, now=now)
    deed = Deed(
        "letter_required",
        account.brand,
        account.id,
        ACTORS[wish.origin],
        {"origin": wish.origin, "letter_id": str(wish.id)},
        staff=wish.staff,
        reason=wish.reason,
    )
    await identity.record(connection, deed, now=now)
    return None


async def _write(
    identity: Identity, connection: Connection, account: Account, wish: LetterWish, *, now: datetime
) -> None:
    code = code_rules.new_code(identity.entropy.choose)
    expires_at = code_rules.expiry(now, days=identity.brands[account.brand].letter_code_days)
    digest = identity.digests.secret.of("posted-code", str(account.id), code)
    kept = PostedCode(wish.id, account.id, digest, expires_at)
    replaced = await posted_codes.replace(connection, kept, origin=wish.origin, now=now)
    await tell_unneeded_codes(identity, connection, account, replaced, now=now)
    [version] = await accounts.draw_versions(connection, [account.id])
    event = LetterRequired(
        version=version,
        letter_id=wish.id,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        purpose="posted_code",
        expires_at=expires_at,
        code=code_rules.printed(code),
    )
    traceparent = wish.traceparent or current_traceparent()
    await identity.outbox.append_all(connection, [(identity.entropy.new_id(), event, traceparent)], occurred_at=now)
