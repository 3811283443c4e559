"""E-mail addresses: what SMTP takes, what forges headers, what a list shows."""

import pytest
from notifications_service.domain.mail_address import AddressUnusable, MailAddress, hint_at, is_another_mailbox, masked


def test_the_domain_goes_out_in_ascii_and_the_local_part_as_it_is():
    assert MailAddress.parse("Zoe.O'Neil+m@Straße-exämple.FR").text == "Zoe.O'Neil+m@xn--strae-exmple-o9a8e.fr"


def test_letters_beyond_ascii_before_the_at_need_smtputf8():
    assert [MailAddress.parse(text).needs_smtputf8 for text in ("zoé@example.fr", "zoe@exämple.fr")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "zoe@example.fr\r\nBcc: autre@example.fr",
        "zoe\r\nBcc: autre@example.fr",
        "zoe\u2028@example.fr",
        "zoe nunez@example.fr",
        "<zoe@example.fr>",
        '"zoe"@example.fr',
        "zoe,autre@example.fr",
        "zoe@autre@example.fr",
        "zoe@",
        "@example.fr",
        "zoe",
        "",
        "zoe@exa mple.fr",
        "zoe@-example.fr",
        "z" * 65 + "@example.fr",
        "zoe@" + "a." * 130 + "fr",
        "zoe\x00@example.fr",
        "zo\u202ee@example.fr",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(text: str):
    with pytest.raises(AddressUnusable) as refused:
        MailAddress.parse(text)

    assert str(refused.value) == "address-malformed"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("zoe.nunez@example.org", "z•••@e•••.org"),
        ("z@b.example.co.uk", "z•••@b•••.uk"),
        ("élodie@exämple.fr", "é•••@e•••.fr"),
        ("zoe@localhost", "z•••@l•••"),
    ],
)
def test_a_list_shows_an_address_only_to_who_knows_it(text: str, shown: str):
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("zoe.nunez@example.org", "z•••@e•••.org"),
        ("élodie@exämple.fr", "é•••@e•••.fr"),
        ("日本@example.jp", "•••@•••"),
        ("<b>@example.org", "•••@•••"),
        ("zoe@example.<b>", "•••@•••"),
        ("zoe@example." + "b" * 63, "•••@•••"),
        ("", "•••@•••"),
    ],
)
def test_a_hint_shows_only_what_any_page_can_show(text: str, shown: str):
    assert hint_at(text) == shown


@pytest.mark.parametrize(
    ("known", "typed", "another"),
    [
        ("zoe@example.org", "paul@example.org", True),
        ("zoe@example.org", "no address", True),
        ("zoe@example.org", "Zoe@EXAMPLE.org", False),
        ("zoe@xn--exmple-cua.fr", "zoe@exämple.fr", False),
        ("no address", "zoe@example.org", False),
    ],
)
def test_one_mailbox_is_known_in_every_spelling_and_one_that_is_none_is_not_another(
    known: str, typed: str, another: bool
):
    assert is_another_mailbox(known, typed) is another
