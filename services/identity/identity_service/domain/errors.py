"""Refusals of identity. Each has one answer in `http/problems.py`; none tells which of several causes it was."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from service_kit.problems import DomainError, FieldProblem

from identity_service.domain.creation_causes import CAUSES


class WrongCredentials(DomainError):
    """Unknown, wrong, locked, not yet activated or not in force: one answer, one time."""

    code = "wrong-credentials"


class NewDeviceCodeRequired(DomainError):
    """The password was right, the device is not known: a code was mailed, and sign-in is repeated with it."""

    code = "new-device-code-required"

    def __init__(self, *, sent_to: str, wrong: bool) -> None:
        detail = "Ce code ne convient pas, ou n’est plus valable."
        super().__init__(fields=(FieldProblem("new_device_code", "wrong-code", detail),) if wrong else ())
        self.extension = {"sent_to": sent_to}


class PasswordRefused(DomainError):
    """The new password breaks the brand's rule; `fields` says which."""

    code = "password-refused"


class WrongPassword(DomainError):
    """The current password that a signed-in member typed is wrong, or may not be looked at after too many failures."""

    code = "wrong-password"


class ResetTokenInvalid(DomainError):
    """The reset link's token is unknown, used or expired: one answer."""

    code = "reset-token-invalid"


class FirstConnectionRefused(DomainError):
    """Unknown number, wrong, used or expired code, too many tries, not in force: one answer."""

    code = "first-connection-refused"


class StatedFactsRefused(DomainError):
    """What was stated is incomplete or of the wrong form; `fields` says which. Nobody was looked up."""

    code = "stated-facts-refused"


class AccountCreationRefused(DomainError):
    """Unknown or wrong numbers, not in force, an access that exists, too many tries: one answer, which lists what may be."""

    code = "account-creation-refused"
    extension = MappingProxyType({"causes": CAUSES})


class NoMatch(DomainError):
    """No address is shown: unknown or wrong facts, no address, not in force, too many tries: one answer."""

    code = "no-match"


class AddressRefused(DomainError):
    """The new address is none, was typed in two ways, or is the present one; `fields` says which."""

    code = "address-refused"


class EmailCodeRefused(DomainError):
    """The code that was mailed to a new address is wrong, used, cancelled or expired, or too many were tried: one answer."""

    code = "email-code-refused"


class EmailAlreadyUsed(DomainError):
    """The new address, which the member reads, is how somebody else of the brand signs in."""

    code = "email-already-used"


class UndoTokenInvalid(DomainError):
    """The token that undoes a change of address is unknown, used or expired: one answer."""

    code = "undo-token-invalid"


class TermsNotAccepted(DomainError):
    """The accepted terms are not the current version; `fields` names it."""

    code = "terms-not-accepted"


class SessionEnded(DomainError):
    """The refresh token is unknown, used, expired, or its session was ended."""

    code = "session-ended"


class ChallengeRequired(DomainError):
    """A proof of work is needed, and was missing, wrong, used, ended or too easy; the problem's `challenge` is to be solved."""

    code = "challenge-required"

    def __init__(self, challenge: Mapping[str, object]) -> None:
        super().__init__()
        self.extension = {"challenge": challenge}


class PasskeyRefused(DomainError):
    """What the authenticator answered is not what was asked, came too late or a second time, or its passkey is known already."""

    code = "passkey-refused"


class TooManyPasskeys(DomainError):
    """The account has as many passkeys as it may have: one must be removed first."""

    code = "too-many-passkeys"


class TooBusy(DomainError):
    """The hashing pool's queue is full: raise IDENTITY_HASHING_THREADS or add replicas if it lasts."""

    code = "too-busy"


class LetterQuotaReached(DomainError):
    """The account has had as many letters as the brand allows; `possible_at` says when another one may leave. For staff only."""

    code = "letter-quota-reached"

    def __init__(self, possible_at: datetime) -> None:
        super().__init__()
        self.extension = {"possible_at": possible_at.isoformat()}


class AccountNotInForce(DomainError):
    """The contract has not begun, or ended too long ago: no code would open the account. For staff only."""

    code = "account-not-in-force"
