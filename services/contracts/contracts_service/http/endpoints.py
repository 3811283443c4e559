"""The table of contracts' routes: start reading here."""

from contracts_service.http import (
    beneficiaries,
    contract,
    enrolments,
    import_reports,
    imports,
    nir_views,
    own_autonomy,
    staff_beneficiaries,
    staff_members,
)

ENDPOINTS = [
    *contract.ENDPOINTS,
    *beneficiaries.ENDPOINTS,
    *own_autonomy.ENDPOINTS,
    *imports.ENDPOINTS,
    *import_reports.ENDPOINTS,
    *enrolments.ENDPOINTS,
    *nir_views.ENDPOINTS,
    *staff_members.ENDPOINTS,
    *staff_beneficiaries.ENDPOINTS,
]
