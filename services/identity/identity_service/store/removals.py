"""SQL of an account that leaves with its person."""

from uuid import UUID

from service_kit.database import Connection

# What points to an account leaves before it; refresh tokens leave with their session. Deeds are a chain and name no person.
_OF_ACCOUNT = (
    "reset_tokens",
    "posted_codes",
    "email_changes",
    "device_checks",
    "devices",
    "passkeys",
    "passkey_handles",
    "terms_acceptances",
    "sessions",
)


async def remove_account(connection: Connection, *, brand: str, member_id: UUID) -> bool:
    """Delete a person's account and all that was of it; return False where there is none."""
    account_id = await connection.fetchval(
        "SELECT id FROM accounts WHERE brand = $1 AND member_id = $2 FOR UPDATE", brand, member_id
    )
    if account_id is None:
        return False
    for table in _OF_ACCOUNT:
        await connection.execute(f"DELETE FROM {table} WHERE account_id = $1", account_id)  # noqa: S608 - ours
    await connection.execute("DELETE FROM tries WHERE subject = $1", account_id)
    await connection.execute("DELETE FROM accounts WHERE id = $1", account_id)
    return True
