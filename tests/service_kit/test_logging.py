"""Logs: one JSON object a line, with nothing about a person, whoever writes them."""

import asyncio
import gc
import io
import json
import logging
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from service_kit.personal import Personal
from service_kit.subscriptions import Reader

CANARY = "canary-9b1d"
log = structlog.get_logger()


def lines(logged: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


def test_a_line_says_when_what_and_which_service(logged: io.StringIO) -> None:
    log.info("answered", status=200)
    [line] = lines(logged)

    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "answered", "level": "info", "service": "test", "status": 200}


MASKED = (
    "password new_password token refresh_token email old_email email_address nir address postal_address phone "
    "authorization Authorization cookie set_cookie client_secret code name last_name first_name "
    "identifier body"
)


@pytest.mark.parametrize("key", MASKED.split())
def test_what_must_not_be_logged_is_masked_at_any_depth(key: str, logged: io.StringIO) -> None:
    log.warning("careless", **{key: CANARY})
    log.warning("careless", context={key: CANARY, "deeper": [{key: CANARY}]})
    with structlog.contextvars.bound_contextvars(**{key: CANARY}):
        log.warning("bound")

    assert CANARY not in logged.getvalue()
    assert lines(logged)[0][key] == "***"


@pytest.mark.parametrize("key", ["status", "event_id", "file_name", "codes", "error_code", "reason", "encoding"])
def test_what_is_harmless_is_logged(key: str, logged: io.StringIO) -> None:
    log.info("harmless", **{key: "visible"})

    assert lines(logged)[0][key] == "visible"


def fail(text: str) -> None:
    raise RuntimeError(text)


@pytest.mark.parametrize("way", ["error", "true", "exception", "library", "chained"])
def test_an_exception_is_logged_by_type_and_place_and_never_by_text(way: str, logged: io.StringIO) -> None:
    try:
        try:
            fail(CANARY)
        except RuntimeError as first:
            if way == "chained":
                raise KeyError(CANARY) from first
            raise
    except Exception as error:
        if way == "exception":
            log.exception("failed")
        elif way == "library":
            logging.getLogger("library").exception("failed")
        else:
            log.warning("failed", exc_info=True if way == "true" else error)
    [line] = lines(logged)

    assert line["error"] == ("KeyError" if way == "chained" else "RuntimeError")
    assert "test_logging.py:" in line["where"]
    assert CANARY not in logged.getvalue()


async def test_a_task_that_nobody_waited_for_is_told_without_its_text(logged: io.StringIO) -> None:
    async def fail_alone() -> None:
        fail(CANARY)

    task = asyncio.create_task(fail_alone())
    await asyncio.sleep(0.01)
    handler = asyncio.get_running_loop().get_exception_handler()
    asyncio.get_running_loop().set_exception_handler(None)  # pytest's would fail the test
    try:
        del task
        gc.collect()
    finally:
        asyncio.get_running_loop().set_exception_handler(handler)

    assert "Task exception was never retrieved" in logged.getvalue()
    assert CANARY not in logged.getvalue()


class Message(BaseModel):
    """Holds something personal."""

    addressee: Personal


def test_a_personal_value_is_masked_wherever_it_hides(logged: io.StringIO) -> None:
    personal = Personal(CANARY)
    log.info("a", value=personal, values=[personal], mapping={"deep": (personal,)}, model=Message(addressee=personal))
    log.info(f"in a text {personal}")
    logging.getLogger("library").warning("in a library's %s", personal)

    assert CANARY not in logged.getvalue()
    assert logged.getvalue().count("***") >= 5


class Strict(Reader):
    """Refuses text."""

    number: int


def test_a_refused_value_is_not_in_the_text_of_its_error() -> None:
    with pytest.raises(ValidationError) as refused:
        Strict.model_validate({"number": CANARY})

    assert CANARY not in str(refused.value)
    assert CANARY not in repr(refused.value)


def test_libraries_are_heard_from_warning_on(logged: io.StringIO) -> None:
    logging.getLogger("library").info("a query with its arguments")
    logging.getLogger("library").warning("a warning")

    assert [line["event"] for line in lines(logged)] == ["a warning"]
