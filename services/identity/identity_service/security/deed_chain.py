"""The chain of deeds: what makes an altered, missing, moved or forged deed show.

Each deed is written with a keyed digest of what it says. Chained, it gets the next position, and a keyed hash of its digest, its
position and the hash before it. The key is not in the database: who can only write there can make neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from service_kit.key_rings import Digests, KeyRing, KeyRingUnusable

from identity_service.domain.deeds import Deed

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(frozen=True)
class Head:
    """The place where a chain ends, or where a part of it begins."""

    position: int = 0
    hash: bytes = b""

    def __str__(self) -> str:
        """Return `POSITION:HASH`, the hash in hexadecimal."""
        return f"{self.position}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read `POSITION:HASH`; raise ValueError."""
        position, _, digits = text.partition(":")
        if not (position.isdecimal() and digits):
            raise ValueError("not POSITION:HASH")
        return cls(int(position), bytes.fromhex(digits))


@dataclass(frozen=True)
class Anchor:
    """Where a chain begins: everything up to `head` was pruned, as `mark` proves. By default nothing was."""

    head: Head = Head()
    mark: bytes | None = None


@dataclass(frozen=True)
class DeedText:
    """What a deed says, each column as text in one form, written or read back."""

    id: str
    occurred_at: str  # microseconds since 1970
    brand: str
    account_id: str | None
    kind: str
    actor: str
    details: str  # JSON
    sealed: bytes | None

    @classmethod
    def of(cls, deed: Deed, *, deed_id: UUID, now: datetime, sealed: bytes | None) -> "DeedText":
        """Return a deed as it is about to be written."""
        return cls(
            id=str(deed_id),
            occurred_at=str((now - EPOCH) // MICROSECOND),
            brand=deed.brand,
            account_id=None if deed.account_id is None else str(deed.account_id),
            kind=deed.kind,
            actor=deed.actor,
            details=orjson.dumps(deed.details).decode(),
            sealed=sealed,
        )

    def parts(self) -> list[bytes]:
        """Return what the digest is made of; nothing and the empty text are two things."""
        texts = (
            self.id,
            self.occurred_at,
            self.brand,
            self.account_id,
            self.kind,
            self.actor,
            _canonical(self.details),
        )
        told = [b"-" if text is None else b"+" + text.encode() for text in texts]
        return [*told, b"-" if self.sealed is None else b"+" + self.sealed]


@dataclass(frozen=True)
class ChainedDeed:
    """A row of the table; `position` and `hash` are None until it is chained."""

    number: int
    position: int | None
    hash: bytes | None
    digest: bytes | None
    text: DeedText

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "ChainedDeed":
        """Return a row that `store.deed_chain` has read."""
        text = DeedText(**{name: row[name] for name in DeedText.__dataclass_fields__})
        return cls(row["number"], row["position"], row["hash"], row["digest"], text)


class DeedChain:
    """Makes and checks digests, links and anchors under the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._rows, self._links = Digests(ring, "deed"), Digests(ring, "deed.link")
        self._anchors = Digests(ring, "deed.anchor")

    def digest(self, text: DeedText) -> bytes:
        """Return the digest of what a deed says."""
        return self._rows.mark(*text.parts())

    def next(self, head: Head, deed: ChainedDeed) -> Head:
        """Return the head once `deed` is chained behind `head`."""
        position = head.position + 1
        return Head(position, self._links.mark(*_link(head, position, deed)))

    def anchor(self, head: Head) -> Anchor:
        """Return the anchor that says that everything up to `head` was pruned."""
        return Anchor(head, self._anchors.mark(str(head).encode()))

    def is_own_anchor(self, anchor: Anchor) -> bool:
        """Tell whether identity wrote the anchor; that nothing was pruned needs no proof."""
        return anchor == Anchor() or _holds(self._anchors, anchor.mark, [str(anchor.head).encode()])

    def is_own(self, deed: ChainedDeed) -> bool:
        """Tell whether identity wrote the deed, and as it is."""
        return _holds(self._rows, deed.digest, deed.text.parts())

    def fault(self, head: Head, deed: ChainedDeed) -> str | None:
        """Say what is wrong with the deed that follows `head` in the order of positions, None where nothing is."""
        assert deed.position is not None
        wanted = head.position + 1
        if deed.position > wanted:
            gap = (
                f"position {wanted} is"
                if deed.position == wanted + 1
                else f"positions {wanted} to {deed.position - 1} are"
            )
            return f"{gap} missing"
        if deed.position < wanted:
            return f"position {deed.position}: before where the chain begins"
        if not self.is_own(deed):
            return f"position {deed.position}: what it says was altered, or identity did not write it"
        if not _holds(self._links, deed.hash, _link(head, wanted, deed)):
            return f"position {deed.position}: it does not follow from the one before it, such as a deed that was moved"
        return None


def _link(head: Head, position: int, deed: ChainedDeed) -> list[bytes]:
    return [head.hash, str(position).encode(), str(deed.number).encode(), deed.digest or b""]


def _holds(digests: Digests, mark: bytes | None, parts: list[bytes]) -> bool:
    try:
        return mark is not None and digests.is_mark(mark, *parts)
    except KeyRingUnusable:
        return False


def _canonical(details: str) -> str:
    # The database keeps JSON in a form of its own.
    try:
        return orjson.dumps(orjson.loads(details), option=orjson.OPT_SORT_KEYS).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return details
