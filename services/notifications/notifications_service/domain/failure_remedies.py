"""What the back office does about a message that has failed, in French: every refusal of the address norm names its line."""

import re

_FIELDS = {
    "name": "nom",
    "recipient": "destinataire",
    "complement": "complément",
    "building": "bâtiment",
    "street": "voie",
    "locality": "lieu-dit",
    "postal_code": "code postal",
    "city": "ville",
    "country": "pays",
}
_ADDRESS = re.compile(r"address-does-not-fit: (?P<field>\w+) \((?P<reason>\w+)\)")
_BY_REASON = {
    "too_long": "Raccourcir la ligne « {line} » dans le dossier : 38 caractères au plus, abréviations comprises.",
    "too_many_lines": "Réunir des lignes de l’adresse dans le dossier : 6 lignes au plus, 7 à l’étranger, nom compris.",
    "missing": "Renseigner la ligne « {line} » dans le dossier.",
    "malformed": "Corriger la ligne « {line} » dans le dossier : elle contient ce qui ne peut pas être imprimé.",
}
_MALFORMED = {
    "postal_code": "Corriger le code postal dans le dossier : 5 chiffres pour une adresse en France.",
    "country": "Corriger le pays dans le dossier : son nom ou son code ISO n’est pas reconnu.",
}
_AGAIN = " Puis faire envoyer un nouveau courrier."
_BY_CODE = {
    "no-such-address": "Faire corriger l’adresse e-mail : la messagerie du destinataire dit qu’elle n’existe pas.",
    "address-malformed": "Faire corriger l’adresse e-mail : elle n’est pas écrite comme une adresse.",
    "address-needs-smtputf8": "Demander une adresse e-mail sans accent avant l’arobase : la messagerie ne prend pas celle-ci.",
    "address-suppressed": "Faire corriger l’adresse e-mail, ou la rouvrir si elle est bonne : rien n’y est plus envoyé.",
    "mailbox-full": "Rien à corriger dans le dossier : la boîte de réception est pleine. Proposer un courrier.",
    "expired-on-the-way": "Rien à corriger dans le dossier : sa messagerie n’a pas répondu à temps. Proposer un courrier.",
    "bounced": "Vérifier l’adresse e-mail avec la personne : la messagerie du destinataire a rendu le message.",
    "refused-by-relay": "Rien à corriger dans le dossier : signaler à l’exploitation que la messagerie a refusé ce message.",
    "refused-by-provider": "Vérifier l’adresse postale ; si elle est juste, signaler à l’exploitation que l’imprimeur a refusé "
    "ce courrier." + _AGAIN,
    "address-closed": "Faire corriger l’adresse postale : un courrier en est revenu." + _AGAIN,
    "unknown-address": "Faire corriger l’adresse postale : la poste n’y a trouvé personne de ce nom." + _AGAIN,
    "moved": "Demander la nouvelle adresse postale : la personne n’habite plus là." + _AGAIN,
    "incomplete-address": "Compléter l’adresse postale (étage, appartement, bâtiment)." + _AGAIN,
    "refused": "Rien à corriger dans le dossier : le courrier a été refusé. Joindre la personne autrement.",
    "unclaimed": "Rien à corriger dans le dossier : le courrier n’a pas été retiré. En faire envoyer un autre si besoin.",
    "other": "Vérifier l’adresse postale avec la personne." + _AGAIN,
    "address-does-not-fit": "Corriger l’adresse postale dans le dossier." + _AGAIN,
    "letter-not-rendered": "Rien à corriger dans le dossier : signaler à l’exploitation que la page n’a pas pu être composée.",
    "gave-up": "Rien à corriger dans le dossier : le message n’a pas pu partir à temps. En faire envoyer un autre si besoin.",
}
_OTHERWISE = "Signaler à l’exploitation, avec la référence du message."


def remedy(failure: str) -> str:
    """Return what to do about a failure, by its code and what stands behind it, such as `…: street (too_long)`."""
    refused = _ADDRESS.fullmatch(failure)
    if refused and refused["field"] in _FIELDS and refused["reason"] in _BY_REASON:
        return _in_the_record(refused["field"], refused["reason"]) + _AGAIN
    return _BY_CODE.get(failure.partition(":")[0], _OTHERWISE)


def _in_the_record(field: str, reason: str) -> str:
    if reason == "malformed" and field in _MALFORMED:
        return _MALFORMED[field]
    return _BY_REASON[reason].format(line=_FIELDS[field])
