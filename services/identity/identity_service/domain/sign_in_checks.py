"""« Je n’arrive pas à me connecter »: what a member can check by themselves, in the words of the brand's own guide.

The same for everybody: nothing here depends on whose identifier was typed, or on what was wrong with it.
"""

from dataclasses import asdict, dataclass

from identity_service.domain.brand_policy import BrandPolicy

IDENTIFIER_WORDS = {
    "nir": "Vérifiez votre numéro de sécurité sociale : 13 chiffres, ou 15 avec la clé.",
    "email": "Vérifiez l’adresse e-mail : c’est celle que votre mutuelle connaît, ou celle donnée à la création de l’espace.",
}
PASSWORD_WORDS = {
    "six_digits": "Vérifiez que votre mot de passe comporte bien 6 chiffres.",
    "passphrase": "Vérifiez votre mot de passe : 12 caractères au moins, avec les majuscules et les accents d’origine.",
}
NEVER_CHOSEN_WORDS = {
    "nir": "Si vous ne vous êtes jamais connecté, faites d’abord votre première connexion.",
    "email": "Si vous n’avez pas encore d’espace adhérent, créez-le avec votre numéro d’adhésion.",
}


@dataclass(frozen=True)
class SignInCheck:
    """One thing to check; `way_out` names the page that helps when it is the cause."""

    code: str
    detail: str
    way_out: str | None = None


def sign_in_checks(policy: BrandPolicy) -> list[SignInCheck]:
    """Return what to check when signing in fails, in the order of the brand's guide."""
    kind, rule = policy.login_identifier, policy.password_rule
    identifier_way = "identifier-lookups" if kind == "email" else None
    return [
        SignInCheck(
            "change-not-taken",
            "Si vous venez de changer de mot de passe, assurez-vous d’avoir reçu le message qui le confirme. "
            "Sinon, recommencez.",
            "password-resets",
        ),
        SignInCheck("password-shape", PASSWORD_WORDS[rule], "password-resets"),
        SignInCheck("identifier-typed", IDENTIFIER_WORDS[kind], identifier_way),
        SignInCheck("never-connected", NEVER_CHOSEN_WORDS[kind], "first-connections" if kind == "nir" else "accounts"),
        SignInCheck(
            "ask-again", "Vous pouvez demander un nouveau mot de passe, même après trop d’essais.", "password-resets"
        ),
        SignInCheck("call-us", f"Toujours bloqué ? Appelez le {policy.phone}, {policy.hours}."),
    ]


def as_json(checks: list[SignInCheck]) -> list[dict[str, str | None]]:
    """Return the checks as JSON values."""
    return [asdict(check) for check in checks]
