"""Where an account may be held that euros are paid to: the countries of the SEPA schemes, by the two letters of their IBANs.

Source: European Payments Council, "EPC List of SEPA Scheme Countries" (EPC409-09), with those admitted up to 22 May 2025
(Serbia); the IBANs of Jersey, Guernsey and Man begin with GB, those of the French territories with FR, Gibraltar has its own.
"""

SEPA_AS_OF = "2025-05-22"

# The European Union; Iceland, Liechtenstein, Norway; and those whom the council has admitted.
_CODES = """
    AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK
    IS LI NO
    AD AL CH GB GI MC MD ME MK RS SM VA
"""
SEPA_COUNTRIES = frozenset(_CODES.split())
