"""The log can hold no patient data, whoever writes to it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from console.engine.log import log_to

CANARY = "CANARY-DOE^JANE-19700101"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log_to(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def test_that_only_listed_fields_are_written(lines: io.StringIO) -> None:
    logging.getLogger("console.engine").info("accepted", extra={"trace_id": "t1", "name_of_patient": CANARY})
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert line["text"] == "accepted"
    assert line["trace_id"] == "t1"
    assert CANARY not in lines.getvalue()


def test_that_what_would_be_filled_in_or_raised_or_nested_never_appears(lines: io.StringIO) -> None:
    log = logging.getLogger("console.somebody")
    log.warning("could not parse %s", CANARY)
    log.error(ValueError(CANARY))
    log.error("nested", extra={"code": {"text": CANARY}, "route": CANARY * 20})
    try:
        raise KeyError(CANARY)
    except KeyError:
        log.exception("it failed")
    assert CANARY not in lines.getvalue()
    last = json.loads(lines.getvalue().splitlines()[-1])
    assert last["exception"] == "KeyError"
    assert "test_log.py" in last["where"][-1]


def test_that_a_foreign_record_says_only_who_spoke_and_from_where(lines: io.StringIO) -> None:
    logging.getLogger("asyncio").error(f"Exception in callback settle(raw=b'{CANARY}')")
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert line["logger"] == "asyncio"
    assert "test_log" in line["text"]
    assert CANARY not in lines.getvalue()
