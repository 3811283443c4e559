"""Of a document and of who is asked for, nothing is in a log, on the bus, or in clear in the database that need not be."""

import logging
from typing import Any

from tests.contracts.test_confidentiality import everything
from tests.support.beneficiary_steps import NEWBORN, REFUSAL, Asking
from tests.support.contracts_fixtures import OpenContracts
from tests.support.document_files import good_pdf
from tests.support.household import Household

NUMBER = "226112B033051"
WORDS = "SECRET-OF-A-DOCUMENT"


async def test_documents_numbers_and_reasons_are_nowhere_in_clear(
    contracts: OpenContracts, capsys: Any, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    asking = await Asking.of(Household(contracts))
    request_id = await asking.asked(NEWBORN | {"nir": NUMBER})
    await asking.send(request_id, good_pdf(WORDS))
    (sealed,) = await contracts.fetch("SELECT content_sealed FROM supporting_documents")
    during = await everything(contracts)
    await asking.send(request_id, b"%PDF-1.7 " + WORDS.encode())  # refused
    await asking.document(request_id)
    await asking.refuse(request_id)
    after, logged = await everything(contracts), caplog.text + capsys.readouterr().out
    bodies = [envelope.encode().decode() for envelope in await contracts.envelopes()]

    assert "Canarine" in during
    assert [
        word for word in (NUMBER, WORDS, "%PDF-", REFUSAL, "lisible") for text in (during, after) if word in text
    ] == []
    assert [word for word in (NUMBER, WORDS, "Canarine", "Canariensis", REFUSAL, "lisible") if word in logged] == []
    assert [word for word in (NUMBER, WORDS, "Canarine", REFUSAL, "lisible") for body in bodies if word in body] == []
    assert "document_refused" in logged
    assert sealed["content_sealed"].decode("latin-1") in during
    assert sealed["content_sealed"][:40].decode("latin-1") not in after
