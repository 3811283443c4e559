"""Why a file that a member sent is not kept: stable codes and French sentences that say what to do instead."""

from typing import Literal, get_args

Refusal = Literal[
    "document-empty",
    "document-type",
    "document-unreadable",
    "document-encrypted",
    "document-too-many-pages",
    "document-too-heavy",
    "document-mixed",
    "document-images",
]
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)

SENTENCES: dict[Refusal, str] = {
    "document-empty": "Ce fichier est vide\u202f: choisissez-en un autre.",
    "document-type": "Ce fichier n’est ni un PDF, ni une photo (JPEG, PNG ou HEIC).",
    "document-unreadable": (
        "Ce fichier est abîmé ou incomplet\u202f: enregistrez-le à nouveau, ou prenez le document en photo."
    ),
    "document-encrypted": (
        "Ce PDF est protégé\u202f: envoyez-le sans mot de passe ni restriction, ou prenez le document en photo."
    ),
    "document-too-many-pages": "Ce PDF a trop de pages\u202f: n’envoyez que celles qui sont demandées.",
    "document-too-heavy": (
        "Ce fichier est trop lourd à ouvrir\u202f: envoyez un PDF plus simple ou une photo plus petite."
    ),
    "document-images": (
        "Ce PDF contient des images d’une sorte que nous n’acceptons pas (JBIG2 ou JPEG\u202f2000)\u202f: "
        "prenez le document en photo, ou numérisez-le à nouveau."
    ),
    "document-mixed": "Ce fichier en contient un autre, d’une autre sorte\u202f: envoyez le document seul.",
}


class DocumentRefused(Exception):
    """The file is not kept; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        self.code: Refusal = code
        super().__init__(code)
