from __future__ import annotations

import pytest

from console.hl7v2.delimiters import STANDARD, Delimiters
from console.hl7v2.escapes import escape, unescape
from console.hl7v2.warnings import Code


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"\P\ ", "# "),
        (r"one\.br\two", "one\ntwo"),
        (r"one\.sp\two\.sp3\three\.sp 2\four", "one\ntwo\n\n\nthree\n\nfour"),
        (r"\.ce\title", "\ntitle"),
        (r"a\.sk3\b\.in+2\c", "a   b  c"),
        (r"\.fi\\.nf\x", "x"),
        (r"\H\hi\N\ ", "hi "),
        (r"\XC3A9\ ", "é "),
        (r"\X0d0a\ ", "\r\n "),
        ("plain", "plain"),
        (r"\E\R\E\ ", "\\R\\ "),
    ],
)
def test_that_known_sequences_become_what_they_stand_for(sent: str, meant: str) -> None:
    assert unescape(sent, STANDARD) == meant


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (r"C:\temp\file", Code.UNKNOWN_ESCAPE),
        ("trail\\", Code.UNPAIRED_ESCAPE),
        (r"\Z99\ ", Code.UNKNOWN_ESCAPE),
        (r"\C2842\ ", Code.UNKNOWN_ESCAPE),
        (r"\M254A\ ", Code.UNKNOWN_ESCAPE),
        (r"\XC3\ ", Code.BAD_HEX_ESCAPE),
        (r"\XQQ\ ", Code.BAD_HEX_ESCAPE),
        (r"\X\ ", Code.BAD_HEX_ESCAPE),
        (r"\X123\ ", Code.BAD_HEX_ESCAPE),
        (r"\.xx\ ", Code.UNKNOWN_ESCAPE),
        ("\\\\", Code.UNKNOWN_ESCAPE),
        (r"5\6", Code.UNPAIRED_ESCAPE),
    ],
)
def test_that_what_cannot_be_read_stays_as_sent_and_is_told(sent: str, code: Code) -> None:
    told: list[Code] = []
    assert unescape(sent, STANDARD, complain=lambda c, _: told.append(c)) == sent
    assert code in told


def test_that_a_local_sequence_does_not_swallow_the_known_one_behind_it() -> None:
    assert unescape(r"\Z1\\F\x", STANDARD) == r"\Z1\|x"
    assert unescape(r"\temp\F\x", STANDARD) == r"\temp|x"


def test_that_hexadecimal_is_read_in_the_charset_of_the_message() -> None:
    assert unescape(r"\XE9\ ", STANDARD, "latin-1") == "é "
    assert unescape(r"\XC3A9\ ", STANDARD, "ascii") == "é "
    assert unescape(r"\X1B24423C1B2842\ ", STANDARD, "iso2022_jp_ext") == r"\X1B24423C1B2842\ "


def test_that_a_message_without_escape_character_is_taken_literally() -> None:
    assert unescape(r"a\F\b", Delimiters(escape="")) == r"a\F\b"


def test_that_escaping_and_unescaping_are_inverse() -> None:
    text = "a|b^c&d~e\\f\ng\x01h é #"
    for delimiters in (STANDARD, Delimiters("#", "!", "@", "%", "*", "$")):
        sent = escape(text, delimiters)
        assert not set(sent) & {delimiters.field, delimiters.component, delimiters.repetition, "\n"}
        assert unescape(sent, delimiters) == text
