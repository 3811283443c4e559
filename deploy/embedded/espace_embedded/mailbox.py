"""The desk's mailbox: keeps every mail that the desk's relay took, encrypted in the state directory, for a page to show."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from service_kit.key_rings import Cipher, KeyRing, KeyRingUnusable

KEPT = 20_000


@dataclass(frozen=True)
class Mail:
    """A mail as the desk shows it."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    sent_at: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON shape of /_desk/mails."""
        return {
            "to": self.to,
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "sent_at": self.sent_at,
        }


class Mailbox:
    """All mails of an embedded space, oldest first."""

    def __init__(self, directory: Path, keys: KeyRing) -> None:
        self._directory, self._cipher = directory, Cipher(keys, "desk.mail")
        self._mails: list[Mail] = []
        for file in sorted(directory.glob("*.mail"))[-KEPT:]:
            try:
                self._mails.append(Mail(**json.loads(self._cipher.open(file.read_bytes(), context=file.stem))))
            except (KeyRingUnusable, ValueError, TypeError):
                continue  # a file cut short by a kill: the sender was not told 250

    def mails(self) -> list[Mail]:
        """Return the mails, oldest first."""
        return list(self._mails)

    def keep(self, mail: Mail) -> None:
        """Keep a mail, on disk first."""
        name = f"{mail.sent_at.replace(':', '')}-{uuid4().hex[:8]}"
        temporary = self._directory / f"{name}.new"
        temporary.write_bytes(self._cipher.seal(json.dumps(asdict(mail)).encode(), context=name))
        temporary.rename(self._directory / f"{name}.mail")
        self._mails.append(mail)
        del self._mails[:-KEPT]
