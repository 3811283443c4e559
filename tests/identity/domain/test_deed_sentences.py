"""What was done to an account, told to its member in French."""

from typing import get_args

import pytest
from identity_service.domain.deed_sentences import BY_STAFF, IN_DETAIL, SENTENCES, sentence
from identity_service.domain.deeds import Kind

KINDS = get_args(Kind)


def test_every_kind_of_deed_has_its_sentence():
    assert set(SENTENCES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_staff_did_was_done_by_an_adviser_and_nobody_elses_deeds_were(kind: Kind):
    assert "conseiller" in sentence(kind, "staff", {"staff": "paul.durand", "reason": "appel", "origin": "adviser"})
    for actor in ("member", "system", "anonymous"):
        assert "conseiller" not in sentence(kind, actor, {})


def test_details_choose_among_sentences_of_our_own_and_are_never_repeated():
    told = {sentence(kind, "member", {name: value}) for kind, (name, values) in IN_DETAIL.items() for value in values}

    assert len(told) == sum(len(values) for _, values in IN_DETAIL.values())
    for kind in KINDS:
        made_up = dict.fromkeys(("origin", "way", "because", "reason"), "<b>1850578006084</b>")

        assert sentence(kind, "member", made_up) == SENTENCES[kind]
        assert "1850578006084" not in sentence(kind, "staff", made_up)


def test_a_sign_in_names_the_device():
    assert sentence("signed_in", "member", {"device": "Firefox, Windows"}) == (
        "Connexion à votre espace. Appareil\u202f: Firefox, Windows."
    )


def test_staff_have_no_sentence_that_no_kind_has():
    assert set(BY_STAFF) | set(IN_DETAIL) <= set(KINDS)
