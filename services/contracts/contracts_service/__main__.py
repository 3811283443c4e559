"""`python -m contracts_service migrate | serve | work | openapi | dead-letters | reencrypt`."""

from service_kit.command_line import Commands, run
from service_kit.http.openapi import openapi_document

from contracts_service import app, reencryption, worker
from contracts_service.consumers import chosen_emails, failed_deliveries
from contracts_service.http.endpoints import ENDPOINTS
from contracts_service.http.problems import PROBLEMS
from contracts_service.resources import MIGRATIONS, SERVICE
from contracts_service.settings import ContractsSettings

COMMANDS = Commands(
    service=SERVICE,
    settings=ContractsSettings,
    migrations=MIGRATIONS,
    serve=app.main,
    work=worker.main,
    openapi=lambda: openapi_document(SERVICE, ENDPOINTS, PROBLEMS),
    event_types=(*chosen_emails.EVENTS, *failed_deliveries.EVENTS),
    own=(reencryption.COMMAND,),
)

if __name__ == "__main__":
    run(COMMANDS)
