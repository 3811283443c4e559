"""A member follows the mailed link and chooses a password.

Whatever the link is for: the way back in, the first way in, or an access with an address of one's own. Reads reset_tokens and
accounts; in one transaction uses the token up and writes the password, tries, sessions, tokens and codes. The token is checked
again in the statement that uses it up: two redemptions at once cannot both win. Publishes password.changed.
"""

from datetime import datetime

from service_kit.clock import civil_date

from identity_service.domain.errors import ResetTokenInvalid
from identity_service.resources import Identity
from identity_service.store import accounts, reset_tokens
from identity_service.usecases.activate_account import activate_account, hold_address
from identity_service.usecases.choose_password import Choice, check_choice, write_choice


async def redeem_reset(
    identity: Identity, *, brand: str, token: str, password: str, confirmation: str, now: datetime
) -> None:
    """Set the password; raise ResetTokenInvalid (one answer for every cause) or PasswordRefused (the token stays good)."""
    digests = identity.digests.secret.all_of("reset", token)
    async with identity.database.connection() as connection:
        mailed = await reset_tokens.find(connection, digests=digests, brand=brand, now=now)
        account = None if mailed is None else await accounts.find(connection, mailed.account_id)
    policy = identity.brands[brand]
    if (
        mailed is None
        or account is None
        or not account.usable_on(civil_date(now), read_only_years=policy.read_only_years)
    ):
        raise ResetTokenInvalid
    await check_choice(identity, account, password=password, confirmation=confirmation)
    with identity.hashing.place() as place:
        password_hash = await place.hash(password)
    async with identity.database.transaction() as connection:
        await hold_address(connection, mailed)
        present = (await accounts.hold(connection, [account.id]))[account.id]
        if not await reset_tokens.consume(connection, mailed, now=now):
            raise ResetTokenInvalid
        if mailed.purpose == "activation":
            await activate_account(identity, connection, present, mailed, now=now)
        await write_choice(identity, connection, account, Choice(password_hash, "mailed_link"), now=now)
    identity.foundation.wake.call()
