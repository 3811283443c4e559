"""A bank account as somebody gives it, read and checked whole: what is wrong with each field, or what to look at again."""

from dataclasses import dataclass, field

from service_kit.problems import FieldProblem

from contracts_service.domain.bank_account import BankAccountError, Iban, account_warnings, parse_bic, parse_iban
from contracts_service.domain.personal_text import PersonalTextError, check_name, clean_text

LONGEST_HOLDER = 70  # characters: a name in a SEPA transfer (EPC130-08, AT-21)

WORDS = {
    "invalid-iban": "Ce n’est pas un IBAN. Recopiez-le depuis votre RIB, avec les lettres du pays au début.",
    "invalid-iban-key": "Cet IBAN contient une faute de frappe\u202f: relisez chaque caractère sur votre RIB.",
    "not-a-sepa-country": "Ce compte est dans un pays où nous ne pouvons pas verser d’euros (hors de la zone SEPA).",
    "invalid-bic": "Ce BIC n’est pas valable\u202f: il compte 8 ou 11 caractères. Vous pouvez aussi le laisser vide.",
    "empty-text": "Indiquez le nom du titulaire du compte.",
    "too-long": f"Ce nom dépasse {LONGEST_HOLDER} caractères.",
    "no-letter": "Un nom contient au moins une lettre.",
    "forbidden-characters": "Ce nom contient un caractère qui n’est pas permis.",
}


class GivenAccountRefused(ValueError):
    """The account cannot be used: `problems` says which fields, and why."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("given-account-refused")
        self.problems = problems


@dataclass(frozen=True)
class GivenAccount:
    """An account that can be paid to; `warnings` are for whoever typed it."""

    iban: Iban
    holder: str = field(repr=False)
    bic: str | None = field(repr=False)
    warnings: tuple[FieldProblem, ...]


def read_account(iban: str, holder: str, bic: str | None) -> GivenAccount:
    """Read an account as it was typed; raise GivenAccountRefused with all that is wrong."""
    problems: list[FieldProblem] = []
    account = name = bank = None
    try:
        account = parse_iban(iban)
    except BankAccountError as error:
        problems.append(FieldProblem("iban", error.code, WORDS[error.code]))
    try:
        name = check_name(clean_text(holder, max_length=LONGEST_HOLDER))
    except PersonalTextError as error:
        problems.append(FieldProblem("account_holder", error.code, WORDS[error.code]))
    try:
        bank = None if bic is None else parse_bic(bic)
    except BankAccountError as error:
        problems.append(FieldProblem("bic", error.code, WORDS[error.code]))
    if problems or account is None or name is None:
        raise GivenAccountRefused(tuple(problems))
    return GivenAccount(account, name, bank, account_warnings(account, bank))
