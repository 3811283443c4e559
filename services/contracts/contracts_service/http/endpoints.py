"""The table of contracts' routes: start reading here."""

from contracts_service.http import (
    bank_details,
    beneficiaries,
    contact_details,
    contract,
    contributions,
    enrolments,
    import_reports,
    imports,
    nir_views,
    own_autonomy,
    reimbursements,
    staff_beneficiaries,
    staff_members,
    statements,
)

ENDPOINTS = [
    *contract.ENDPOINTS,
    *contact_details.ENDPOINTS,
    *bank_details.ENDPOINTS,
    *beneficiaries.ENDPOINTS,
    *own_autonomy.ENDPOINTS,
    *contributions.ENDPOINTS,
    *reimbursements.ENDPOINTS,
    *statements.ENDPOINTS,
    *imports.ENDPOINTS,
    *import_reports.ENDPOINTS,
    *enrolments.ENDPOINTS,
    *nir_views.ENDPOINTS,
    *staff_members.ENDPOINTS,
    *staff_beneficiaries.ENDPOINTS,
]
