"""What is done to an account and remembered: the kinds of deeds, and who may do them."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

Kind = Literal[
    "account_activated",
    "account_closed",
    "account_locked",
    "account_reopened",
    "account_unlocked",
    "account_welcomed",
    "activation_requested",
    "device_trusted",
    "email_change_requested",
    "email_change_undone",
    "email_changed",
    "history_read",
    "identifier_looked_up",
    "letter_required",
    "letter_returned",
    "new_device_code_sent",
    "account_searched",
    "passkey_added",
    "passkey_refused",
    "passkey_removed",
    "password_changed",
    "reset_mailed",
    "session_ended",
    "signed_in",
    "staff_act_refused",
    "terms_accepted",
]
Actor = Literal["member", "staff", "system", "anonymous"]


@dataclass(frozen=True)
class Deed:
    """One thing that was done. `details` hold stable words and ids only, nothing about a person."""

    kind: Kind
    brand: str
    account_id: UUID | None
    actor: Actor = "member"
    details: dict[str, Any] = field(default_factory=dict)
    staff: str | None = None  # the subject of the staff token
    reason: str | None = None  # in the adviser's words


@dataclass(frozen=True)
class StaffAct:
    """Who of a brand's staff does something, and why, in their own words: what every deed of theirs says."""

    brand: str
    staff: str
    reason: str | None = None

    def deed(self, kind: Kind, account_id: UUID | None, details: dict[str, Any] | None = None) -> Deed:
        """Return the deed of this act."""
        return Deed(kind, self.brand, account_id, "staff", details or {}, staff=self.staff, reason=self.reason)

    def refused(self, wanted: Kind, cause: str, *, account_id: UUID | None = None) -> Deed:
        """Return the deed of an act that was not possible: it was wanted all the same."""
        return self.deed("staff_act_refused", account_id, {"wanted": wanted, "cause": cause})
