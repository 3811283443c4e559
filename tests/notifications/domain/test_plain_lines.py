"""The lines of a text part: none too long, none broken where a printer would not."""

import pytest
from notifications_service.domain.plain_lines import opening_of, wrapped

NARROW = "\u202f"
LINK = "https://espace.example/mgas/activation/" + "x" * 60


@pytest.mark.parametrize("text", ["", "Bonjour,\n\nUne ligne.\n", "a" * 76, f"Ouvrez{NARROW}:\n\n{LINK}\n"])
def test_what_is_short_enough_and_a_link_of_any_length_stay_as_they_are(text: str):
    assert wrapped(text) == text


def test_what_is_too_much_goes_on_at_the_next_line_of_the_sentence():
    text = "Votre espace adhérent Mutuelle nationale des exemples est activé depuis le deux\nnovembre, à midi."

    expected = "Votre espace adhérent Mutuelle nationale des exemples est activé depuis le\ndeux novembre, à midi."
    assert wrapped(text) == expected


def test_what_is_too_much_is_a_line_of_its_own_before_another_sentence():
    text = f"Bonjour Monsieur {'de Montmorency-Laval ' * 3}de Wittelsbach,\nMontant{NARROW}: 12{NARROW}€"

    lines = wrapped(text).split("\n")
    assert lines[1:] == ["Montmorency-Laval de Wittelsbach,", f"Montant{NARROW}: 12{NARROW}€"]
    assert len(lines[0]) <= 76


def test_a_line_is_not_broken_at_a_no_break_space():
    text = f"{'mot ' * 17}le 21\u00a0novembre\u00a02026{NARROW}?"

    assert wrapped(text).split("\n")[1] == f"21\u00a0novembre\u00a02026{NARROW}?"


def test_two_blank_lines_become_one():
    assert wrapped("a\n\n\n\nb\n") == "a\n\nb\n"


def test_a_mail_is_announced_by_how_it_begins_after_its_greeting():
    text = "Bonjour,\n\nVous avez demandé un nouveau mot de passe pour\nvotre espace.\n\nLa suite.\n"

    assert opening_of(text) == "Vous avez demandé un nouveau mot de passe pour votre espace."


def test_a_short_beginning_is_announced_with_what_follows_but_never_with_a_link_or_a_code():
    assert opening_of("Bonjour,\n\nC’est fait.\n\nVous n’avez rien à faire.") == "C’est fait. Vous n’avez rien à faire."
    assert opening_of("Bonjour,\n\nTapez ce code.\n\n482913\n\nMerci bien.") == "Tapez ce code."
    assert opening_of(f"Bonjour,\n\nOuvrez ceci.\n\n{LINK}\n\nMerci bien.") == "Ouvrez ceci."
    assert opening_of("Bonjour") == ""


def test_a_long_beginning_is_cut_between_two_words():
    opening = opening_of("Bonjour,\n\n" + "mutuelle " * 40)

    assert opening == "mutuelle " * 15 + "mutuelle…"
    assert len(opening) <= 150
