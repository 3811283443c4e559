"""Lines of `kind=members` that are refused: which field, which code, and a French sentence without the value."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from contracts_service.domain import line_problems
from contracts_service.domain.enrolment_line import EnrolmentLine, LineProblems
from contracts_service.domain.social_security_number import NumberPart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit.field_problems import WORDS

pytestmark = pytest.mark.unit

Line = dict[str, Any]
Read = Callable[[Any], EnrolmentLine | LineProblems]

DELETED = object()


def change(line: Line, path: str, value: object) -> Line:
    """Set or delete the field at a dotted path."""
    *parents, last = path.split(".")
    place: Any = line
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    if value is DELETED:
        del place[last]
    else:
        place[last] = value
    return line


def problems(result: EnrolmentLine | LineProblems) -> list[tuple[str, str]]:
    assert isinstance(result, LineProblems)
    return [(problem.field, problem.code) for problem in result.fields]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("membership_number", DELETED, "required"),
        ("membership_number", None, "text-required"),
        ("membership_number", 412307, "text-required"),
        ("membership_number", "412307", "invalid-membership-number"),
        ("membership_number", "004123071", "invalid-membership-number"),
        ("membership_number", "００412307", "invalid-membership-number"),
        ("membership_number", "0041\u00002307", "forbidden-characters"),
        ("nir", DELETED, "required"),
        ("nir", None, "text-required"),
        ("nir", 1850175123456, "text-required"),
        ("nir", "185017512345", "invalid-nir-length"),
        ("nir", "1851375123456", "invalid-nir-month"),
        ("nir", "185017512345600", "invalid-nir-key"),
        ("nir", "1850175123456\u202e", "forbidden-characters"),
        ("title", "M" * 21, "too-long"),
        ("last_name", DELETED, "required"),
        ("last_name", None, "text-required"),
        ("last_name", "", "empty-text"),
        ("last_name", "   ", "empty-text"),
        ("last_name", "12", "no-letter"),
        ("last_name", "é" * 101, "too-long"),
        ("last_name", "Du\u0000pont", "forbidden-characters"),
        ("last_name", "Du\ud800pont", "forbidden-characters"),
        ("last_name", "Du\u202epont", "forbidden-characters"),
        ("last_name", "Du\npont", "forbidden-characters"),
        ("last_name", ["Dupont"], "text-required"),
        ("first_name", DELETED, "required"),
        ("first_name", "\u200fZoë", "forbidden-characters"),
        ("birth_date", "1969-13-01", "invalid-date"),
        ("birth_date", "2026-11-22", "date-in-future"),
        ("birth_date", "1869-05-17", "date-too-old"),
        ("birth_date", "1969-05-17T00:00:00Z", "invalid-date"),
        ("birth_date", 19690517, "text-required"),
        ("email", "maelys", "invalid-email"),
        ("email", "maelys@" + "a" * 250 + ".org", "too-long"),
        ("email", "maelys@example.org\u0000", "forbidden-characters"),
        ("phone", "3646", "invalid-phone"),
        ("phone", 612345678, "text-required"),
        ("address", DELETED, "required"),
        ("address", None, "object-required"),
        ("address", "2 rue des Écoles, Ajaccio", "object-required"),
        ("address.street", "2 rue\tdes Écoles", "forbidden-characters"),
        ("address.street", "r" * 101, "too-long"),
        ("address.city", None, "text-required"),
        ("address.postal_code", None, "invalid-postal-code"),
        ("address.postal_code", "2000", "invalid-postal-code"),
        ("address.postal_code", "2A000", "invalid-postal-code"),
        ("address.country", "ZZ", "unknown-country"),
        ("address.country", "fr", "unknown-country"),
        ("address.country", "FRA", "unknown-country"),
        ("address.region", "Corse", "unknown-field"),
        ("statement_identifier", "470160050", "invalid-statement-identifier"),
        ("contract", [], "object-required"),
        ("contract.kind", "group", "unknown-value"),
        ("contract.kind", ["individual"], "unknown-value"),
        ("contract.product", DELETED, "required"),
        ("contract.effective_date", "2019-02-29", "invalid-date"),
        ("contract.effective_date", "08/06/2019", "invalid-date"),
        ("contract.effective_date", "2019-06-00", "invalid-date"),
        ("contract.effective_date", None, "text-required"),
        ("contract.end_date", "2019-06-07", "end-before-start"),
        ("contract.responsible", "true", "true-or-false-required"),
        ("contract.responsible", 1, "true-or-false-required"),
        ("contract.guarantees", DELETED, "required"),
        ("contract.guarantees", None, "list-required"),
        ("contract.guarantees", [{"code": "HOSP", "level": "200%"}] * 51, "too-many"),
        ("beneficiaries", DELETED, "required"),
        ("beneficiaries", {}, "list-required"),
        ("beneficiaries.1.birth_rank", 0, "too-small"),
        ("beneficiaries.1.birth_rank", 10, "too-large"),
        ("beneficiaries.1.birth_rank", "1", "number-required"),
        ("beneficiaries.1.birth_rank", 1.0, "number-required"),
        ("beneficiaries.1.birth_rank", True, "number-required"),
        ("beneficiaries.1.relation", "cousin", "unknown-value"),
        ("beneficiaries.1.nir", "208012B03305199", "invalid-nir-key"),
        ("beneficiaries.1.birth_date", "2030-01-01", "date-in-future"),
        ("beneficiaries.1.first_name", "Zo\u2067ë", "forbidden-characters"),
        ("beneficiaries.1.allergies", "pollen", "unknown-field"),
        ("password", "secret", "unknown-field"),
    ],
)
def test_a_wrong_field_is_named_with_its_code(read: Read, line: Line, path: str, value: object, code: str) -> None:
    assert [(path, code)] == problems(read(json.dumps(change(line, path, value)).encode()))


def test_every_wrong_field_of_a_line_is_reported_at_once(read: Read, line: Line) -> None:
    for path, value in {"nir": "1", "contract.effective_date": "hier", "beneficiaries.0.birth_rank": 0}.items():
        change(line, path, value)

    assert problems(read(line)) == [
        ("nir", "invalid-nir-length"),
        ("contract.effective_date", "invalid-date"),
        ("beneficiaries.0.birth_rank", "too-small"),
    ]


def test_thirty_one_beneficiaries_are_too_many(read: Read, line: Line) -> None:
    child = line["beneficiaries"][0]
    line["beneficiaries"] = [{**child, "first_name": f"Enfant {n}"} for n in range(31)]

    assert problems(read(line)) == [("beneficiaries", "too-many")]


def test_a_list_that_is_too_long_is_refused_before_its_elements_are_read(read: Read, line: Line) -> None:
    line["beneficiaries"] = [{}] * 31

    assert problems(read(line)) == [("beneficiaries", "too-many")]


def test_the_same_beneficiary_twice_is_refused_whatever_the_accents(read: Read, line: Line) -> None:
    line["beneficiaries"].append({**line["beneficiaries"][0], "first_name": "LOIC", "last_name": "D ARC"})

    assert problems(read(line)) == [("beneficiaries.2", "duplicate-beneficiary")]


def test_a_line_with_thousands_of_unknown_fields_gets_fifty_problems_with_short_names(read: Read, line: Line) -> None:
    line |= {f"{n}\u202e\u0000{'x' * 1000}": None for n in range(200)}
    result = read(line)

    assert isinstance(result, LineProblems)
    assert len(result.fields) == 50
    assert all(len(problem.field) <= 64 and problem.field.isprintable() for problem in result.fields)


def test_an_unreadable_line_is_one_problem_of_the_line(read: Read) -> None:
    assert problems(read(b"{")) == [("line", "malformed-json")]
    assert problems(read(b"[]")) == [("line", "not-an-object")]


def test_a_problem_is_told_in_french_and_never_repeats_the_value(read: Read, line: Line) -> None:
    secrets = {"nir": "1851375123456", "email": "secret-at-example", "last_name": "S3cr\u0000t", "phone": "36-46"}
    result = read(line | secrets)

    assert isinstance(result, LineProblems)
    assert len(result.as_json()) == 4
    for problem in result.as_json():
        assert {"field", "code", "detail"} == problem.keys()
        assert not any(secret in problem["detail"] for secret in secrets.values())
    assert result.fields[0].detail == "Le mois de naissance de ce numéro de sécurité sociale n’est pas valable."


def test_limits_are_told_with_their_figure(read: Read, line: Line) -> None:
    result = read(change(line, "last_name", "é" * 101))

    assert isinstance(result, LineProblems)
    assert result.fields[0].detail == "Ce texte dépasse 100 caractères."


def test_every_sentence_is_typographically_french() -> None:
    sentences = [*line_problems.TEXTS.values(), *(text for _, text in WORDS.values())]

    for sentence in sentences:
        assert re.fullmatch(r"[A-ZÀÉ].*\.", sentence)
        assert "'" not in sentence
        assert not re.search(r"[^\u202f][;:?!]", sentence)


def test_every_part_of_a_social_security_number_has_its_sentence() -> None:
    assert {f"invalid-nir-{part}" for part in NumberPart} <= line_problems.TEXTS.keys()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PATHS = [
    "membership_number", "nir", "title", "last_name", "birth_date", "email", "phone", "address", "address.city",
    "address.country", "address.postal_code", "statement_identifier", "contract", "contract.kind",
    "contract.end_date", "contract.responsible", "contract.guarantees", "contract.guarantees.0", "beneficiaries",
    "beneficiaries.0", "beneficiaries.0.birth_rank", "beneficiaries.0.relation", "beneficiaries.0.nir",
]  # fmt: skip


# The fixtures are a function and a template that each example copies.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PATHS), JSON)
def test_any_value_in_any_field_is_accepted_or_refused_by_a_known_code(
    read: Read, line: Line, path: str, value: object
) -> None:
    copy = json.loads(json.dumps(line))
    *parents, last = path.split(".")
    parent: Any = copy
    for name in parents:
        parent = parent[int(name) if name.isdigit() else name]
    parent[int(last) if last.isdigit() else last] = value
    result = read(copy)

    if isinstance(result, EnrolmentLine):
        assert json.loads(result.fingerprint_source()).keys() == line.keys()
    else:
        known = line_problems.TEXTS.keys() | {code for code, _ in WORDS.values()}
        assert {problem.code for problem in result.fields} <= known
