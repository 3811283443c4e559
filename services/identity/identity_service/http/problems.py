"""How identity's refusals are told."""

from collections.abc import Mapping

from service_kit.http.problems import ProblemText
from service_kit.problems import DomainError

from identity_service.domain.errors import (
    AccountCreationRefused,
    AccountNotInForce,
    AddressRefused,
    ChallengeRequired,
    EmailAlreadyUsed,
    EmailCodeRefused,
    FirstConnectionRefused,
    LetterQuotaReached,
    NewDeviceCodeRequired,
    NoMatch,
    PasskeyRefused,
    PasswordRefused,
    ResetTokenInvalid,
    SessionEnded,
    StatedFactsRefused,
    TermsNotAccepted,
    TooBusy,
    TooManyPasskeys,
    UndoTokenInvalid,
    WrongCredentials,
    WrongPassword,
)

PROBLEMS: Mapping[type[DomainError], ProblemText] = {
    WrongCredentials: ProblemText(
        401,
        "Wrong credentials",
        "L’identifiant ou le mot de passe ne correspond pas. Vérifiez les deux, ou demandez un nouveau mot de passe.",
    ),
    NewDeviceCodeRequired: ProblemText(
        403,
        "New device code required",
        "Vous vous connectez depuis un nouvel appareil. Saisissez le code que nous venons de vous envoyer par e-mail.",
    ),
    PasswordRefused: ProblemText(422, "Password refused", "Ce mot de passe ne peut pas être accepté."),
    WrongPassword: ProblemText(422, "Wrong password", "Le mot de passe actuel ne correspond pas."),
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
    StatedFactsRefused: ProblemText(422, "Stated facts refused", "Certaines informations sont à corriger."),
    AccountCreationRefused: ProblemText(
        400,
        "Account creation refused",
        "Les informations saisies ne permettent pas de créer un espace adhérent. Vérifiez votre numéro d’adhésion et votre "
        "numéro de sécurité sociale.",
    ),
    NoMatch: ProblemText(
        404,
        "No match",
        "Aucune adresse e-mail ne correspond aux informations saisies. Vérifiez votre numéro d’adhésion, votre numéro de "
        "sécurité sociale et votre date de naissance.",
    ),
    AddressRefused: ProblemText(422, "Address refused", "Cette adresse e-mail ne peut pas être acceptée."),
    EmailCodeRefused: ProblemText(
        422,
        "E-mail code refused",
        "Ce code ne correspond pas, ou il n’est plus valable. Vérifiez-le, ou recommencez pour en recevoir un autre.",
    ),
    EmailAlreadyUsed: ProblemText(
        409,
        "E-mail already used",
        "Cette adresse e-mail est déjà celle d’un autre espace adhérent. Choisissez-en une autre.",
    ),
    UndoTokenInvalid: ProblemText(
        400,
        "Undo token invalid",
        "Ce lien n’est plus valable. Si vous n’avez pas demandé ce changement d’adresse, appelez-nous.",
    ),
    TermsNotAccepted: ProblemText(
        422, "Terms not accepted", "Vous devez accepter les conditions générales d’utilisation en vigueur."
    ),
    SessionEnded: ProblemText(401, "Session ended", "Votre session est terminée. Connectez-vous à nouveau."),
    ChallengeRequired: ProblemText(
        403,
        "Challenge required",
        "Une vérification de sécurité est nécessaire avant de continuer. Recommencez dans quelques instants.",
    ),
    PasskeyRefused: ProblemText(
        422,
        "Passkey refused",
        "Cette clé d’accès n’a pas pu être enregistrée. Recommencez l’ajout depuis le début.",
    ),
    TooManyPasskeys: ProblemText(
        409,
        "Too many passkeys",
        "Vous avez déjà dix clés d’accès. Retirez celle que vous n’utilisez plus avant d’en ajouter une autre.",
    ),
    TooBusy: ProblemText(
        503, "Too busy", "Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques instants."
    ),
    LetterQuotaReached: ProblemText(
        409,
        "Letter quota reached",
        "Cet adhérent a déjà eu tous les courriers possibles pour le moment. La date du prochain est indiquée.",
    ),
    AccountNotInForce: ProblemText(
        409,
        "Account not in force",
        "Le contrat n’a pas encore pris effet, ou il est terminé depuis trop longtemps : aucun code ne peut ouvrir cet accès.",
    ),
}
