"""Traces: one id from the request to the mail, and nothing in a span that a person said."""

import pytest
from opentelemetry.trace import StatusCode
from service_kit.tracing import current_traceparent, span

from tests.support.spans import exported_spans

CANARY = "canari.courriel@example.org"


def test_a_span_of_a_failure_names_the_exception_and_says_nothing_of_its_message() -> None:
    with exported_spans() as exporter, pytest.raises(ValueError, match=CANARY), span("receiver consume a.b.v1"):
        raise ValueError(f"Key (email)=({CANARY}) already exists")
    (exported,) = exporter.get_finished_spans()

    assert (exported.status.status_code, exported.status.description) == (StatusCode.ERROR, "ValueError")
    assert exported.events == ()
    assert CANARY not in exported.to_json()


def test_a_span_continues_the_trace_that_it_was_given_and_gives_it_on() -> None:
    given = f"00-{'a' * 32}-{'b' * 16}-01"
    with exported_spans() as exporter, span("one", traceparent=given), span("two") as here:
        assert current_traceparent() == here
    two, one = exporter.get_finished_spans()
    ids = [f"{context.span_id:016x}" for context in (one.parent, one.context, two.parent, two.context) if context]

    assert here == f"00-{'a' * 32}-{ids[3]}-01"
    assert (ids[0], ids[1]) == ("b" * 16, ids[2])
    assert two.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize("given", [None, "", "canari", f"00-{'0' * 32}-{'b' * 16}-01", f"00-{'A' * 32}-{'b' * 16}-01"])
def test_a_trace_begins_where_none_is_given_that_can_be_read(given: str | None) -> None:
    with span("one", traceparent=given) as first, span("two", traceparent=given) as second:
        pass

    assert len({first, second}) == 2
    assert first.startswith("00-")
    assert "canari" not in first + second
