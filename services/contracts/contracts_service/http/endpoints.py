"""The table of contracts' routes: start reading here."""

from contracts_service.http import contract, imports

ENDPOINTS = [*contract.ENDPOINTS, *imports.ENDPOINTS]
