"""What to do next about a message: the words that a member reads, or hears on the telephone."""

import itertools
import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.delivery_advice import Situation, what_next
from notifications_service.domain.delivery_record import DeliveryRecord, PublicState
from notifications_service.domain.message_kinds import LETTERS, MAILS

from tests.structure.test_french import faults
from tests.support.delivery_records import NOW, letter, mail
from tests.support.notifications_fixtures import BRANDS

CONTENT = tomllib.loads((BRANDS / "safiag.toml").read_text(encoding="utf-8"))
SAFIAG = BrandSender.model_validate(CONTENT["brand"] | CONTENT["notifications"])
CALL = f"01\u00a099\u00a000\u00a012\u00a034 ({SAFIAG.hours})"
SPAM = "dans le dossier «\u202fcourrier indésirable\u202f» (ou «\u202fspams\u202f»)"
FAILURES = [
    None,
    "no-such-address",
    "mailbox-full",
    "refused-by-relay",
    "gave-up",
    "bounced",
    "address-closed",
    "moved",
    "unclaimed",
    "other",
]


def advice(record: DeliveryRecord, *, minutes: float = 0, days: float = 0) -> str:
    return what_next(Situation(record, SAFIAG, NOW + timedelta(minutes=minutes, days=days)))


def test_a_mail_that_was_sent_a_moment_ago_is_waited_for():
    words = advice(mail(state="sent", sent_at=NOW), minutes=9)

    assert words == f"Il arrive d’habitude en quelques minutes. Regardez aussi {SPAM}."


def test_a_mail_that_is_not_there_after_ten_minutes_is_looked_for_and_then_a_letter_is_asked_for():
    words = advice(mail(state="sent", sent_at=NOW), minutes=10)

    assert words == (
        f"Vous ne l’avez pas reçu\u202f? Regardez {SPAM} et vérifiez que l’adresse affichée ici est la vôtre. "
        f"Sinon, appelez le {CALL}\u202f: un conseiller peut vous faire envoyer un courrier."
    )


def test_a_link_that_has_expired_is_asked_for_again():
    words = advice(mail(state="sent", sent_at=NOW), minutes=60)

    assert (
        words == "Le lien de ce message n’est plus valable. Si vous en avez encore besoin, faites une nouvelle demande."
    )


def test_a_mail_that_has_waited_for_ten_minutes_is_late_and_asking_again_would_not_help():
    on_time, late = advice(mail(), minutes=9), advice(mail(), minutes=10)

    assert on_time == "Votre e-mail part dans les minutes qui viennent. Vous n’avez rien à faire."
    assert "ne refaites pas de demande" in late
    assert late.endswith(f"appelez le {CALL}\u202f: un conseiller peut vous faire envoyer un courrier.")


def test_a_wrong_address_is_named_as_the_cause_and_the_letter_that_follows_is_announced():
    words = advice(mail(state="failed", failure="no-such-address", failed_at=NOW))

    assert words.startswith(
        "Aucun e-mail n’arrive à l’adresse affichée ici. Un courrier avec un code remplace cet e-mail\u202f:"
    )


def test_a_letter_that_identity_posts_is_announced_wherever_it_does_and_nowhere_else():
    words = {
        why: advice(mail(state="failed", failure=why, failed_at=NOW))
        for why in ("no-such-address", "mailbox-full", "bounced", "refused-by-relay", "expired-on-the-way")
    }
    of_a_code = advice(mail(purpose="new_device_code", state="failed", failure="mailbox-full", failed_at=NOW))
    announced = {why for why, one in words.items() if "Un courrier avec un code remplace cet e-mail" in one}

    assert announced == {"no-such-address", "mailbox-full", "bounced"}
    assert words["mailbox-full"].startswith("La boîte e-mail de cette adresse est pleine")
    assert "Faites une nouvelle demande" in of_a_code


def test_a_refusal_by_policy_never_blames_the_members_address():
    words = advice(mail(state="failed", failure="refused-by-relay", failed_at=NOW))

    assert words.startswith("Votre adresse e-mail n’est pas en cause.")


def test_who_did_not_change_the_password_is_told_to_call_at_once():
    words = advice(mail(purpose="password_changed", state="sent", sent_at=NOW))

    assert words.startswith(f"Si vous n’en êtes pas à l’origine, appelez sans attendre le {CALL}.")


def test_a_letter_that_waits_tells_the_end_of_the_promise_and_whom_to_call_once_it_is_broken():
    on_time, late = advice(letter(), days=1), advice(letter(), days=3)

    assert on_time.startswith(
        "Il sera remis à l’imprimeur au plus tard le mercredi 25\u00a0novembre\u00a02026 à 10\u00a0h\u00a000."
    )
    assert late.startswith("Il a pris du retard")
    assert CALL in late


def test_a_letter_on_its_way_is_expected_between_two_days_and_missed_after_them():
    record = letter(state="handed_over", sent_at=NOW)  # posted with the cut-off of that Monday

    assert advice(record, days=3) == (
        "Il devrait arriver entre le mercredi 25\u00a0novembre et le jeudi 26\u00a0novembre, à votre adresse postale."
    )
    assert advice(record, days=4) == (f"Il devrait être arrivé. Si vous ne l’avez pas reçu, appelez le {CALL}.")


def test_a_letter_that_was_posted_late_is_expected_later():
    posted_at = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # on Friday
    window = Situation(letter(state="posted", sent_at=NOW, posted_at=posted_at), SAFIAG, posted_at).expected

    assert window is not None
    assert (window.earliest, window.latest) == (date(2026, 11, 30), date(2026, 12, 2))


def test_a_letter_that_came_back_from_a_wrong_address_says_so_and_one_that_was_not_fetched_does_not():
    moved, unclaimed = (
        advice(letter(state="returned", failure=why, sent_at=NOW, returned_at=NOW), days=9)
        for why in ("moved", "unclaimed")
    )

    assert moved == (
        "L’adresse postale de votre dossier n’est sans doute plus la bonne. "
        f"Appelez le {CALL} pour la corriger\u202f: nous n’y écrivons plus d’ici là."
    )
    assert unclaimed.startswith("Il n’a pas pu vous être remis. Faites une nouvelle demande")


def test_a_promise_that_ends_with_a_day_names_that_day():
    words = advice(letter(promised_until=datetime(2026, 11, 24, 23, 0, tzinfo=UTC)))  # required on a Sunday

    assert words.startswith("Il sera remis à l’imprimeur au plus tard le mardi 24\u00a0novembre\u00a02026 à minuit.")


def test_a_mail_that_another_server_delays_is_taken_for_arrived_once_servers_have_stopped_trying():
    record = mail(purpose="contribution_unpaid", state="delayed", delayed_at=NOW, sent_at=NOW)

    assert advice(record, days=5) == (
        "La messagerie de cette adresse fait attendre. D’autres essais suivent\u202f: vous n’avez rien à faire."
    )
    assert advice(record, days=6).startswith("Il est sans doute arrivé depuis. Vous ne l’avez pas reçu\u202f?")


def test_only_of_a_message_that_is_awaited_one_is_asked_not_to_ask_again():
    awaited, told = (
        advice(mail(purpose=purpose, state="delayed", delayed_at=NOW), minutes=20)
        for purpose in ("password_reset", "contract_ended")
    )

    assert "ne refaites pas de demande" in awaited
    assert told.endswith("D’autres essais suivent\u202f: vous n’avez rien à faire.")


def test_a_wrong_postal_address_is_to_be_put_right_even_where_the_code_has_served():
    came_back = {"state": "returned", "sent_at": NOW, "returned_at": NOW, "served_at": NOW}
    moved, unclaimed = (advice(letter(failure=why, **came_back)) for why in ("moved", "unclaimed"))

    assert moved.startswith("L’adresse postale de votre dossier n’est sans doute plus la bonne.")
    assert unclaimed == "Son code a déjà servi. Vous n’avez rien à faire."


def test_nothing_is_to_be_done_once_the_code_has_served():
    record = letter(state="handed_over", sent_at=NOW, served_at=NOW + timedelta(days=2))

    assert advice(record, days=30) == "Son code a déjà servi. Vous n’avez rien à faire."


def everything() -> list[dict[str, Any]]:
    """Return every message in every state, early and late, for every reason."""
    kinds = [(purpose, mail) for purpose in MAILS] + [(purpose, letter) for purpose in LETTERS]
    states = (*get_args(PublicState), "sending")
    return [
        {"of": of, "purpose": purpose, "state": state, "failure": failure, "days": days}
        for (purpose, of), state, failure, days in itertools.product(kinds, states, FAILURES, (0, 5, 40))
    ]


def test_every_message_in_every_state_has_advice_in_well_set_whole_sentences():
    told = set()
    for case in everything():
        instants = dict.fromkeys(("sent_at", "posted_at", "failed_at"), NOW)
        record = case["of"](purpose=case["purpose"], state=case["state"], failure=case["failure"], **instants)
        told.add(advice(record, days=case["days"]))

    assert len(told) > 25
    assert [words for words in told if not (words[0].isupper() and words.endswith("."))] == []
    assert {words: faults(words) for words in told if faults(words)} == {}
