"""What each message is, to who waits for it: its title, and what in it is waited for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class MessageTitle:
    """A message in a list. `awaited` is what its reader needs of it; `alerts` of what somebody else may have done."""

    words: str
    awaited: Literal["lien", "code"] | None = None
    a_letter_can_replace_it: bool = False
    alerts: bool = False


TITLES: Mapping[str, MessageTitle] = {
    "password_reset": MessageTitle("Lien pour choisir un nouveau mot de passe", "lien", a_letter_can_replace_it=True),
    "posted_code": MessageTitle("Code pour choisir un nouveau mot de passe", "code"),
    "activation": MessageTitle("Lien pour activer votre espace adhérent", "lien"),
    "access_requested": MessageTitle("Un espace adhérent a été demandé avec vos numéros", alerts=True),
    "welcome": MessageTitle("Bienvenue dans votre espace adhérent", "lien", a_letter_can_replace_it=True),
    "account_created": MessageTitle("Votre espace adhérent est activé", alerts=True),
    "password_changed": MessageTitle("Votre mot de passe a été changé", alerts=True),
    "password_changed_by_post": MessageTitle("Votre mot de passe a été changé", alerts=True),
    "email_change_code": MessageTitle("Code pour confirmer une nouvelle adresse e-mail", "code"),
    "email_changed": MessageTitle("Votre adresse e-mail a été changée", alerts=True),
    "email_change_confirmed": MessageTitle("Votre nouvelle adresse e-mail est enregistrée", alerts=True),
    "email_change_undone": MessageTitle("Votre adresse e-mail d’avant est rétablie", alerts=True),
    "email_removed": MessageTitle("Une adresse e-mail n’est plus celle de votre espace", alerts=True),
    "identifier_looked_up": MessageTitle("Votre adresse de connexion a été demandée", alerts=True),
    "new_device_code": MessageTitle("Code pour vous connecter depuis un nouvel appareil", "code"),
    "account_locked": MessageTitle("La connexion à votre espace a été bloquée", alerts=True),
    "passkeys_changed": MessageTitle("Vos clés d’accès ont changé", alerts=True),
    "letter_on_its_way": MessageTitle("Un courrier est en route"),
    "email_unreachable": MessageTitle("Un e-mail ne vous est pas parvenu"),
    "document_available": MessageTitle("Un document est disponible dans votre espace"),
    "statement_available": MessageTitle("Un relevé de remboursements est disponible dans votre espace"),
    "contribution_unpaid": MessageTitle("Une cotisation n’a pas pu être réglée"),
    "contact_details_changed": MessageTitle("Vos coordonnées ont été changées", alerts=True),
    "email_check": MessageTitle("Votre adresse e-mail est-elle toujours la bonne\u202f?"),
    "bank_details_changed": MessageTitle("Vos coordonnées bancaires ont été changées", alerts=True),
    "beneficiary_request_received": MessageTitle("Votre demande sur vos bénéficiaires est reçue", alerts=True),
    "beneficiary_request_accepted": MessageTitle("Votre demande sur vos bénéficiaires est acceptée"),
    "beneficiary_request_refused": MessageTitle("Votre demande sur vos bénéficiaires est refusée"),
    "termination_acknowledged": MessageTitle("La fin de votre contrat est enregistrée", alerts=True),
    "termination_receipt": MessageTitle("Accusé de réception de la résiliation", alerts=True),
    "termination_answered": MessageTitle("Réponse à une demande de résiliation", alerts=True),
    "termination_cancelled": MessageTitle("La résiliation de votre contrat est annulée", alerts=True),
    "contract_ended": MessageTitle("Votre contrat a pris fin"),
    "removal_announced": MessageTitle("Votre espace ferme bientôt"),
}
