"""What a person is told about the own e-mail address and about paper, in French."""

from collections.abc import Mapping
from datetime import date

from service_kit.french_dates import date_in_words

from contracts_service.domain.delivery_preference import EmailState, PaperReason

WHY_PAPER: Mapping[PaperReason, str] = {
    "chosen": "Vous avez choisi le papier. C’est gratuit, et vous pouvez changer d’avis à tout moment.",
    "no-email": "Nous ne connaissons pas votre adresse e-mail\u202f: nous vous écrivons par courrier.",
    "email-undeliverable": "Nos e-mails n’arrivent pas à votre adresse\u202f: nous vous écrivons par courrier.",
    "email-unconfirmed": (
        "Vous n’avez pas confirmé votre adresse e-mail\u202f: nous vous écrivons par courrier, jusqu’à ce que vous la confirmiez."
    ),
}


def email_advice(email: EmailState, reply_by: date | None) -> str | None:
    """Return what to do about an e-mail address; None where there is nothing to do."""
    if not email.known:
        return "Vous pouvez donner une adresse e-mail pour recevoir nos messages plus vite."
    if email.undeliverable_since is not None:
        return "Nos e-mails n’arrivent plus à cette adresse. Donnez-en une autre, ou confirmez-la si elle marche à nouveau."
    if email.unconfirmed_since is not None:
        return "Confirmez que cette adresse est toujours la vôtre, ou donnez-en une autre."
    if reply_by is not None:
        return (
            f"Cette adresse est-elle toujours la bonne\u202f? Confirmez-la au plus tard le {date_in_words(reply_by)}."
        )
    return None
