"""Why an access may not be created, in the words of the brands' own page (product row S10): the same list for everybody.

It never says which cause it was, nor which of the two numbers was wrong.
"""

CAUSES = (
    {
        "code": "wrong-numbers",
        "detail": "Le numéro d’adhésion est incorrect, ou le numéro de sécurité sociale est incorrect, ou les deux.",
    },
    {
        "code": "not-yet-in-force",
        "detail": "La date d’effet de votre contrat n’est pas encore arrivée, ou il a pris fin depuis longtemps.",
    },
    {
        "code": "already-exists",
        "detail": "Votre espace adhérent existe déjà : retrouvez votre adresse e-mail, ou demandez un nouveau mot de passe.",
    },
    {
        "code": "too-many-tries",
        "detail": "Plusieurs essais se sont suivis : patientez quelques minutes avant de recommencer.",
    },
)
