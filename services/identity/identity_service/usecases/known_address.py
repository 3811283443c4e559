"""The e-mail address of an account, opened for the event that a mail is made from. Reads nothing, writes nothing."""

import structlog
from service_kit.key_rings import KeyRingUnusable

from identity_service.domain.accounts import Account
from identity_service.resources import Identity

log = structlog.get_logger()


def known_address(identity: Identity, account: Account) -> str | None:
    """Return the address, or None where none is known or what is kept does not open (a letter still reaches the member)."""
    if account.email_sealed is None:
        return None
    try:
        return identity.addresses.open(account.email_sealed, context=str(account.member_id)).decode()
    except KeyRingUnusable:
        log.error("email_does_not_open", account_id=str(account.id))
        return None
