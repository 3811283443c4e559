"""The command `password-keys`: how many accounts use each pepper and each set of Argon2 figures.

Reads accounts. A pepper may leave the ring when nobody uses it any more (docs/operating.md § Keys).
"""

from argparse import Namespace

from service_kit.command_line import OwnCommand
from service_kit.key_rings import KeyRing

from identity_service.resources import open_identity
from identity_service.settings import IdentitySettings
from identity_service.store.password_keys import PasswordKeys, count_password_keys


async def main(settings: IdentitySettings, _arguments: Namespace) -> str:
    """Return a line for each pepper and set of figures."""
    pepper = KeyRing.read(settings.pepper_file)
    async with open_identity(settings) as identity, identity.database.connection() as connection:
        counted = await count_password_keys(connection)
    return table(counted, pepper)


def table(counted: list[PasswordKeys], pepper: KeyRing) -> str:
    """Return a table; a pepper on the ring that nobody uses has its line too."""
    unused = [PasswordKeys(key_id, "-", 0) for key_id in pepper.ids() if key_id not in {one.pepper for one in counted}]
    lines = [f"{'pepper':<12}{'':<10}{'figures':<20}{'accounts':>10}"]
    for one in counted + unused:
        place = "current" if one.pepper == pepper.current else "other" if one.pepper in pepper.ids() else "MISSING"
        lines.append(f"{one.pepper:<12}{place:<10}{one.figures:<20}{one.accounts:>10}")
    return "\n".join(lines)


COMMAND = OwnCommand("password-keys", "count the accounts of each pepper and of each set of Argon2 figures", main)
