"""What happened to a message, in a sentence for its reader: "Où en est mon courrier ?".

The sentences name no instant: each step has one beside it, which a page shows in its own way.
"""

from collections.abc import Mapping

from notifications_service.domain.delivery_record import DeliveryRecord, PublicState

_MAIL: Mapping[PublicState, str] = {
    "planned": "L’envoi de cet e-mail a été demandé.",
    "rendered": "Votre e-mail a été préparé.",
    "possibly_sent": "Votre e-mail est peut-être parti : nous n’en avons pas reçu la confirmation.",
    "delayed": "L’envoi a pris du retard : de nouveaux essais sont faits automatiquement.",
    "sent": "Votre e-mail est parti vers votre messagerie.",
    "failed": "Votre e-mail n’a pas pu être envoyé.",
    "stopped": "L’envoi a été arrêté : cet e-mail n’était plus nécessaire.",
}
_LETTER: Mapping[PublicState, str] = {
    "planned": "L’envoi de ce courrier a été demandé.",
    "batched": "Votre courrier a été placé dans un lot à imprimer.",
    "rendered": "Votre courrier a été mis en page.",
    "delayed": "L’envoi a pris du retard : de nouveaux essais sont faits automatiquement.",
    "possibly_sent": "Votre courrier est peut-être parti : nous n’en avons pas reçu la confirmation.",
    "handed_over": "Votre courrier a été remis à l’imprimeur.",
    "posted": "Votre courrier a été posté.",
    "returned": "Votre courrier nous est revenu : il n’a pas pu être distribué.",
    "failed": "Votre courrier n’a pas pu être envoyé.",
    "stopped": "L’envoi a été arrêté : ce courrier n’était plus nécessaire.",
}
_WHY_STOPPED = {
    "code-has-served": "L’envoi a été arrêté : son code a déjà servi.",
    "code-cancelled": "L’envoi a été arrêté : son code a été annulé entre-temps.",
    "declined": "L’envoi a été arrêté : vous ne voulez plus de ces annonces.",
    "termination-cancelled": "L’envoi a été arrêté : la résiliation a été annulée entre-temps.",
    "member-signed-in": "L’envoi a été arrêté : vous avez pu vous connecter entre-temps.",
}
_BY_POST_INSTEAD = "L’envoi de ce courrier a été décidé : l’e-mail demandé d’abord n’a pas pu arriver."
_CAME_BACK = "Votre e-mail nous est revenu : il n’a pas pu être distribué."


def sentence(record: DeliveryRecord, state: PublicState) -> str:
    """Return the French sentence of a step that `record` went through."""
    if state == "stopped":
        return _WHY_STOPPED.get(record.failure_code or "", _words(record)[state])
    if state == "planned" and record.was_a_mail:
        return _BY_POST_INSTEAD
    if state == "failed" and record.channel == "email" and record.sent_at is not None:
        return _CAME_BACK
    return _words(record)[state]


def _words(record: DeliveryRecord) -> Mapping[PublicState, str]:
    return _LETTER if record.channel == "letter" else _MAIL
