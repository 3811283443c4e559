"""Refusals of identity. Each has one answer in `http/problems.py`; none tells which of several causes it was."""

from service_kit.problems import DomainError


class WrongCredentials(DomainError):
    """Unknown, wrong, locked, not yet activated or not in force: one answer, one time."""

    code = "wrong-credentials"


class PasswordRefused(DomainError):
    """The new password breaks the brand's rule; `fields` says which."""

    code = "password-refused"


class ResetTokenInvalid(DomainError):
    """The reset link's token is unknown, used or expired: one answer."""

    code = "reset-token-invalid"


class FirstConnectionRefused(DomainError):
    """Unknown number, wrong, used or expired code, too many tries, not in force: one answer."""

    code = "first-connection-refused"


class TermsNotAccepted(DomainError):
    """The accepted terms are not the current version; `fields` names it."""

    code = "terms-not-accepted"


class SessionEnded(DomainError):
    """The refresh token is unknown, used, expired, or its session was ended."""

    code = "session-ended"


class TooBusy(DomainError):
    """The hashing pool's queue is full: raise IDENTITY_HASHING_THREADS or add replicas if it lasts."""

    code = "too-busy"
