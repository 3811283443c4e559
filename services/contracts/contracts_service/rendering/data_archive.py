"""The archive that somebody takes away: `donnees.json` (everything), a CSV for each list, a PDF to read, and what is where.

Called by `usecases/export_data` in a thread of its own. CSV: semicolons and a byte order mark, as French spreadsheets open it; a
cell that a spreadsheet would take for a formula is marked as text (OWASP, CSV injection).
"""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from service_kit.french_dates import moment_in_words

from contracts_service.rendering.data_summary import draw_summary

README = """Vos données — {brand}

Archive préparée {moment}.

– donnees.json : toutes vos données, sous une forme que d’autres services savent lire ;
– les fichiers .csv : les mêmes listes, pour un tableur ;
– resume.pdf : un résumé à lire ou à imprimer.

Vos documents (cartes, attestations, relevés) et vos courriers se téléchargent dans votre espace. Votre compte (connexions,
clés d’accès) y figure à la page « Sécurité ». Les personnes de 16 ans ou plus qui figurent sur votre contrat ont leurs propres
données : elles ne sont pas ici.

Une question, une erreur à corriger : {help}.
"""
RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Archive:
    """What goes into the archive: rows by list; amounts are texts in euros."""

    brand: str
    help: str
    exported_at: datetime
    person: dict[str, Any] = field(repr=False)
    contract: dict[str, Any] = field(repr=False)
    lists: dict[str, list[dict[str, Any]]] = field(repr=False)


def write_archive(archive: Archive) -> bytes:
    """Return the ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        moment = moment_in_words(archive.exported_at)
        readme = README.format(brand=archive.brand, moment=f"le {moment}", help=archive.help)
        packed.writestr("LISEZ-MOI.txt", readme)
        packed.writestr("donnees.json", _as_json(archive))
        for name, rows in archive.lists.items():
            if rows:
                packed.writestr(f"{name}.csv", _as_csv(rows))
        packed.writestr("resume.pdf", draw_summary(archive.brand, archive.exported_at, _facts(archive)))
    return file.getvalue()


def _as_json(archive: Archive) -> bytes:
    everything = {
        "exported_at": archive.exported_at,
        "brand": archive.brand,
        "personne": archive.person,
        "contrat": archive.contract,
        **archive.lists,
    }
    return orjson.dumps(everything, default=str, option=orjson.OPT_INDENT_2)  # ids as asyncpg has them


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";")
    table.writerow(rows[0])
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # An amount is a number, whatever it begins with.
        number = value.removeprefix("-").replace(".", "", 1).isdigit()
        return f"'{value}" if value.startswith(RISKY) and not number else value
    return orjson.dumps(value, default=str).decode().strip('"')


def _facts(archive: Archive) -> dict[str, Any]:
    return {"person": archive.person, "contract": archive.contract, "lists": archive.lists}
