"""`python -m identity_service migrate | serve | work | openapi | dead-letters | password-keys | verify-audit | prune-audit`."""

from service_kit.command_line import Commands, run
from service_kit.http.openapi import openapi_document

from identity_service import app, audit, password_keys, worker
from identity_service.http.endpoints import ENDPOINTS
from identity_service.http.problems import PROBLEMS
from identity_service.resources import MIGRATIONS, SERVICE
from identity_service.settings import IdentitySettings

COMMANDS = Commands(
    service=SERVICE,
    settings=IdentitySettings,
    migrations=MIGRATIONS,
    serve=app.main,
    work=worker.main,
    openapi=lambda: openapi_document(SERVICE, ENDPOINTS, PROBLEMS),
    event_types=worker.EVENTS,
    own=(password_keys.COMMAND, *audit.COMMANDS),
)

if __name__ == "__main__":
    run(COMMANDS)
