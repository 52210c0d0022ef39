from __future__ import annotations

import pytest

from console.core.errors import InvalidMessage
from console.hl7v2.charset import codec_of, decode, splits_as_bytes
from console.hl7v2.message import parse
from console.hl7v2.warnings import Code


@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("8859/1", "iso8859-1", "José Nuñez"),
        ("8859/2", "iso8859-2", "Łukasz"),
        ("8859/5", "iso8859-5", "Иван"),
        ("8859/7", "iso8859-7", "Ελένη"),
        ("8859/15", "iso8859-15", "naïve €"),
        ("UNICODE UTF-8", "utf-8", "Łukasz José 山田"),
        ("UNICODE", "utf-8", "José"),
        ("utf-8", "utf-8", "José"),
        ("ISO IR87", "iso2022_jp_ext", "山田^太郎"),
        ("ASCII~ISO IR87", "iso2022_jp_ext", "山田^太郎"),
        ("~ISO IR87", "iso2022_jp_ext", "山田^太郎"),
        ("GB 18030-2000", "gb18030", "张伟亅"),
        ("KS X 1001", "euc_kr", "김철수"),
        ("BIG-5", "big5", "王小明功"),
        ("windows-1252", "cp1252", "naïve €"),
    ],
)
def test_that_the_declared_charset_is_used(declared: str, codec: str, text: str) -> None:
    message = parse(f"MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5||||||{declared}\rPID|1||7||{text}||end\r".encode(codec))
    pid = message.first("PID")
    assert pid is not None
    assert (pid.text(5), pid.get(7)) == (text, "end")
    assert [w.code for w in message.warnings] == []


@pytest.mark.parametrize("declared", ["", "ASCII", "8859/1"])
def test_that_utf_8_is_recognised_whatever_was_declared(declared: str) -> None:
    decoded = decode("José".encode(), declared)
    assert decoded.text == "José"
    assert [w.code for w in decoded.warnings] == [Code.CHARSET_MISMATCH if declared else Code.CHARSET_UNDECLARED]


@pytest.mark.parametrize("declared", ["", "ASCII", "UNICODE UTF-8"])
def test_that_latin_1_bytes_are_kept_whatever_was_declared(declared: str) -> None:
    decoded = decode("José Nuñez".encode("latin-1"), declared)
    assert decoded.text == "José Nuñez"
    assert len(decoded.warnings) == 1


def test_that_one_bad_byte_does_not_spoil_a_utf_8_message() -> None:
    decoded = decode("Łukasz Иван ".encode() + b"\xe9", "UNICODE UTF-8")
    assert decoded.text == "Łukasz Иван é"
    assert [w.code for w in decoded.warnings] == [Code.CHARSET_MISMATCH]


def test_that_the_setting_of_the_source_wins() -> None:
    assert decode("José".encode(), "UNICODE UTF-8", "8859/1").text == "JosÃ©"
    assert decode("Łukasz".encode("iso8859-2"), "8859/1", "8859/2").text == "Łukasz"


def test_that_an_unknown_charset_is_told() -> None:
    for name in ("KLINGON", "rot13", "punycode", "unicode_escape", "utf-7", "cp037", "idna", "CNS 11643-1992"):
        assert codec_of(name) is None
        assert [w.code for w in decode(b"abc", name).warnings] == [Code.CHARSET_UNKNOWN]


def test_that_several_charsets_are_told() -> None:
    assert [w.code for w in decode(b"abc", "8859/1~8859/2").warnings] == [Code.CHARSET_SEVERAL]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_that_wide_encodings_are_refused_with_a_reason(codec: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        parse("MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5||||||UNICODE UTF-16\r".encode(codec))
    assert (caught.value.code, caught.value.path) == ("charset-refused", "MSH-18")
    assert "UTF-8" in caught.value.text


def test_that_a_source_set_to_a_wide_encoding_is_refused() -> None:
    with pytest.raises(InvalidMessage):
        decode(b"MSH|", "", "utf-16")


def test_that_a_wide_declaration_over_single_bytes_is_told() -> None:
    decoded = decode("José".encode(), "UNICODE UTF-16")
    assert (decoded.text, [w.code for w in decoded.warnings]) == ("José", [Code.CHARSET_MISMATCH])


def test_that_it_is_known_which_charsets_hide_delimiters_in_their_bytes() -> None:
    assert splits_as_bytes("8859/1")
    assert splits_as_bytes("")
    assert splits_as_bytes("UNICODE UTF-8")
    assert not splits_as_bytes("ISO IR87")
    assert not splits_as_bytes("ASCII~ISO IR87")
    assert not splits_as_bytes("gb18030")
