"""The keyed digests of identity: what it compares with instead of holding numbers, dates and codes."""

from dataclasses import dataclass

from service_kit.key_rings import Digests, KeyRing


@dataclass(frozen=True)
class IdentityDigests:
    """One purpose each, so that equal values in two columns do not look equal."""

    nir: Digests
    email: Digests
    membership: Digests
    birth: Digests
    statement: Digests
    personal: Digests
    secret: Digests  # reset tokens, posted codes, refresh tokens
    limit: Digests  # networks and brands that tries are counted on

    @classmethod
    def on(cls, ring: KeyRing) -> "IdentityDigests":
        """Return the digests under the keys of `ring`."""
        return cls(*(Digests(ring, purpose) for purpose in cls.__dataclass_fields__))

    def login(self, kind: str) -> Digests:
        """Return the digests of a brand's login identifier, `nir` or `email`."""
        return self.nir if kind == "nir" else self.email
