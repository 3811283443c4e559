"""SQL that tells what password hashes were made with: `<pepper key id>:$argon2id$v=19$<figures>$<salt>$<hash>`."""

from dataclasses import dataclass

from service_kit.database import Connection


@dataclass(frozen=True)
class PasswordKeys:
    """How many accounts have a password that was made with one pepper and one set of figures."""

    pepper: str
    figures: str  # such as m=47104,t=2,p=1
    accounts: int


async def count_password_keys(connection: Connection) -> list[PasswordKeys]:
    """Count the accounts that have a password, by pepper and figures. Reads every account: for operators."""
    rows = await connection.fetch(
        """
        SELECT split_part(password_hash, ':', 1) AS pepper, split_part(password_hash, '$', 4) AS figures, count(*) AS accounts
        FROM accounts WHERE password_hash IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
        """
    )
    return [PasswordKeys(**row) for row in rows]
