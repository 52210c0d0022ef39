"""The truth of every message of the corpus is what the whole parser finds in it, field by field."""

from __future__ import annotations

import pytest

from console.core.errors import InvalidMessage
from console.harness.verdict.truth import RESULT_TYPES, read_truth
from console.hl7v2.message import NULL, Message, Repetition, Segment, parse
from tests.builders import corpus

pytestmark = pytest.mark.interop


def test_that_the_truth_is_what_the_whole_parser_finds() -> None:
    compared = results = 0
    for name, raw in corpus.messages():
        try:
            message = parse(raw)
        except InvalidMessage:
            with pytest.raises(InvalidMessage):
                read_truth(raw)
            continue
        truth = read_truth(raw)
        assert truth.control_id == _plain(message.plain(message.header.control_id)), name
        assert set(truth.patients) == set(_people(message)), name
        assert truth.visit == next((v for s in message.all("PV1") if (v := _first(s, 19))), ""), name
        assert [(one.code, one.status) for one in truth.results] == _results(message), name
        assert {one.filler for one in truth.results} <= _numbers(message, 3) | {""}, name
        assert {one.placer for one in truth.results} <= _numbers(message, 2) | {""}, name
        compared += 1
        results += len(truth.results)
    assert compared > 400 or len(corpus.files()) < 500
    assert results > 1_000 or len(corpus.files()) < 500


def _plain(text: str) -> str:
    text = text.strip()
    return "" if text == NULL else text


def _first(segment: Segment, field: int) -> str:
    rep = next(iter(_reps(segment, field)), None)
    return _plain(rep.get(1)) if rep is not None else ""


def _reps(segment: Segment, field: int) -> list[Repetition]:
    return [] if segment.is_null(field) else segment.reps(field)


def _people(message: Message) -> list[tuple[str, str]]:
    return [
        (value, _plain(rep.get(4, 1)) or _plain(rep.get(4, 2)))
        for pid in message.all("PID")
        for rep in _reps(pid, 3)
        if (value := _plain(rep.get(1)))
    ]


def _numbers(message: Message, field: int) -> set[str]:
    return {_first(segment, field) for name in ("ORC", "OBR") for segment in message.all(name)}


def _results(message: Message) -> list[tuple[str, str]]:
    """Code and status of every OBX below an order, lines of one text as one."""
    if message.header.message_type.partition("^")[0] not in RESULT_TYPES:
        return []
    found: list[tuple[str, str]] = []
    report = ""
    below = False
    before: tuple[str, ...] = ()
    for segment in message.segments:
        if segment.name == "ORC":
            below, report, before = True, "", ()
        elif segment.name == "OBR":
            below, before = True, ()
            report = _first(segment, 25).upper()
        elif segment.name == "OBX" and below and (segment.source(3) or segment.source(5)):
            rep = next(iter(segment.reps(3)), None)
            code = "" if rep is None else _plain(rep.get(1)) or _plain(rep.get(4)) or _plain(rep.get(2))
            same = (code, _plain(segment.text(4)), segment.source(11).strip(), segment.source(14).strip())
            text = segment.source(2).strip().upper() in ("ST", "TX", "FT")
            if not (text and same == before):
                found.append((code, _plain(segment.get(11)).upper() or report))
            before = same if text else ()
    return found
