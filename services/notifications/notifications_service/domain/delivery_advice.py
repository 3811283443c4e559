"""What to do next about a message, in French: for who waits for it, or for the adviser who reads it out on the telephone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service_kit.clock import civil_date
from service_kit.french_dates import day_in_words, deadline_in_words

from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.delivery_record import DeliveryRecord
from notifications_service.domain.failure_classes import FailureClass, class_of
from notifications_service.domain.letter_promise import DeliveryWindow, expected_after_posting, expected_delivery
from notifications_service.domain.message_titles import TITLES, MessageTitle
from notifications_service.domain.print_notes import ADDRESS_REASONS

USUAL_DELAY = timedelta(minutes=10)  # a mail that is not there by then is worth looking for
# Servers on the way try for so long, and then say that they have failed; most say nothing when they succeed (RFC 5321, 4.5.4.1).
OTHERS_TRY = timedelta(days=5)

_NOT_THE_ADDRESS = "Votre adresse e-mail n’est pas en cause."
_WHY_FAILED: Mapping[FailureClass | None, str] = {
    "mailbox": "La boîte e-mail de cette adresse est pleine : faites-y de la place.",
    "expired": "Il n’a pas pu arriver à temps.",
    "undelivered": "La messagerie de cette adresse ne l’a pas remis, sans dire pourquoi. Vérifiez l’adresse affichée ici.",
}
# Beside a wrong address: what identity posts a code for (its usecases/replace_failed_mail.py).
_REPLACED_BY_IDENTITY = frozenset[FailureClass | None]({"mailbox", "undelivered"})
NOTHING_TO_DO = "Vous n’avez rien à faire."
_IN_SPAM = "dans le dossier « courrier indésirable » (ou « spams »)"


@dataclass(frozen=True)
class Situation:
    """What advice depends on: the message, whom to call, and the instant."""

    record: DeliveryRecord
    brand: BrandSender
    now: datetime

    @property
    def title(self) -> MessageTitle:
        """Return what the message is."""
        return TITLES[self.record.purpose]

    @property
    def phone(self) -> str:
        """Return the brand's number, and when somebody answers it."""
        return f"{self.brand.phone} ({self.brand.hours})"

    @property
    def is_too_late(self) -> bool:
        """Tell whether what it carries has expired."""
        return self.title.awaited is not None and self.now >= self.record.expires_at

    @property
    def expected(self) -> DeliveryWindow | None:
        """Return the days on which a letter on its way should arrive."""
        record, rules = self.record, self.brand.letters
        if record.public_state == "posted" and record.posted_at is not None:
            return expected_after_posting(rules, record.posted_at)
        if record.public_state == "handed_over" and record.sent_at is not None:
            return expected_delivery(rules, record.sent_at)
        return None


def what_next(situation: Situation) -> str:
    """Return what to do next, in whole sentences."""
    record = situation.record
    if record.served_at is not None and not _is_address_closed(record):
        return f"Son code a déjà servi. {NOTHING_TO_DO}"
    advice = _LETTER if record.channel == "letter" else _MAIL
    return advice.get(record.public_state, _nothing)(situation)


def _is_address_closed(record: DeliveryRecord) -> bool:
    return record.public_state == "returned" and record.failure in ADDRESS_REASONS


def _nothing(_situation: Situation) -> str:
    return NOTHING_TO_DO


def _waiting_mail(situation: Situation) -> str:
    if situation.now - situation.record.created_at < USUAL_DELAY:
        return f"Votre e-mail part dans les minutes qui viennent. {NOTHING_TO_DO}"
    late = "L’envoi prend plus de temps que d’habitude. Votre e-mail partira dès que possible"
    return late + _wait_for_it(situation)


def _delayed_mail(situation: Situation) -> str:
    if situation.is_too_late:
        return _too_late(situation)
    sent_at = situation.record.sent_at
    if sent_at is not None and situation.now - sent_at > OTHERS_TRY:
        return f"Il est sans doute arrivé depuis. {_look_for_it(situation)}"
    return "La messagerie de cette adresse fait attendre. D’autres essais suivent" + _wait_for_it(situation)


def _possibly_sent_mail(situation: Situation) -> str:
    if situation.is_too_late:
        return _too_late(situation)
    return f"Il est peut-être déjà arrivé, parfois en double. {_look_for_it(situation)}"


def _sent_mail(situation: Situation) -> str:
    record, title = situation.record, situation.title
    if situation.is_too_late:
        return _too_late(situation)
    if title.alerts:
        return _if_it_was_not_you(situation)
    if title.awaited is None:
        return f"Lisez-le : il dit s’il y a quelque chose à faire. Si vous ne le trouvez pas, regardez {_IN_SPAM}."
    if record.sent_at is not None and situation.now - record.sent_at < USUAL_DELAY:
        return f"Il arrive d’habitude en quelques minutes. Regardez aussi {_IN_SPAM}."
    return _look_for_it(situation)


def _failed_mail(situation: Situation) -> str:
    title, kind = situation.title, class_of(situation.record.failure_code or "")
    if kind == "address":
        return _wrong_address(situation)
    if title.alerts:
        return f"L’essentiel est dans son titre. {_if_it_was_not_you(situation)}"
    why = _WHY_FAILED.get(kind, _NOT_THE_ADDRESS)
    if title.a_letter_can_replace_it and kind in _REPLACED_BY_IDENTITY:
        return f"{why} {_letter_instead(situation)}"
    return f"{why} {_ask_again(situation)}"


def _wrong_address(situation: Situation) -> str:
    title, wrong = situation.title, "Aucun e-mail n’arrive à l’adresse affichée ici."
    if title.a_letter_can_replace_it:
        return f"{wrong} {_letter_instead(situation)}"
    if title.awaited:
        return f"{wrong} Vérifiez-la, puis refaites votre demande avec la bonne adresse."
    return f"{wrong} Corrigez-la dans votre espace, ou appelez le {situation.phone}."


def _letter_instead(situation: Situation) -> str:
    return (
        "Un courrier avec un code remplace cet e-mail : vous le trouverez dans cette liste. "
        f"S’il n’y est pas, appelez le {situation.phone}."
    )


def _look_for_it(situation: Situation) -> str:
    look = f"Vous ne l’avez pas reçu ? Regardez {_IN_SPAM} et vérifiez que l’adresse affichée ici est la vôtre."
    if situation.title.a_letter_can_replace_it:
        return f"{look} Sinon, appelez le {situation.phone} : un conseiller peut vous faire envoyer un courrier."
    if situation.title.awaited:
        return f"{look} Sinon, faites une nouvelle demande, ou appelez le {situation.phone}."
    return look


def _waiting_letter(situation: Situation) -> str:
    until = situation.record.promised_until
    if until is None:
        return f"Il sera remis à l’imprimeur dans les deux jours ouvrés. {NOTHING_TO_DO}"
    if situation.now <= until:
        return f"Il sera remis à l’imprimeur au plus tard le {deadline_in_words(until)}. {NOTHING_TO_DO}"
    return f"Il a pris du retard, et nous nous en occupons.{_if_urgent(situation)}"


def _letter_on_its_way(situation: Situation) -> str:
    if situation.is_too_late:
        return _too_late(situation)
    if situation.title.alerts:
        return f"{_arrival(situation)} {_if_it_was_not_you(situation)}"
    return _arrival(situation)


def _arrival(situation: Situation) -> str:
    expected = situation.expected
    if expected is None or civil_date(situation.now) > expected.latest:
        return f"Il devrait être arrivé. Si vous ne l’avez pas reçu, appelez le {situation.phone}."
    first, last = day_in_words(expected.earliest), day_in_words(expected.latest)
    return f"Il devrait arriver entre le {first} et le {last}, à votre adresse postale."


def _returned_letter(situation: Situation) -> str:
    if not _is_address_closed(situation.record):
        return f"Il n’a pas pu vous être remis. {_ask_again(situation)}"
    return (
        "L’adresse postale de votre dossier n’est sans doute plus la bonne. "
        f"Appelez le {situation.phone} pour la corriger : nous n’y écrivons plus d’ici là."
    )


def _failed_letter(situation: Situation) -> str:
    kind = class_of(situation.record.failure_code or "")
    if kind == "postal-address":
        return f"L’adresse postale de votre dossier est à corriger. Appelez le {situation.phone}."
    if situation.title.alerts:
        return f"L’essentiel est dans son titre. {_if_it_was_not_you(situation)}"
    reason = "Il n’a pas pu partir à temps." if kind == "expired" else "L’erreur vient de nous."
    return f"{reason} {_ask_again(situation)}"


def _too_late(situation: Situation) -> str:
    expired = f"Le {situation.title.awaited} de ce message n’est plus valable."
    if situation.record.purpose == "welcome":
        return f"{expired} Si vous en avez encore besoin, demandez un nouveau mot de passe depuis la page de connexion."
    return f"{expired} Si vous en avez encore besoin, faites une nouvelle demande."


def _ask_again(situation: Situation) -> str:
    if situation.title.awaited is None:
        return f"Pour en savoir plus, appelez le {situation.phone}."
    return f"Faites une nouvelle demande, ou appelez le {situation.phone}."


def _wait_for_it(situation: Situation) -> str:
    if situation.title.awaited is None:  # nobody has asked for it
        return " : vous n’avez rien à faire."
    return f" : ne refaites pas de demande.{_if_urgent(situation)}"


def _if_urgent(situation: Situation) -> str:
    if situation.title.awaited is None:
        return ""
    urgent = f" Si vous ne pouvez pas attendre, appelez le {situation.phone}"
    return f"{urgent} : un conseiller peut vous faire envoyer un courrier." if _by_letter(situation) else f"{urgent}."


def _by_letter(situation: Situation) -> bool:
    return situation.title.a_letter_can_replace_it


def _if_it_was_not_you(situation: Situation) -> str:
    return f"Si vous n’en êtes pas à l’origine, appelez sans attendre le {situation.phone}. Sinon, vous n’avez rien à faire."


Advice = Callable[[Situation], str]
_MAIL: Mapping[str, Advice] = {
    "planned": _waiting_mail,
    "rendered": _waiting_mail,
    "delayed": _delayed_mail,
    "possibly_sent": _possibly_sent_mail,
    "sent": _sent_mail,
    "failed": _failed_mail,
}
_LETTER: Mapping[str, Advice] = {
    "planned": _waiting_letter,
    "batched": _waiting_letter,
    "rendered": _waiting_letter,
    "handed_over": _letter_on_its_way,
    "posted": _letter_on_its_way,
    "returned": _returned_letter,
    "failed": _failed_letter,
}
