"""The state directory of an embedded space: keys, database, letters, documents, mails, logs. Everything that a restart finds."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from service_kit.key_material import make_key_material, make_key_ring, make_signing_keys

SERVICES = ("identity", "contracts", "notifications", "documents")


class StateUnusable(Exception):
    """The state directory cannot be used; the message is one line that says why."""


@dataclass(frozen=True)
class State:
    """Where everything of one embedded space is."""

    directory: Path

    @classmethod
    def prepare(cls, directory: Path) -> "State":
        """Create what is missing; raise StateUnusable when it cannot be written to."""
        state = cls(directory.absolute())
        try:
            for folder in (state.logs, state.letters, state.returns, state.documents, state.mails, state.dead_letters):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # logs and letters are nobody else's
            make_key_material(state.keys, list(SERVICES))
            make_key_ring(state.keys / "identity" / "pepper.json")
            make_key_ring(state.desk_keys)
            make_signing_keys(state.access_token_keys, state.keys / "public" / "access-token-jwks.json")
            make_signing_keys(state.staff_keys, state.keys / "public" / "staff-jwks.json")
            state._make_database_passwords()
        except OSError as error:
            raise StateUnusable(f"cannot write to {state.directory}: {error.strerror or error}") from None
        return state

    @property
    def keys(self) -> Path:
        """Return the folder of key files."""
        return self.directory / "keys"

    @property
    def staff_keys(self) -> Path:
        """Return the file of the local staff provider's signing keys."""
        return self.keys / "staff" / "signing-keys.json"

    @property
    def access_token_keys(self) -> Path:
        """Return the file that identity signs with."""
        return self.keys / "identity" / "access-token-keys.json"

    @property
    def desk_keys(self) -> Path:
        """Return the key ring that the desk's mails are kept under."""
        return self.keys / "desk" / "mails.json"

    @property
    def logs(self) -> Path:
        """Return the folder of the log file."""
        return self.directory / "logs"

    @property
    def letters(self) -> Path:
        """Return the folder of print batches."""
        return self.directory / "letters"

    @property
    def returns(self) -> Path:
        """Return the folder in which a print provider would tell what became of letters."""
        return self.directory / "returns"

    @property
    def mail_keys(self) -> Path:
        """Return the folder of the keys that mails are signed with."""
        return self.keys / "notifications" / "dkim"

    @property
    def documents(self) -> Path:
        """Return the folder of stored documents."""
        return self.directory / "documents"

    @property
    def mails(self) -> Path:
        """Return the folder of the desk's mails."""
        return self.directory / "mails"

    @property
    def dead_letters(self) -> Path:
        """Return the folder of events that could not be handled."""
        return self.directory / "dead-letters"

    @property
    def postgres(self) -> Path:
        """Return the folder of the database cluster."""
        return self.directory / "postgres"

    @property
    def demonstration_mark(self) -> Path:
        """Return the file that says on which day the demonstration's members were loaded."""
        return self.directory / "demonstration-loaded"

    def database_passwords(self) -> dict[str, str]:
        """Return service → password of its database role."""
        passwords: dict[str, str] = json.loads(self._passwords_file.read_text())
        return passwords

    @property
    def _passwords_file(self) -> Path:
        return self.keys / "database-passwords.json"

    def _make_database_passwords(self) -> None:
        if not self._passwords_file.exists():
            descriptor = os.open(self._passwords_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump({service: secrets.token_urlsafe(24) for service in SERVICES}, file)
