"""Randomness and identifiers as an argument: drawn from the operating system, or from a test."""

import secrets
from typing import Protocol
from uuid import UUID, uuid4

TOKEN_BYTES = 32


class Entropy(Protocol):
    """Where unguessable things come from."""

    def new_id(self) -> UUID:
        """Return a random UUID (version 4)."""
        ...

    def new_token(self) -> str:
        """Return 256 random bits as 43 URL-safe characters."""
        ...

    def choose(self, alphabet: str) -> str:
        """Return one character of `alphabet`, each as likely."""
        ...


class SystemEntropy:
    """The operating system's random numbers."""

    def new_id(self) -> UUID:
        """Return a random UUID (version 4)."""
        return uuid4()

    def new_token(self) -> str:
        """Return 256 random bits as 43 URL-safe characters."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def choose(self, alphabet: str) -> str:
        """Return one character of `alphabet`, each as likely."""
        return secrets.choice(alphabet)
