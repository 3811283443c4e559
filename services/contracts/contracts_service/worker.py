"""The background process of contracts: goes on with imports that a call has not finished, hears members' choices, tells ends."""

import asyncio
from functools import partial

from service_kit.background import Background, work
from service_kit.loops import Loop

from contracts_service.consumers import chosen_emails, failed_deliveries
from contracts_service.resources import Contracts, open_contracts
from contracts_service.settings import ContractsSettings
from contracts_service.usecases.announce_removals import announce_removals
from contracts_service.usecases.apply_bank_details import apply_bank_details
from contracts_service.usecases.apply_beneficiary_request import apply_due_requests
from contracts_service.usecases.ask_for_emails import ask_for_emails
from contracts_service.usecases.decide_received_terminations import decide_received_terminations
from contracts_service.usecases.doubt_emails import doubt_emails
from contracts_service.usecases.drop_lapsed_drafts import drop_lapsed_drafts
from contracts_service.usecases.drop_uploads import sweep_imports
from contracts_service.usecases.lapse_beneficiary_requests import lapse_beneficiary_requests
from contracts_service.usecases.make_year_partitions import make_year_partitions
from contracts_service.usecases.process_imports import process_due_imports
from contracts_service.usecases.purge_members import purge_members
from contracts_service.usecases.tell_autonomous_beneficiaries import tell_autonomous_beneficiaries
from contracts_service.usecases.tell_ended_contracts import tell_ended_contracts
from contracts_service.usecases.tell_settled_statements import tell_settled_statements

SWEEP_SECONDS = 60.0
ENDED_SECONDS = 60.0
REQUESTS_SECONDS = 60.0
BANK_DETAILS_SECONDS = 60.0
EMAIL_CHECK_SECONDS = 60.0
AUTONOMOUS_SECONDS = 30.0
PARTITIONS_SECONDS = 3600.0
REMOVAL_SECONDS = 300.0
SETTLED_SECONDS = 60.0


def background(service: Contracts) -> Background:
    """Return what contracts does when nobody asks."""
    foundation = service.foundation
    return Background(
        subscriptions=[*chosen_emails.subscriptions(service), *failed_deliveries.subscriptions(service)],
        loops=[
            Loop("imports", partial(process_due_imports, service), foundation.settings.poll_seconds, foundation.wake),
            Loop("left_behind", partial(sweep_imports, service), SWEEP_SECONDS),
            Loop("year_partitions", partial(make_year_partitions, service), PARTITIONS_SECONDS),
            Loop("bank_details", partial(apply_bank_details, service), BANK_DETAILS_SECONDS),
            Loop("email_checks", partial(ask_for_emails, service), EMAIL_CHECK_SECONDS),
            Loop("email_doubts", partial(doubt_emails, service), EMAIL_CHECK_SECONDS),
            Loop("settled_statements", partial(tell_settled_statements, service), SETTLED_SECONDS),
            Loop("beneficiary_requests", partial(apply_due_requests, service), REQUESTS_SECONDS),
            Loop("left_requests", partial(lapse_beneficiary_requests, service), REQUESTS_SECONDS),
            Loop("removals_announced", partial(announce_removals, service), REMOVAL_SECONDS),
            Loop("members_removed", partial(purge_members, service), REMOVAL_SECONDS),
            Loop(
                "received_terminations",
                partial(decide_received_terminations, service),
                foundation.settings.poll_seconds,
                foundation.wake,
            ),
            Loop("left_drafts", partial(drop_lapsed_drafts, service), SWEEP_SECONDS),
            Loop("ended_contracts", partial(tell_ended_contracts, service), ENDED_SECONDS),
            Loop(
                "autonomous_people",
                partial(tell_autonomous_beneficiaries, service),
                AUTONOMOUS_SECONDS,
                foundation.wake,
            ),
        ],
    )


async def main(settings: ContractsSettings, stop: asyncio.Event) -> None:
    """Work until `stop`."""
    async with open_contracts(settings) as service:
        await work(service.foundation, background(service), stop)
