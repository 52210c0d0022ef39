"""What looking into messages finds, and that memory for it is bounded."""

from __future__ import annotations

import pytest

from console.harness.listener import looking
from console.harness.listener.live import Findings
from console.harness.listener.looking import Looking
from tests.builders.engine_process import message


def found(*payloads: bytes) -> Findings:
    looked = Looking()
    for payload in payloads:
        looked.look(payload)
    return looked.findings


def test_that_the_same_bytes_are_a_duplicate_and_the_same_results_are_told_apart_from_that() -> None:
    one = message("X1")
    renamed = one.replace(b"|X1|P", b"|X2|P")
    assert found(one, one, renamed, message("X3")) == Findings(4, duplicates=1, same_results=1)


def test_that_a_correction_is_no_duplicate() -> None:
    one = message("X1")
    corrected = one.replace(b"|7.1|g/dL|||||F", b"|7.9|g/dL|||||C").replace(b"|X1|P", b"|X2|P")
    assert found(one, corrected).same_results == 0


def test_that_a_message_of_a_patient_that_is_older_than_the_last_is_counted() -> None:
    def at(time: str, patient: str) -> bytes:
        return (
            message(f"{time}{patient}")
            .replace(b"20260101120000", time.encode())
            .replace(f"P{time}{patient}^^^".encode(), f"{patient}^^^".encode())
        )

    messages = [at("20260101120000", "A"), at("20260101120500", "A"), at("20260101120100", "B")]
    assert found(*messages).backwards == 0
    assert found(*messages, at("20260101120400", "A")).backwards == 1


def test_that_missing_numbers_are_counted_where_a_sender_counts() -> None:
    assert found(*[message(f"LAB{n:06d}") for n in (1, 2, 4, 3, 7, 8)]).gaps == 2
    assert found(message("LAB000001"), message("LAB900000")).gaps == 0, "that is no counting"
    assert found(message("NONE")).gaps == 0


def test_that_what_cannot_be_read_counts_by_its_bytes_alone() -> None:
    assert found(b"", b"no", b"no") == Findings(3, duplicates=1)


def test_that_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST", 20)
    looked = Looking()
    for n in range(200):
        looked.look(message(f"B{n}"))
    assert len(looked._times) <= 21
    assert len(looked._bytes._new) + len(looked._bytes._old) <= 20
    looked.look(message("B199"))
    assert looked.findings.duplicates == 1
