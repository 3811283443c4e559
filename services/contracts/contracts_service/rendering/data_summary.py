"""The PDF of a data export: who, which contract, who is on it, and the latest lines of each list; `templates/data_summary.typ`.

Tagged (PDF/UA-1) and lasting (PDF/A-2a), drawn by typst without fonts of the system or anything from the network. A character
that no font has is printed as a question mark: nobody is refused their own data. Tables are bounded; everything is in the CSV.
"""

import json
import re
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst
from service_kit.clock import civil_date
from service_kit.french_dates import date_in_words, moment_in_words

TEMPLATES = Path(__file__).parent.parent / "templates"
MOST_ROWS = 60  # of one table; a table of 300 rows takes 290 MiB to draw

_ADDRESS_LINES = ("recipient", "complement", "building", "street", "locality", "postal_code", "city", "country")
_DAY = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
)  # a birth date may be incomplete, and stays as it is

_NAMES = {
    "membership_number": "Numéro d’adhésion",
    "title": "Civilité",
    "last_name": "Nom",
    "birth_name": "Nom de naissance",
    "first_name": "Prénom",
    "birth_date": "Date de naissance",
    "nir": "Numéro de sécurité sociale",
    "email": "E-mail",
    "phone": "Téléphone",
    "address": "Adresse",
    "statement_identifier": "Identifiant des relevés",
    "product": "Contrat",
    "effective_date": "Date d’effet",
    "renewal_date": "Échéance",
    "end_date": "Fin du contrat",
}
_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "beneficiaires": (
        "Bénéficiaires",
        {"first_name": "Prénom", "last_name": "Nom", "birth_date": "Naissance", "nir": "N° de sécurité sociale"},
    ),
    "comptes_bancaires": ("Comptes bancaires", {"iban": "IBAN", "holder": "Titulaire", "in_force_on": "Depuis le"}),
    "cotisations": (
        "Cotisations",
        {"due_date": "Échéance", "reference": "Référence", "amount": "Montant (€)", "paid_on": "Payée le"},
    ),
    "remboursements": (
        "Remboursements",
        {
            "care_date": "Soins du",
            "act": "Acte",
            "amount_spent": "Dépense (€)",
            "mandatory_share": "Sécurité sociale (€)",
            "complementary_share": "Mutuelle (€)",
            "remaining_cost": "Reste (€)",
        },
    ),
}


def draw_summary(brand: str, exported_at: datetime, facts: dict[str, Any]) -> bytes:
    """Return the PDF of somebody's data."""
    content = {
        "brand": brand,
        "exported": f"le {moment_in_words(exported_at)}",
        "day": civil_date(exported_at).isoformat(),
        "blocks": [
            {"title": "Vous", "facts": _facts(facts["person"])},
            {"title": "Votre contrat", "facts": _facts(facts["contract"])},
        ],
        "tables": [_table(name, rows) for name, rows in facts["lists"].items() if name in _TABLES and rows],
    }
    return _compile(content, exported_at)


def _compile(content: dict[str, Any], exported_at: datetime) -> bytes:
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(
        input=TEMPLATES / "data_summary.typ", root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True
    )
    moment = exported_at.astimezone(UTC).replace(microsecond=0)
    for text in (json.dumps(content), json.dumps(_without_rare(content))):
        try:
            pdf = compiler.compile(
                format="pdf", sys_inputs={"content": text}, pdf_standards=["a-2a", "ua-1"], timestamp=moment
            )
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise
            continue
        assert isinstance(pdf, bytes)
        return pdf
    raise ValueError("a data summary without rare characters was not drawn")


def _without_rare(value: Any) -> Any:
    """Return a JSON value with a question mark for each character beyond Latin, Greek and Cyrillic."""
    if isinstance(value, dict):
        return {name: _without_rare(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_rare(one) for one in value]
    if isinstance(value, str):
        return "".join(one if one < "\u0530" or "\u1e00" <= one < "\u2100" or one == "€" else "?" for one in value)
    return value


def _facts(row: dict[str, Any]) -> list[list[str]]:
    return [[label, _text(row[name])] for name, label in _NAMES.items() if row.get(name) is not None]


def _table(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    title, columns = _TABLES[name]
    return {
        "title": title,
        "headings": list(columns.values()),
        "numbers": [label.endswith("(€)") for label in columns.values()],
        "rows": [[_text(row[column]) for column in columns] for row in rows[:MOST_ROWS]],
        "left_out": max(0, len(rows) - MOST_ROWS),
        "file": f"{name}.csv",
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(value[name] for name in _ADDRESS_LINES if value.get(name))
    if isinstance(value, date):
        return date_in_words(value)
    if _DAY.fullmatch(str(value)):
        return date_in_words(date.fromisoformat(str(value)))
    text = str(value)
    whole, point, cents = text.partition(".")
    if point and len(cents) == 2 and whole.removeprefix("-").isdigit():
        return (
            f"{int(whole):,}".replace(",", "\u202f").replace("-", "−") + f",{cents}" if whole != "-0" else f"−0,{cents}"
        )
    return "".join(one for one in unicodedata.normalize("NFC", text) if not unicodedata.category(one).startswith("C"))
