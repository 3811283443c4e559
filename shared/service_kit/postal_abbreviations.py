"""How NF Z 10-011 and La Poste shorten what is too long for a line: lists and rules for `postal_address`.

Every function takes and gives unaccented capitals (see `postal_capitals`).
"""

import re
from collections.abc import Iterator, Mapping

BUILDING_WORDS = {
    "APPARTEMENT": "APT", "BATIMENT": "BAT", "BATIMENTS": "BATS", "BOITE AUX LETTRES": "BAL",
    "CENTRE COMMERCIAL": "CCAL", "DOMAINE": "DOM", "ENTREE": "ENT", "ESCALIER": "ESC", "ETAGE": "ETG",
    "HAMEAU": "HAM", "IMMEUBLE": "IMM", "IMMEUBLES": "IMMS", "LIEU DIT": "LD", "LOTISSEMENT": "LOT",
    "PAVILLON": "PAV", "QUARTIER": "QUA", "REZ DE CHAUSSEE": "RDC", "RESIDENCE": "RES", "RESIDENCES": "RES",
    "ZONE ARTISANALE": "ZA", "ZONE D ACTIVITES": "ZA", "ZONE INDUSTRIELLE": "ZI",
}  # fmt: skip

STREET_TYPES = {
    "ALLEE": "ALL", "ALLEES": "ALL", "AVENUE": "AV", "BOULEVARD": "BD", "CARREFOUR": "CAR",
    "CENTRE COMMERCIAL": "CCAL", "CHAUSSEE": "CHS", "CHEMIN": "CHE", "CHEMINEMENT": "CHEM",
    "CORNICHE": "COR", "DESCENTE": "DSC", "DOMAINE": "DOM", "ESPLANADE": "ESP", "FAUBOURG": "FG",
    "GRANDE RUE": "GR", "HAMEAU": "HAM", "IMPASSE": "IMP", "LIEU DIT": "LD", "LOTISSEMENT": "LOT",
    "MONTEE": "MTE", "PASSAGE": "PAS", "PLACE": "PL", "PROMENADE": "PROM", "QUARTIER": "QUA",
    "RESIDENCE": "RES", "ROND POINT": "RPT", "ROUTE": "RTE", "SENTIER": "SEN", "SQUARE": "SQ",
    "TRAVERSE": "TRA", "VOIE COMMUNALE": "VC", "ZONE ARTISANALE": "ZA", "ZONE INDUSTRIELLE": "ZI",
}  # fmt: skip

# In a street's name SAINT stays whole (La Poste); titles have one standard word each.
STREET_TITLES = {
    "ADJUDANT": "ADJ", "AMIRAL": "AML", "ASPIRANT": "ASP", "BRIGADIER": "BRIG", "CAPITAINE": "CNE",
    "COLONEL": "CNL", "COMMANDANT": "CDT", "DOCTEUR": "DR", "GENERAL": "GAL", "INGENIEUR": "ING",
    "LIEUTENANT": "LT", "MARECHAL": "MAL", "MONSEIGNEUR": "MGR", "PREFET": "PFT", "PRESIDENT": "PDT",
    "PROFESSEUR": "PR", "REGIMENT": "RGT", "SERGENT": "SGT",
}  # fmt: skip

SAINTS = {"SAINT": "ST", "SAINTE": "STE", "SAINTS": "STS", "SAINTES": "STES"}

# Towns that the general rule leaves too long, as La Poste's official list of postcodes writes them.
_ROUTING_LABELS = {
    "ST REMY EN BOUZEMONT ST GENEST ET ISSON": "ST REMY EN BOUZEMONT ST GENEST",  # 51290
    "ST REMY EN BOUZEMONT ST GENEST ISSON": "ST REMY EN BOUZEMONT ST GENEST",
    "MONTIGNY MORNAY VILLENEUVE SUR VINGEANNE": "MONTIGNY MORNAY VILLENEUVE VINGE",  # 21610
    "MONTIGNY MORNAY VILLENEUVE VINGEANNE": "MONTIGNY MORNAY VILLENEUVE VINGE",
}

# The order in which La Poste drops link words from a town's name, e.g. JAVERLHAC [ET] LA CHAPELLE ST ROBERT.
_TOWN_LINKS = ("ET", "EN", "DE", "DES", "DU", "D", "AU", "AUX", "LA", "LE", "LES", "L")
_ARTICLES = frozenset({"DE", "DES", "DU", "D", "LA", "LE", "LES", "L", "AU", "AUX"})


def abbreviate_phrases(text: str, abbreviations: Mapping[str, str]) -> str:
    """Replace every listed phrase, wherever it stands as whole words."""
    for phrase in sorted(abbreviations, key=len, reverse=True):
        text = re.sub(rf"\b{phrase}\b", abbreviations[phrase], text)
    return text


def abbreviate_street_type(name: str, abbreviations: Mapping[str, str]) -> str:
    """Replace the type at the head of a street's name, and only there: AV DES CHEMINS."""
    for phrase in sorted(abbreviations, key=len, reverse=True):
        if name.startswith(f"{phrase} "):
            return abbreviations[phrase] + name.removeprefix(phrase)
    return name


def without_articles(text: str) -> Iterator[str]:
    """Give ever shorter forms, one article fewer each time; the first word and the last always stay."""
    words = text.split()
    for position in [i for i, word in enumerate(words) if word in _ARTICLES and 0 < i < len(words) - 1]:
        words[position] = ""
        yield " ".join(word for word in words if word)


def routing_labels(town: str) -> Iterator[str]:
    """Give the town's name, then the forms under which La Poste routes it, ever shorter."""
    yield town
    label = abbreviate_phrases(town, SAINTS)
    if label in _ROUTING_LABELS:
        yield _ROUTING_LABELS[label]
        return
    yield label
    words = label.split()
    for link in _TOWN_LINKS:
        words = [word for i, word in enumerate(words) if word != link or i in {0, len(words) - 1}]
        yield " ".join(words)
