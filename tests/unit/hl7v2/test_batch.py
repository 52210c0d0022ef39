from __future__ import annotations

import pytest

from console.hl7v2.batch import is_batch, split
from console.hl7v2.warnings import Code

ONE = b"MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5\rPID|1||7\r"
TWO = b"MSH|^~\\&|A|B|||2026||ADT^A08|2|P|2.5\rPID|1||8\r"
FILE = b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + TWO + b"BTS|2\rFTS|1\r"


def test_that_an_enveloped_batch_gives_its_messages() -> None:
    batch = split(FILE)
    assert batch.messages == (ONE, TWO)
    assert batch.envelope == b"FHS|^~\\&|A\rBHS|^~\\&|A\rBTS|2\rFTS|1\r"
    assert batch.warnings == ()
    assert batch.enveloped


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_that_the_separator_does_not_matter(end: bytes) -> None:
    assert split(FILE.replace(b"\r", end)).messages == (ONE, TWO)


def test_that_messages_without_envelope_are_told_apart() -> None:
    batch = split(ONE + TWO)
    assert (batch.messages, batch.enveloped, batch.warnings) == ((ONE, TWO), False, ())


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (ONE, False),
        (ONE + TWO, True),
        (FILE, True),
        (b"\xef\xbb\xbf" + FILE, True),
        (b"\x0b\r\nBHS|", True),
        (ONE + b"NTE|1||MSH|is a word\r", False),
        (b"MSH|^~\\&|MSHAPP|MSH\r", False),
        (b"", False),
    ],
)
def test_that_a_batch_is_recognised(payload: bytes, answer: bool) -> None:
    assert is_batch(payload) is answer


@pytest.mark.parametrize(
    ("payload", "code", "path"),
    [
        (FILE.replace(b"BTS|2", b"BTS|3"), Code.BATCH_COUNT, "BTS-1"),
        (FILE.replace(b"FTS|1", b"FTS|4"), Code.BATCH_COUNT, "FTS-1"),
        (FILE.replace(b"BTS|2", b"BTS|two"), Code.BATCH_COUNT, "BTS-1"),
        (FILE.replace(b"BTS|2", b"BTS|" + b"9" * 5000), Code.BATCH_COUNT, "BTS-1"),
        (FILE.replace(b"BTS|2\rFTS|1\r", b""), Code.BATCH_ENVELOPE, "BTS"),
        (FILE.replace(b"BHS|^~\\&|A\r", b""), Code.BATCH_ENVELOPE, "BTS"),
        (FILE.replace(b"FHS|^~\\&|A\r", b""), Code.BATCH_ENVELOPE, "FTS"),
        (FILE.replace(b"BTS|2\r", b"BHS|^~\\&\r"), Code.BATCH_ENVELOPE, "BHS"),
    ],
)
def test_that_what_is_wrong_with_the_envelope_is_told_and_the_messages_come_out(
    payload: bytes, code: Code, path: str
) -> None:
    batch = split(payload)
    assert batch.messages == (ONE, TWO)
    assert (code, path) in [(w.code, w.path) for w in batch.warnings]


def test_that_lines_of_no_message_stay_in_the_envelope() -> None:
    batch = split(b"remark\rFHS|^~\\&|A\rlost line\r" + ONE)
    assert batch.messages == (ONE,)
    assert b"remark" in batch.envelope
    assert b"lost line" in batch.envelope
    assert Code.NOT_A_SEGMENT in [w.code for w in batch.warnings]


def test_that_an_envelope_without_messages_and_rubbish_give_none() -> None:
    assert split(b"BHS|^~\\&\rBTS|0\r").messages == ()
    assert split(b"hello").messages == ()
    assert split(b"").messages == ()
