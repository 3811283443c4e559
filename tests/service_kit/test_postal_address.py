"""The address block of a letter: NF Z 10-011 on names and addresses as people really have them."""

import pytest
from service_kit.postal_address import AddressDoesNotFit, PostalAddress, address_lines


def lines_for(
    *,
    title: str | None = "Mme",
    last_name: str = "Martin",
    first_name: str | None = "Léa",
    **fields: str | None,
) -> list[str]:
    where = {"street": "3, rue de l'Église", "postal_code": "72660", "city": "Moulinbœuf"} | fields
    return address_lines(title, last_name, first_name, PostalAddress(**where))


def refusal(**changes: str | None) -> tuple[str, str]:
    with pytest.raises(AddressDoesNotFit) as caught:
        lines_for(**changes)
    return caught.value.field, caught.value.reason


def test_a_plain_address_is_the_person_the_street_and_the_town_without_blank_lines():
    expected = ["Mme Léa Martin", "3 RUE DE L EGLISE", "72660 MOULINBOEUF"]

    assert expected == lines_for(complement="  ", building="", locality=None, country="FR")


def test_a_full_address_has_six_lines_in_the_order_of_the_norm():
    expected = ["Mme Léa Martin", "Chez Mme Le Goff", "Résidence Zoé", "12 BIS RUE ZOE", "BP 12"]

    lines = lines_for(
        complement="Chez Mme Le Goff", building="Résidence Zoé", street="12 bis, rue Zoé", locality="BP 12"
    )

    assert [*expected, "72660 MOULINBOEUF"] == lines


def test_an_address_abroad_ends_with_the_country_on_a_seventh_line():
    inside = {"complement": "a", "building": "b", "street": "c", "locality": "d"}

    lines = lines_for(**inside, postal_code="1050", city="Ixelles", country="BE")

    expected = ["Mme Léa Martin", "a", "b", "C", "D", "1050 IXELLES", "BELGIQUE"]
    assert expected == lines


@pytest.mark.parametrize("country", ["FR", "PF", "MC", "France", "", None])
def test_no_country_line_where_the_french_post_delivers(country: str | None):
    expected = "98713 PAPEETE"

    assert expected == lines_for(postal_code="98713", city="Papeete", country=country)[-1]


def test_a_country_may_be_given_by_its_name():
    expected = ["ABIDJAN", "COTE D IVOIRE"]

    assert expected == lines_for(postal_code="", city="Abidjan", country="Côte d’Ivoire")[-2:]


@pytest.mark.parametrize(
    ("last_name", "first_name", "expected"),
    [
        ("N'Guyen", "Fañch", "Mme Fañch N'Guyen"),
        ("O’Neil", "Loïc", "Mme Loïc O’Neil"),
        ("L'Haÿ", "Zoë", "Mme Zoë L'Haÿ"),
        ("Œuvrard", "Aÿmeric", "Mme Aÿmeric Œuvrard"),
        ("Dupont--Martin", "Maëlys", "Mme Maëlys Dupont--Martin"),
        ("Ô", "Y", "Mme Y Ô"),
        ("#[*$\\]", '"', 'Mme " #[*$\\]'),
        ("Ha\u0302l", "Zoe\u0308", "Mme Zoë Hâl"),
        ("\u202eMar\u200ftin\x00", "L\u00adéa\u00a0", "Mme Léa Martin"),
    ],
)
def test_a_name_is_printed_as_it_is_spelt_composed_and_without_invisible_marks(
    last_name: str, first_name: str, expected: str
):
    assert expected == lines_for(last_name=last_name, first_name=first_name)[0]


@pytest.mark.parametrize("first_name", [None, "", "X", "SP", "sp"])
def test_a_person_without_first_name_is_title_and_last_name(first_name: str | None):
    expected = "Mme Ô"

    assert expected == lines_for(last_name="Ô", first_name=first_name)[0]


@pytest.mark.parametrize(
    ("first_name", "last_name", "expected"),
    [
        ("Anne", "de La Rochefoucauld", "Madame Anne de La Rochefoucauld"),
        ("Élisabeth", "de La Rochefoucauld-Uzès", "Mme Élisabeth de La Rochefoucauld-Uzès"),
        ("Marie-Noëlle", "de La Rochefoucauld-Doudeau", "Mme M.-N. de La Rochefoucauld-Doudeau"),
        ("Marie Ange", "de La Rochefoucauld-Montbel", "Mme M. A. de La Rochefoucauld-Montbel"),
    ],
)
def test_title_then_first_name_are_shortened_only_where_the_last_name_needs_the_room(
    first_name: str, last_name: str, expected: str
):
    assert expected == lines_for(title="Madame", first_name=first_name, last_name=last_name)[0]


def test_a_noble_name_of_over_sixty_characters_is_refused_and_never_cut():
    noble = "de Montesquiou-Fezensac d'Artagnan de La Rochefoucauld-Doudeauville"
    expected = ("name", "too_long")

    assert expected == refusal(last_name=noble)


def test_a_line_of_38_characters_is_printed():
    expected = "Mme " + "M" * 34

    assert expected == lines_for(first_name=None, last_name="M" * 34)[0]


def test_a_word_of_39_characters_is_refused():
    expected = ("name", "too_long")

    assert expected == refusal(first_name=None, last_name="M" * 39)


def test_a_long_name_is_written_whole_on_two_lines():
    block = lines_for(title="M.", first_name="Charles-Henri", last_name="de La Rochefoucauld de Montmorency-Laval")

    assert block[:2] == ["M. Charles-Henri de La Rochefoucauld", "de Montmorency-Laval"]
    assert all(len(line) <= 38 for line in block)


def test_a_name_of_three_lines_is_refused():
    expected = ("name", "too_long")

    assert expected == refusal(first_name=None, last_name=" ".join(["Montmorency"] * 8))


def test_a_missing_last_name_is_refused():
    expected = ("name", "missing")

    assert expected == refusal(last_name=" \u200b ")


def test_a_refusal_has_a_stable_code_and_never_repeats_the_content():
    with pytest.raises(AddressDoesNotFit) as caught:
        lines_for(last_name="Secret" * 10)

    expected = "address-does-not-fit"
    assert expected == caught.value.code
    assert "Secret" not in f"{caught.value!r} {caught.value}"


def test_an_address_does_not_show_its_content_when_printed_by_a_log():
    assert "Moulin" not in repr(PostalAddress(postal_code="72660", city="Moulin"))


def test_a_recipient_that_names_the_person_is_the_first_line():
    expected = ["M. et Mme MARTIN", "3 RUE DE L EGLISE", "72660 MOULINBOEUF"]

    assert expected == lines_for(recipient="M. et Mme MARTIN")


def test_a_recipient_that_is_somebody_else_stands_below_the_person():
    expected = ["Mme Léa Martin", "EHPAD Les Lilas"]

    assert expected == lines_for(recipient="EHPAD Les Lilas")[:2]


def test_seven_lines_within_france_are_refused():
    expected = ("recipient", "too_many_lines")

    assert expected == refusal(recipient="EHPAD Les Lilas", complement="a", building="b", locality="d")


@pytest.mark.parametrize(
    ("building", "expected"),
    [
        ("Résidence Les Tilleuls, Bâtiment C", "Résidence Les Tilleuls, Bâtiment C"),
        ("Résidence Les Tilleuls, Bâtiment C, Entrée 2", "RES LES TILLEULS BAT C ENT 2"),
        ("Résidence universitaire de la Croix du Sud, Entrée 2", "RES UNIVERSITAIRE CROIX DU SUD ENT 2"),
    ],
)
def test_a_building_is_abbreviated_only_beyond_38_characters(building: str, expected: str):
    assert expected == lines_for(building=building)[1]


@pytest.mark.parametrize(
    ("street", "expected"),
    [
        ("717, avenue Alexandria Pasquier", "717 AVENUE ALEXANDRIA PASQUIER"),
        ("1200 bis boulevard des Déportés du Vercors", "1200 BIS BD DES DEPORTES DU VERCORS"),
        ("12 ter, avenue du Maréchal de Lattre de Tassigny", "12 TER AV DU MAL DE LATTRE DE TASSIGNY"),
        ("8, chemin de la Croix des Gardes du Petit Bois", "8 CHE CROIX GARDES DU PETIT BOIS"),
        ("n° 5, rue Jean-Jaurès", "5 RUE JEAN JAURES"),
        ("chemin des Avenues", "CHEMIN DES AVENUES"),
    ],
)
def test_a_street_is_abbreviated_only_where_its_name_exceeds_32_characters(street: str, expected: str):
    assert expected == lines_for(street=street)[-2]


def test_a_street_that_no_abbreviation_saves_is_refused():
    expected = ("street", "too_long")

    assert expected == refusal(street="rue " + "Anticonstitutionnelle " * 2)


@pytest.mark.parametrize(
    ("postal_code", "city", "expected"),
    [
        ("94240", "L'Haÿ-les-Roses", "94240 L HAY LES ROSES"),
        ("80190", "Y", "80190 Y"),
        ("75 008", "Paris Cedex 08", "75008 PARIS CEDEX 08"),
        ("78930", "Villette s/ Seine", "78930 VILLETTE SUR SEINE"),
        ("55000", "Villers s/s Bois", "55000 VILLERS SOUS BOIS"),
        # The rest as in La Poste's official list of postcodes, column "libellé d'acheminement".
        ("51290", "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson", "51290 ST REMY EN BOUZEMONT ST GENEST"),
        ("14290", "Saint-Martin-de-Bienfaite-la-Cressonnière", "14290 ST MARTIN BIENFAITE CRESSONNIERE"),
        ("34520", "La Vacquerie-et-Saint-Martin-de-Castries", "34520 LA VACQUERIE ST MARTIN CASTRIES"),
        ("80880", "Saint-Quentin-la-Motte-Croix-au-Bailly", "80880 ST QUENTIN LA MOTTE CROIX BAILLY"),
        ("66760", "Angoustrine-Villeneuve-des-Escaldes", "66760 ANGOUSTRINE VILLENEUVE ESCALDES"),
        ("24300", "Javerlhac-et-la-Chapelle-Saint-Robert", "24300 JAVERLHAC LA CHAPELLE ST ROBERT"),
    ],
)
def test_the_last_line_is_postcode_and_town_as_the_post_routes_it(postal_code: str, city: str, expected: str):
    assert expected == lines_for(postal_code=postal_code, city=city)[-1]


@pytest.mark.parametrize(
    ("postal_code", "reason"),
    [("2A004", "malformed"), ("7500", "malformed"), ("", "missing"), ("٣٤٥٦٧", "malformed")],
)
def test_a_french_postcode_is_five_digits(postal_code: str, reason: str):
    expected = ("postal_code", reason)

    assert expected == refusal(postal_code=postal_code)


def test_a_missing_town_is_refused():
    expected = ("city", "missing")

    assert expected == refusal(city=" - ")


def test_a_street_in_letters_that_the_post_cannot_read_is_refused_rather_than_emptied():
    expected = ("street", "malformed")

    assert expected == refusal(street="улица Ленина 5")


def test_an_unknown_country_code_is_refused():
    expected = ("country", "malformed")

    assert expected == refusal(country="QQ")
