"""Why nothing was registered."""

from collections.abc import Mapping

from service_kit.problems import DomainError, FieldProblem


class RecapChanged(DomainError):
    """What was confirmed is not what would be done now: a day began, a file came, the draft was edited. Nothing is done."""

    code = "recap-changed"

    def __init__(self, shown: Mapping[str, object]) -> None:
        super().__init__()
        self.extension = shown  # the draft as it stands now


class NotContestable(DomainError):
    """The termination was confirmed by the member, has no effect, was undone before, or is too old to be contested."""

    code = "termination-not-contestable"


class TerminationClosed(DomainError):
    """Staff wanted to decide, identify or cancel a termination that is not in the state for it (any more)."""

    code = "termination-not-open-to-this"


class RequestDoesNotApply(DomainError):
    """What staff wanted to register has no effect: `reason` says why. Nothing was registered."""

    code = "termination-without-effect"

    def __init__(self, reason: str | None) -> None:
        super().__init__()
        self.extension = {"reason": reason}


UNKNOWN_NUMBER = FieldProblem(
    "membership_number", "unknown-membership-number", "Aucun adhérent n’a ce numéro d’adhésion."
)
REQUIRED = ("needed-for-this", "Cette information est obligatoire pour ce motif.")
NOT_EXPECTED = ("not-expected", "Cette information n’est pas demandée pour ce motif.")
NOT_OFFERED = FieldProblem("motive", "not-offered", "Ce motif n’est pas proposé ici.")
ONE_CONTACT = FieldProblem(
    "contact", "one-contact", "Donnez un seul moyen de contact\u202f: e-mail, téléphone ou adresse."
)
NO_EMAIL = FieldProblem("contact.email", "invalid-email", "Cette adresse e-mail n’est pas valable.")
NO_PHONE = FieldProblem("contact.phone", "invalid-phone", "Ce numéro de téléphone n’est pas valable.")
TOO_FAR = ("too-far", "Cette date est trop éloignée.")
IN_FUTURE = ("date-in-future", "Cette date est dans le futur.")
IN_PAST = ("date-in-past", "Cette date est passée.")
