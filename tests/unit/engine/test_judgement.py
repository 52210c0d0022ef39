"""One frame in, one decision out: code, mode, flags, quarantine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from console.core.keys import KeyKind
from console.engine.judgement import Judge, Judgement, Verdict
from console.engine.settings import EngineSettings, MllpSettings, SourceSettings
from console.hl7v2.framing import Frame, FramingFault
from console.storage.fresh_ids import uuid_source
from tests.builders.engine_process import message
from tests.builders.events import START


def _judge(received: Frame | FramingFault | bytes, settings: EngineSettings | None = None) -> Judgement:
    judge = Judge(settings or EngineSettings(), uuid_source(), listener="mllp")
    frame = Frame(received) if isinstance(received, bytes) else received
    return judge.judge(frame, received_at=START, peer="10.0.0.1:5")


def _one(received: Frame | FramingFault | bytes, settings: EngineSettings | None = None) -> Verdict:
    (verdict,) = _judge(received, settings).verdicts
    return verdict


def _reason(verdict: Verdict) -> str:
    return verdict.arrival.error.code if verdict.arrival.error else ""


def test_that_a_message_is_described_as_the_folds_expect() -> None:
    verdict = _one(Frame(message("C1"), ("missing-cr",)))
    assert verdict.code == "AA"
    assert verdict.arrival.detail == {
        "message_type": "ORU^R01",
        "control_id": "C1",
        "message_time": "20260101120000",
        "sender": {"application": "LAB", "facility": "NORTH"},
        "receiver": {"application": "SB", "facility": "HOSP"},
        "size": len(message("C1")),
        "peer": "10.0.0.1:5",
        "listener": "mllp",
        "charset": "",
        "ack": "AA",
        "mode": "original",
        "flags": ["missing-cr"],
    }
    assert {key.kind for key in verdict.arrival.keys} >= {KeyKind.PATIENT, KeyKind.PLACER, KeyKind.CONTROL}


@pytest.mark.parametrize(
    ("accept", "application", "mode", "code", "failure"),
    [
        ("", "", "original", "AA", "AE"),
        ("", "AL", "original", "AA", "AE"),
        ("", "NE", "original", "AA", "AE"),
        ("0", "0", "original", "AA", "AE"),
        ("AL", "", "enhanced", "CA", "CE"),
        ("al", "NE", "enhanced", "CA", "CE"),
        ("SU", "AL", "enhanced", "CA", "CE"),
        ("ER", "AL", "enhanced", "", "CE"),
        ("NE", "AL", "enhanced", "", "CE"),
        ("NE", "NE", "original", "AA", "AE"),
        ("ER", "", "original", "AA", "AE"),
        ("NE", "ER", "original", "AA", "AE"),
    ],
)
def test_that_msh_15_decides_the_mode(accept: str, application: str, mode: str, code: str, failure: str) -> None:
    verdict = _one(message("C1", more_header=f"|||{accept}|{application}"))
    assert (verdict.arrival.detail["mode"], verdict.code, verdict.failure_code) == (mode, code, failure)
    assert verdict.application_ack == (application if mode == "enhanced" else "")


def test_that_a_source_may_be_held_to_enhanced_mode_even_where_that_means_silence() -> None:
    settings = EngineSettings(sources=(SourceSettings(application="LAB", acknowledgment="enhanced"),))
    assert _one(message("C1", more_header="|||NE|NE"), settings).code == ""


def test_that_a_source_may_be_set_to_original_mode_whatever_it_asks_for() -> None:
    settings = EngineSettings(sources=(SourceSettings(application="LAB", acknowledgment="original"),))
    assert _one(message("C1", more_header="|||AL|AL"), settings).code == "AA"


@pytest.mark.parametrize(
    ("payload", "reason", "path", "table_0357"),
    [
        (b"hello", "no-header", "MSH", "100"),
        (b"MSH", "bad-delimiters", "MSH-1", "102"),
        (message(""), "no-control-id", "MSH-10", "101"),
        (message("C1", kind=""), "no-message-type", "MSH-9", "101"),
        (message("C1").replace(b"|2.5.1", b"|3.0"), "version-not-supported", "MSH-12", "203"),
        (message("C1").decode().encode("utf-16"), "charset-refused", "MSH-18", "102"),
        (message("C1").decode().encode("utf-16-le"), "charset-refused", "MSH-18", "102"),
    ],
)
def test_that_what_can_never_be_used_is_quarantined_with_a_reason_and_answered_ar(
    payload: bytes, reason: str, path: str, table_0357: str
) -> None:
    verdict = _one(payload)
    assert (verdict.code, _reason(verdict)) == ("AR", reason)
    assert verdict.arrival.raw == payload
    assert verdict.arrival.dedup_sha256 == ""
    assert verdict.error is not None
    assert (verdict.error.code, verdict.error.path) == (table_0357, path)


def test_that_enhanced_mode_refuses_with_cr() -> None:
    verdict = _one(message("C1", more_header="|||AL|NE").replace(b"|2.5.1", b"|3.0"))
    assert verdict.code == "CR"
    assert _one(message("C1", more_header="|||NE|AL").replace(b"|2.5.1", b"|3.0")).code == ""
    assert _one(message("C1", more_header="|||NE|NE").replace(b"|2.5.1", b"|3.0")).code == "AR"


@pytest.mark.parametrize(
    ("code", "answer", "answers"),
    [
        ("missing-fs", "AE", True),
        ("incomplete-frame", "AE", True),
        ("unframed-message", "AR", True),
        ("oversize", "AR", True),
        ("empty-frame", "AR", True),
        ("stray-bytes", "AR", False),
    ],
)
def test_that_a_torn_message_may_come_again_and_nothing_else_may(code: str, answer: str, answers: bool) -> None:
    judgement = _judge(FramingFault(code, "it broke", message("C7") if code != "empty-frame" else b""))
    (verdict,) = judgement.verdicts
    assert (verdict.code, judgement.answers) == (answer, answers)
    assert _reason(verdict) == code
    if code != "empty-frame":
        assert verdict.arrival.control_id == "C7"


@pytest.mark.parametrize(
    ("value", "flags"),
    [("P", []), ("T", []), ("", ["no-processing-id"]), ("N", ["processing-id-unknown"]), ("P^T", [])],
)
def test_that_an_odd_processing_id_is_flagged_and_not_refused(value: str, flags: list[str]) -> None:
    verdict = _one(message("C1").replace(b"|P|2.5.1", f"|{value}|2.5.1".encode()))
    assert verdict.code == "AA"
    assert verdict.arrival.detail["flags"] == flags


def test_that_processing_ids_can_be_restricted() -> None:
    settings = EngineSettings(mllp=MllpSettings(processing_ids=frozenset({"P"})))
    assert _one(message("C1"), settings).code == "AA"
    refused = _one(message("C1").replace(b"|P|2.5.1", b"|T|2.5.1"), settings)
    assert (refused.code, _reason(refused)) == ("AR", "processing-id-refused")
    assert refused.error is not None
    assert refused.error.code == "202"


def _latin(payload: bytes) -> bytes:
    return payload.decode("utf-8").encode("latin-1")


def test_that_names_and_keys_are_read_in_the_messages_charset_or_the_sources() -> None:
    payload = _latin(message("C1", sender="LABOR-KÖLN", more_header="||||||8859/1").replace(b"PC1^", "PÑ1^".encode()))
    verdict = _one(payload)
    assert verdict.arrival.sending_application == "LABOR-KÖLN"
    assert "PÑ1" in {key.value for key in verdict.arrival.keys}
    assert verdict.arrival.detail["charset"] == "8859/1"
    assert verdict.arrival.charset == ""
    settings = EngineSettings(sources=(SourceSettings(facility="NORTH", charset="8859/1"),))
    overridden = _one(_latin(message("C1").replace(b"PC1^", "PÑ1^".encode())), settings)
    assert overridden.arrival.charset == "8859/1"
    assert "PÑ1" in {key.value for key in overridden.arrival.keys}


@pytest.mark.parametrize("field", [b"\x00\x01", b"\xff\xfe\x80", b"A" * 100_000, "\u202eX".encode(), b"\xed\xa0\x80"])
def test_that_nothing_that_is_no_text_reaches_the_journal(field: bytes) -> None:
    payload = message("C1").replace(b"|LAB|", b"|L" + field + b"|").replace(b"PC1^", b"P" + field + b"^")
    arrival = _one(payload).arrival
    for text in (arrival.sending_application, *(key.value for key in arrival.keys)):
        text.encode("utf-8")
        assert len(text) <= 256 or text.startswith("P")
    assert arrival.sending_application.isprintable()
    assert arrival.raw == payload


def test_that_a_resend_with_a_new_time_is_the_same_and_another_body_is_not() -> None:
    first = _one(message("C1")).arrival
    again = _one(message("C1").replace(b"20260101120000", b"20260101120500")).arrival
    other = _one(message("C1", "9.9")).arrival
    assert first.dedup_sha256 == again.dedup_sha256 != other.dedup_sha256
    assert first.sha256 != again.sha256


def test_that_a_frame_our_judging_fails_on_is_set_aside_whole() -> None:
    judge = Judge(EngineSettings(), uuid_source(), listener="mllp")
    judgement = judge.set_aside(b"\x00whatever", received_at=START, peer="p")
    (verdict,) = judgement.verdicts
    assert judgement.set_aside
    assert (verdict.code, _reason(verdict), verdict.arrival.raw) == ("AR", "intake-fault", b"\x00whatever")


def test_that_ids_differ_between_messages() -> None:
    made: list[Any] = [_one(message("C1")).arrival for _ in range(2)]
    assert made[0].event_id != made[1].event_id
    assert replace(made[0], event_id=made[1].event_id, trace_id=made[1].trace_id) == made[1]


_BATCH = (
    b"FHS|^~\\&|LAB|NORTH|SB|HOSP|20260101||||F1\rBHS|^~\\&|LAB|NORTH|SB|HOSP|20260101||||B1\r"
    + message("C1")
    + message("C2")
    + b"BTS|2\rFTS|1\r"
)


def test_that_a_batch_is_taken_apart_under_one_parent() -> None:
    judgement = _judge(_BATCH)
    parent = judgement.parent
    assert parent is not None
    assert (parent.message_type, parent.control_id, parent.contains, parent.raw) == ("FHS", "F1", 2, _BATCH)
    assert (parent.sending_application, parent.receiving_facility) == ("LAB", "HOSP")
    assert [line[:3] for line in judgement.envelope] == ["FHS", "BHS"]
    assert [verdict.arrival.raw for verdict in judgement.verdicts] == [message("C1"), message("C2")]
    for index, verdict in enumerate(judgement.verdicts, 1):
        assert verdict.arrival.parent_trace_id == parent.trace_id
        assert verdict.arrival.detail["parent_trace_id"] == parent.trace_id
        assert verdict.arrival.detail["batch"] == {"index": index, "count": 2}
    assert len(list(judgement.arrivals())) == 3


def test_that_messages_glued_into_one_frame_have_a_parent_and_no_envelope() -> None:
    judgement = _judge(message("C1") + message("C2"))
    assert judgement.parent is not None
    assert judgement.parent.message_type == "BATCH"
    assert judgement.parent.sending_application == "LAB"
    assert judgement.envelope == ()
    assert [verdict.code for verdict in judgement.verdicts] == ["AA", "AA"]


def test_that_a_wrong_count_is_flagged_on_the_parent() -> None:
    parent = _judge(_BATCH.replace(b"BTS|2", b"BTS|3")).parent
    assert parent is not None
    assert parent.detail["flags"] == ["batch-count"]


def test_that_a_bad_message_in_a_batch_is_refused_alone() -> None:
    judgement = _judge(_BATCH.replace(b"|C1|", b"||"))
    assert [verdict.code for verdict in judgement.verdicts] == ["AR", "AA"]
    assert judgement.parent is not None
    assert judgement.verdicts[0].arrival.parent_trace_id == judgement.parent.trace_id


def test_that_a_batch_without_a_message_is_refused() -> None:
    assert _reason(_one(b"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\rBTS|0\rFTS|1\r")) == "empty-batch"


def test_that_a_batch_too_large_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.engine.judgement.MOST_IN_BATCH", 1)
    verdict = _one(_BATCH)
    assert (_reason(verdict), verdict.code, verdict.arrival.raw) == ("batch-too-large", "AR", _BATCH)


def test_that_an_unreadable_header_of_the_harness_is_known_as_test_traffic() -> None:
    broken = _one(b"MSHLIS HARNESS SB X 20260301\rPID|1")
    assert broken.arrival.error is not None
    assert broken.arrival.sending_facility == "HARNESS"
    assert broken.arrival.detail["sender"] == {"application": "", "facility": "HARNESS"}
    stranger = _one(b"MSHLIS NORTH SB X 20260301\rNTE|1||HARNESS")
    assert stranger.arrival.error is not None
    assert stranger.arrival.sending_facility == ""
