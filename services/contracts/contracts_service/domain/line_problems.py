"""What is wrong with an imported line: a stable English code and a French sentence for each field.

What any field may lack is in the kit's table (`service_kit.field_problems.WORDS`); the codes of enrolment lines are below.
A sentence never repeats the value: problems are stored, shown and logged, and values are personal.
"""

from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from service_kit.field_problems import WORDS, field_problems, printable_name
from service_kit.problems import FieldProblem

MOST_PROBLEMS = 50
"""Problems reported for one line; a line with more is wrong as a whole, and its first ones show how."""

LINE = "line"
"""The field named by a problem of the whole line."""

TEXTS = {
    "line-too-long": "La ligne dépasse {most_bytes} octets.",
    "malformed-json": "La ligne n’est pas un objet JSON lisible en UTF-8.",
    "too-deep": "La ligne imbrique plus de {most_levels} niveaux.",
    "not-an-object": "La ligne doit être un objet JSON.",
    "misplaced-quotes": "Les guillemets de cette ligne sont mal placés ou ne sont pas fermés.",
    "not-utf-8": "La ligne n’est pas lisible en UTF-8.",
    "wrong-number-of-cells": "La ligne n’a pas autant de cellules que l’en-tête a de colonnes.",
    "duplicate-field": "Ce champ figure deux fois.",
    "forbidden-characters": "Ce texte contient des caractères interdits (commande, sens d’écriture ou illisible).",
    "empty-text": "Ce champ est vide\u202f: donnez une valeur, ou null si le champ est facultatif.",
    "too-long": "Ce texte dépasse {max_length} caractères.",
    "too-many": "Cette liste dépasse {most} éléments.",
    "no-letter": "Un nom contient au moins une lettre.",
    "invalid-date": "Cette date n’existe pas\u202f; le format attendu est AAAA-MM-JJ.",
    "date-in-future": "Cette date est dans le futur.",
    "date-too-old": "Cette date est trop ancienne pour une date de naissance.",
    "end-before-start": "La date de fin précède la date d’effet.",
    "invalid-email": "Cette adresse électronique n’est pas valable.",
    "invalid-phone": "Ce numéro de téléphone n’est pas valable.",
    "unknown-country": "Ce code de pays n’est pas connu (deux lettres, norme ISO 3166-1).",
    "invalid-postal-code": "Ce code postal n’est pas valable pour ce pays.",
    "invalid-membership-number": "Ce numéro d’adhésion n’a pas la forme attendue.",
    "invalid-statement-identifier": "Cet identifiant de décompte n’a pas la forme attendue.",
    "duplicate-beneficiary": "Ce bénéficiaire figure deux fois\u202f: même prénom, même nom, même naissance.",
    "invalid-nir-length": "Un numéro de sécurité sociale compte 13 caractères, ou 15 avec sa clé.",
    "invalid-nir-characters": "Ce numéro de sécurité sociale contient un caractère inattendu.",
    "invalid-nir-first-digit": "Le premier chiffre de ce numéro de sécurité sociale n’est pas valable.",
    "invalid-nir-year": "Les chiffres 2 et 3 de ce numéro de sécurité sociale ne sont pas valables.",
    "invalid-nir-month": "Le mois de naissance de ce numéro de sécurité sociale n’est pas valable.",
    "invalid-nir-department": "Le département de naissance de ce numéro de sécurité sociale n’est pas valable.",
    "invalid-nir-commune": "La commune de naissance de ce numéro de sécurité sociale n’est pas valable.",
    "invalid-nir-order": "Le numéro d’ordre de ce numéro de sécurité sociale n’est pas valable.",
    "invalid-nir-key": "La clé ne correspond pas à ce numéro de sécurité sociale.",
    "invalid-amount": "Ce montant n’est pas valable\u202f: des euros avec deux décimales sont attendus, comme 26.50 ou -7.00.",
    "invalid-rate": "Ce taux n’est pas valable\u202f: un pourcentage de 0 à 1000 est attendu, comme 65 ou 70.00.",
    "amounts-do-not-add-up": "Ce montant n’est pas la somme des parts et du reste à charge.",
    "date-out-of-range": "Cette date est trop éloignée.",
    "period-reversed": "La fin de la période précède son début.",
    "unknown-member": "Aucun adhérent n’a ce numéro d’adhésion.",
    "unknown-beneficiary": "Ce contrat ne couvre et n’a couvert personne avec cette date de naissance et ce rang.",
    "ambiguous-beneficiary": "Plusieurs personnes de ce contrat ont cette date de naissance et ce rang.",
    "revision-not-raised": "Cette ligne dit autre chose que la même révision reçue auparavant\u202f: augmentez la révision.",
}
"""Our own codes and their sentences; `refusal` builds the error of a field."""

_KIT_TEXTS = dict(WORDS.values())


@dataclass(frozen=True, slots=True)
class LineProblems:
    """All that is wrong with one line, as the answer of an import shows it."""

    fields: tuple[FieldProblem, ...]

    def as_json(self) -> list[dict[str, str]]:
        """Return `[{"field", "code", "detail"}]`."""
        return [problem.as_dict() for problem in self.fields]


def refusal(code: str, **limits: int) -> PydanticCustomError:
    """Build the error that a field's validator raises for one of the codes of TEXTS."""
    return PydanticCustomError(code, TEXTS[code], limits or None)


def words_of(code: str) -> str:
    """Return the French sentence of a code, ours or the kit's, with its limits still as `{names}`."""
    return TEXTS.get(code) or _KIT_TEXTS[code]


def problem_of_line(code: str, *, field: str = LINE, **limits: int) -> LineProblems:
    """Build the answer for a line that could not be read as fields."""
    return LineProblems((FieldProblem(printable_name(field), code, TEXTS[code].format(**limits)),))


def problems_of(error: ValidationError) -> LineProblems:
    """Turn pydantic's errors into field problems, in the order of the fields, MOST_PROBLEMS at most."""
    return LineProblems(field_problems(error, whole=LINE)[:MOST_PROBLEMS])
