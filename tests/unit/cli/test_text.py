"""What commands print for a person: aligned, in words, and nothing a terminal would obey."""

from __future__ import annotations

import pytest

from console.cli import audit, find, message, timeline, trace
from console.cli.text import clean, error_line, milliseconds, padded, person, shortened, standing_words, table, width
from console.core.clock import iso
from console.core.events import EventError, Kind
from console.evidence.timeline import fold_timeline
from console.evidence.trace import fold_trace
from tests.builders.events import JournalBuilder


def test_that_control_characters_are_shown_and_not_obeyed() -> None:
    hostile = "A\x1b[31mB\x07\r\n\u202eC\u2028D\x9b"
    assert clean(hostile) == "A\N{REPLACEMENT CHARACTER}[31mB" + "\N{REPLACEMENT CHARACTER}" * 4 + "C" + (
        "\N{REPLACEMENT CHARACTER}D\N{REPLACEMENT CHARACTER}"
    )
    assert clean("María López 漢字") == "María López 漢字"


def test_that_columns_align_by_what_is_seen() -> None:
    assert (width("漢字"), width("e\u0301"), width("ñ")) == (4, 1, 1)
    text = table(("NAME", "N", "EMPTY"), [("漢字", 1, ""), ("Jose\u0301", 22, "")])
    assert text.splitlines() == ["NAME  N", "漢字  1", "Jose\u0301  22"]
    assert padded("漢", 4) == "漢  "


def test_that_long_cells_are_cut_with_an_ellipsis() -> None:
    assert shortened("abcdefgh", 5) == "abcd…"
    assert shortened("漢字漢字", 5) == "漢字…"
    assert shortened("short", 5) == "short"


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, ""), (0.04, "0.0 ms"), (12.4, "12 ms"), (3_210, "3.2 s"), (600_000, "10 min"), (36_000_000, "10.0 h")],
)
def test_that_durations_are_in_fitting_units(value: float | None, words: str) -> None:
    assert milliseconds(value) == words


def test_that_people_and_states_are_named() -> None:
    who = {"family": "Martínez", "given": "Rosa", "sex": "female", "birth_date": "1957-08-14"}
    assert person(who | {"identifiers": [{"assigner": "STB", "value": "418"}]}) == (
        "Martínez, Rosa · female · 1957-08-14 · STB 418"
    )
    assert person(None) == "patient unknown"
    assert standing_words({"verified": 3, "dead_lettered": 1}) == "4 messages: 1 dead-lettered, 3 delivered"
    assert standing_words({"verified": 1}) == "1 message: 1 delivered"
    assert error_line({"path": "OBX[2]-3", "text": "no code", "code": "x"}) == "OBX[2]-3: no code (x)"
    assert error_line({"path": "", "text": "no code", "code": "x"}) == "no code (x)"


def journal() -> JournalBuilder:
    builder = JournalBuilder()
    order = {"order_id": "o1", "role": "order", "display": "U&E", "placer": "55121", "status": "active"}
    builder.message("ORM^O01", "EHR", title="U&E", category="order", orders=(order,))
    builder.message(
        "ORU^R01",
        "LIS",
        title="Potas\x1b[2Jsium",
        orders=({"order_id": "o1", "role": "result", "result_status": "final"},),
        outcome=Kind.DEAD_LETTERED,
        error=EventError("code-not-mapped", "no LOINC", "OBX[2]-3"),
    )
    return builder


def test_that_a_timeline_tells_orders_messages_and_why_something_stopped() -> None:
    builder = journal()
    body = {
        "encounter": {"visit_number": "118204", "class": "IMP", "started_at": iso(builder.now), "ended_at": None},
        "patient": {"family": "López", "given": "Ana"},
        "timeline": fold_timeline(builder.events, now=builder.now).as_json(),
    }
    text = timeline.describe(body)
    assert "Encounter 118204" in text
    assert "ORDERS AND RESULTS" in text
    assert "! stopped" in text
    assert "OBX[2]-3: no LOINC (code-not-mapped)" in text
    assert "\x1b" not in text
    empty = {**body, "timeline": fold_timeline([], now=builder.now).as_json()}
    assert "No messages." in timeline.describe(empty)


def test_that_a_trace_tells_every_hop_and_what_is_not_proven() -> None:
    builder = journal()
    stopped = [e for e in builder.events if e.trace_id == builder.events[-1].trace_id]
    text = trace.describe(fold_trace(stopped).as_json() | {"children": []})
    assert "! dead-lettered" in text
    assert "Received and stored" in text
    assert "Not proven: " in text
    assert "\x1b" not in text


def test_that_a_message_is_shown_line_by_line_and_as_a_tree() -> None:
    assert message.describe_raw("MSH|a\r\nPID|\x1b[31m\rOBX|1\n") == ("MSH|a\nPID|\N{REPLACEMENT CHARACTER}[31m\nOBX|1")
    node = {"path": "PID[1]-8", "name": "Sex", "value": "F", "meaning": "Female", "children": [], "span": None}
    body = {
        "segments": [{"path": "PID[1]", "name": "Patient", "value": "", "children": [node], "span": None}],
        "warnings": [{"path": "MSH-18", "text": "empty", "code": "charset-undeclared"}],
    }
    assert message.describe_tree(body).splitlines() == [
        "PID[1] Patient",
        "  PID[1]-8 Sex  F  (Female)",
        "! MSH-18: empty (charset-undeclared)",
    ]


def test_that_fhir_keeps_its_digits() -> None:
    one = {"type": "Observation", "id": "o1", "version": 2, "action": "update", "body": {}, "text": '{"value":4.10}'}
    text = message.describe_fhir({"resources": [one], "bundles": [], "unmapped": ["K-PL"]})
    assert '"value": 4.10' in text
    assert "Without a map: K-PL" in text
    assert message.describe_fhir({"resources": [], "bundles": []}) == "No FHIR came of it."


def test_that_a_broken_audit_log_is_told_flaw_by_flaw() -> None:
    findings = [{"flaw": "changed", "seq": 3, "text": "entry 3 is not as it was written"}]
    text = audit.describe({"intact": False, "entries": 9, "head": "x", "findings": findings})
    assert "NOT whole" in text
    assert "entry 3 is not as it was written" in text
    assert audit.describe({"intact": True, "entries": 1, "head": "ab" * 32, "findings": []}).startswith(
        "The audit log is whole: 1 entry"
    )


def test_that_the_limit_of_find_is_checked() -> None:
    from argparse import ArgumentTypeError

    for text in ("0", "201", "x", "-1"):
        with pytest.raises(ArgumentTypeError):
            find._limit(text)
    assert find._limit("200") == 200
