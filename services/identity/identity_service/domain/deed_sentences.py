"""What was done to an account, in a sentence for its member: no reasons, and of the staff no more than that it was an adviser."""

from collections.abc import Mapping
from typing import Any

from identity_service.domain.deeds import Actor, Kind

SENTENCES: dict[Kind, str] = {
    "account_activated": "Création de votre espace adhérent.",
    "account_closed": "Fermeture de votre espace, après le refus de votre autonomie.",
    "account_locked": "Blocage de la connexion par mot de passe, après trop d’essais erronés.",
    "account_reopened": "Réouverture de votre espace, après le retrait du refus de votre autonomie.",
    "account_searched": "Recherche de votre compte.",
    "account_unlocked": "Déblocage de la connexion par mot de passe.",
    "account_welcomed": "Ouverture de votre espace adhérent : un message de bienvenue vous a été envoyé.",
    "activation_requested": "Demande de création de votre espace adhérent.",
    "device_trusted": "Ajout d’un appareil connu.",
    "email_change_requested": "Demande de changement d’adresse e-mail : un code a été envoyé à la nouvelle adresse.",
    "email_change_undone": "Annulation du changement d’adresse e-mail : votre adresse d’avant est de nouveau en place.",
    "email_changed": "Changement de votre adresse e-mail.",
    "history_read": "Consultation de cet historique.",
    "identifier_looked_up": "Recherche de votre adresse e-mail oubliée.",
    "letter_required": "Envoi d’un courrier avec un code.",
    "letter_returned": "Retour de notre courrier : il n’a pas pu vous être remis, et son code n’est plus valable.",
    "new_device_code_sent": "Connexion depuis un appareil inconnu : un code a été envoyé à votre adresse e-mail.",
    "passkey_added": "Ajout d’une clé d’accès.",
    "passkey_refused": "Refus d’une clé d’accès, qui a peut-être été copiée.",
    "passkey_removed": "Suppression d’une clé d’accès.",
    "password_changed": "Changement de votre mot de passe.",
    "reset_mailed": "Demande de nouveau mot de passe : un lien a été envoyé à votre adresse e-mail.",
    "session_ended": "Fin d’une session.",
    "signed_in": "Connexion à votre espace.",
    "staff_act_refused": "Action sur votre compte, qui n’a pas abouti.",
    "terms_accepted": "Acceptation des conditions générales d’utilisation.",
}
BY_STAFF: dict[Kind, str] = {
    "account_searched": "Un conseiller a recherché votre compte.",
    "account_unlocked": "Un conseiller a débloqué votre connexion par mot de passe.",
    "history_read": "Un conseiller a consulté cet historique.",
    "letter_required": "Un conseiller vous a fait envoyer un courrier avec un code.",
    "staff_act_refused": "Un conseiller a voulu agir sur votre compte, ce qui n’était pas possible.",
}
# Kind → the detail that says more → its value → the sentence.
IN_DETAIL: dict[Kind, tuple[str, dict[str, str]]] = {
    "letter_required": (
        "origin",
        {
            "member": "Demande de nouveau mot de passe : un courrier avec un code vous a été envoyé.",
            "bounce": "L’e-mail n’est pas arrivé : un courrier avec un code vous a été envoyé.",
        },
    ),
    "password_changed": (
        "way",
        {
            "mailed_link": "Choix d’un mot de passe, avec le lien reçu par e-mail.",
            "posted_code": "Choix d’un mot de passe, avec le code reçu par courrier.",
            "statement_identifier": "Première connexion, avec l’identifiant de votre relevé.",
            "account": "Changement de votre mot de passe, depuis votre espace.",
        },
    ),
    "session_ended": (
        "because",
        {
            "signed_out": "Déconnexion.",
            "ended_by_its_owner": "Fermeture d’une session à votre demande.",
            "refresh_token_used_twice": "Fermeture d’une session par sécurité : elle était utilisée à deux endroits.",
        },
    ),
}


def sentence(kind: Kind, actor: Actor, details: Mapping[str, Any]) -> str:
    """Return the French sentence of a deed."""
    if actor == "staff":
        return BY_STAFF.get(kind, "Un conseiller a agi sur votre compte.")
    name, told = IN_DETAIL.get(kind, ("", {}))
    return told.get(str(details.get(name)), SENTENCES[kind]) + _where(kind, details)


def _where(kind: Kind, details: Mapping[str, Any]) -> str:
    device = details.get("device") if kind in ("signed_in", "device_trusted", "new_device_code_sent") else None
    return f" Appareil : {device}." if device else ""
