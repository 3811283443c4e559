"""The right password has come: from a device that is known? Otherwise a mailed code must show that its owner is there.

In the caller's transaction reads accounts, writes devices, device_checks, deeds and the outbox; publishes sign-in.new-device.
Whoever has just proved the mailbox or the letter is not asked again: the code would go where the link went. Whoever has no
address cannot be asked at all (ADR 0010).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain import mailed_codes
from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.events import NewDeviceSeen
from identity_service.resources import Identity
from identity_service.store import accounts, devices
from identity_service.store.devices import Device, DeviceCheck
from identity_service.usecases.known_address import known_address

GRACE = timedelta(hours=1)  # after another channel than the password has proved the owner
KNOWN_FOR = timedelta(days=400)  # as long as browsers keep a cookie
CODE_LIVES = timedelta(minutes=10)  # ASVS 5.0 6.5.5
CODE_TRIES = 5
NO_SECOND_MAIL_WITHIN = timedelta(minutes=1)
MAILS_AN_HOUR = 5
MOST_DEVICES = 20


@dataclass(frozen=True)
class ShownDevice:
    """What a client says of its device: what it is called, and the token or the code that it may have."""

    label: str
    token: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class DeviceVerdict:
    """Whether the device may come in, as which one, and the token that makes it known the next time."""

    state: Literal["passed", "code asked", "code wrong"] = "passed"
    device_id: UUID | None = None
    token: str | None = field(default=None, repr=False)


async def check_device(
    identity: Identity, connection: Connection, account: Account, shown: ShownDevice, *, now: datetime
) -> DeviceVerdict:
    """Return what becomes of the device; a code that is due has been mailed when the caller commits."""
    email = known_address(identity, account)
    if not identity.brands[account.brand].checks_new_devices:
        return DeviceVerdict()
    if shown.token is not None:
        digests = identity.digests.secret.all_of("device", str(account.id), shown.token)
        known = await devices.see(connection, account.id, digests=digests, now=now)
        if known is not None:
            return DeviceVerdict(device_id=known)
    if email is None:
        return DeviceVerdict()
    if await devices.proved_since(connection, account.id, since=now - GRACE):
        return await _trust(identity, connection, account, shown, now=now)
    if shown.code is None:
        await _ask(identity, connection, account, shown, email, now=now)
        return DeviceVerdict("code asked")
    if not await _proves(identity, connection, account, shown.code, now=now):
        return DeviceVerdict("code wrong")
    return await _trust(identity, connection, account, shown, now=now)


async def _proves(identity: Identity, connection: Connection, account: Account, code: str, *, now: datetime) -> bool:
    digests = identity.digests.secret.all_of("new-device", str(account.id), mailed_codes.normalise(code))
    return await devices.prove(connection, account.id, code_digests=digests, now=now, tries=CODE_TRIES)


async def _trust(
    identity: Identity, connection: Connection, account: Account, shown: ShownDevice, *, now: datetime
) -> DeviceVerdict:
    token, device_id = identity.entropy.new_token(), identity.entropy.new_id()
    digest = identity.digests.secret.of("device", str(account.id), token)
    device = Device(device_id, account.id, digest, shown.label, now + KNOWN_FOR)
    await devices.trust(connection, device, now=now, most=MOST_DEVICES)
    details = {"device": shown.label}
    await identity.record(connection, Deed("device_trusted", account.brand, account.id, details=details), now=now)
    return DeviceVerdict(device_id=device_id, token=token)


async def _ask(
    identity: Identity, connection: Connection, account: Account, shown: ShownDevice, email: str, *, now: datetime
) -> None:
    mailed = await devices.asked_since(connection, account.id, since=now - timedelta(hours=1))
    if len(mailed) >= MAILS_AN_HOUR or (mailed and mailed[-1] > now - NO_SECOND_MAIL_WITHIN):
        return  # the code that is on its way is still good
    [version] = await accounts.draw_versions(connection, [account.id])
    event = NewDeviceSeen(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        check_id=identity.entropy.new_id(),
        seen_at=now,
        expires_at=now + CODE_LIVES,
        device=shown.label,
        email=email,
        code=mailed_codes.new_code(identity.entropy.choose, length=mailed_codes.FOR_DEVICE),
    )
    digest = identity.digests.secret.of("new-device", str(account.id), event.code)
    await devices.ask(connection, DeviceCheck(event.check_id, account.id, digest, event.expires_at), now=now)
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    details = {"check_id": str(event.check_id), "device": shown.label}
    await identity.record(connection, Deed("new_device_code_sent", account.brand, account.id, details=details), now=now)
