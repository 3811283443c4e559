"""Why nothing may come after a request for a new password (product row S12): the same list for everybody, whoever asked.

It goes with every answer, so that it says nothing about the one that was asked for.
"""

from collections.abc import Mapping
from typing import Literal

NOT_IN_FORCE = {
    "code": "not-in-force",
    "detail": "La date d’effet de votre contrat n’est pas encore arrivée, ou il a pris fin depuis longtemps.",
}
RESET_CAUSES: Mapping[Literal["nir", "email"], tuple[Mapping[str, str], ...]] = {
    "email": (
        {
            "code": "other-identifier",
            "detail": "L’adresse e-mail saisie n’est pas celle de votre espace adhérent : vérifiez-la, ou retrouvez-la avec "
            "votre numéro d’adhésion.",
        },
        {
            "code": "no-account",
            "detail": "Vous n’avez pas encore d’espace adhérent : créez-le avec votre numéro d’adhésion.",
        },
        NOT_IN_FORCE,
    ),
    "nir": (
        {
            "code": "other-identifier",
            "detail": "Le numéro saisi n’est pas celui que votre mutuelle connaît : vérifiez les 13 chiffres, ou 15 avec la clé.",
        },
        {
            "code": "by-post",
            "detail": "Votre mutuelle ne connaît pas votre adresse e-mail : le code vous arrive alors par courrier.",
        },
        NOT_IN_FORCE,
    ),
}
