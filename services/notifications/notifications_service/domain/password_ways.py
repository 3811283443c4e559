"""How a password was changed, as members read it: the end of "a été changé le …, "."""

WAYS = {
    "mailed_link": "avec le lien reçu par e-mail",
    "posted_code": "avec le code reçu par courrier",
    "statement_identifier": "avec l’identifiant imprimé sur vos relevés",
    "account": "depuis votre espace",
}
