"""The table of identity's routes: start reading here."""

from identity_service.http import (
    account,
    accounts,
    challenges,
    first_connections,
    identifier_lookups,
    own_email,
    own_password,
    own_sessions,
    passkey_sessions,
    passkeys,
    password_resets,
    sessions,
    sign_in_policy,
    staff_accounts,
    staff_history,
    terms_acceptances,
)

ENDPOINTS = [
    *sign_in_policy.ENDPOINTS,
    *challenges.ENDPOINTS,
    *sessions.ENDPOINTS,
    *own_sessions.ENDPOINTS,
    *account.ENDPOINTS,
    *own_password.ENDPOINTS,
    *own_email.ENDPOINTS,
    *terms_acceptances.ENDPOINTS,
    *passkey_sessions.ENDPOINTS,
    *passkeys.ENDPOINTS,
    *password_resets.ENDPOINTS,
    *first_connections.ENDPOINTS,
    *staff_accounts.ENDPOINTS,
    *staff_history.ENDPOINTS,
    *accounts.ENDPOINTS,
    *identifier_lookups.ENDPOINTS,
]
