"""How identity's refusals are told."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

from identity_service.domain.errors import (
    FirstConnectionRefused,
    PasswordRefused,
    ResetTokenInvalid,
    SessionEnded,
    TermsNotAccepted,
    TooBusy,
    WrongCredentials,
)

PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    WrongCredentials: ProblemText(
        401,
        "Wrong credentials",
        "L’identifiant ou le mot de passe ne correspond pas. Vérifiez les deux, ou demandez un nouveau mot de passe.",
    ),
    PasswordRefused: ProblemText(422, "Password refused", "Ce mot de passe ne peut pas être accepté."),
    ResetTokenInvalid: ProblemText(
        400,
        "Reset token invalid",
        "Ce lien n’est plus valable. Demandez un nouveau mot de passe pour en recevoir un autre.",
    ),
    FirstConnectionRefused: ProblemText(
        400,
        "First connection refused",
        "Les informations saisies ne permettent pas d’ouvrir l’accès. Vérifiez votre identifiant et votre code : un code "
        "reçu par courrier ne sert qu’une fois et pendant un temps limité.",
    ),
    TermsNotAccepted: ProblemText(
        422, "Terms not accepted", "Vous devez accepter les conditions générales d’utilisation en vigueur."
    ),
    SessionEnded: ProblemText(401, "Session ended", "Votre session est terminée. Connectez-vous à nouveau."),
    TooBusy: ProblemText(
        503, "Too busy", "Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques instants."
    ),
}
