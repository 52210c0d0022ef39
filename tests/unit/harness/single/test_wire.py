"""Bytes shown to a person: nothing hidden, nothing ambiguous, every offset right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.harness.single.wire import PieceKind, dump, pieces, visible


@given(st.binary(max_size=300), st.sampled_from(["utf-8", "latin-1", "ascii"]))
def test_that_the_pieces_cover_every_byte_without_gaps(data: bytes, codec: str) -> None:
    at = 0
    for piece in pieces(data, codec):
        assert piece.offset == at
        at += piece.length
    assert at == len(data)


def test_that_framing_and_control_characters_are_named() -> None:
    assert visible(b"\x0bMSH|\x00\xff\x1c\r") == "⟨VT⟩MSH|⟨NUL⟩⟨FF⟩⟨FS⟩⟨CR⟩"
    kinds = [piece.kind for piece in pieces(b"\x0bA\x00\xff\r")]
    assert kinds == [PieceKind.FRAMING, PieceKind.TEXT, PieceKind.CONTROL, PieceKind.BYTE, PieceKind.FRAMING]


def test_that_letters_of_the_charset_are_shown_as_letters() -> None:
    assert visible("Núñez".encode()) == "Núñez"
    assert visible("Núñez".encode("latin-1"), codec="latin-1") == "Núñez"
    assert visible("Ñ".encode("latin-1")) == "⟨D1⟩"


def test_that_the_brackets_themselves_cannot_be_taken_for_ours() -> None:
    assert visible("⟨CR⟩".encode()) == "⟨U+27E8⟩CR⟨U+27E9⟩"


def test_that_long_bytes_lose_their_middle_and_say_how_much() -> None:
    shown = visible(b"A" * 1000, limit=100)
    assert "900 more bytes" in shown
    assert shown.count("A") == 100


def test_that_lines_break_after_segments() -> None:
    assert visible(b"MSH|\rPID|\r\nOBX|", lines=True) == "MSH|⟨CR⟩\nPID|⟨CR⟩⟨LF⟩\nOBX|"


def test_that_a_dump_has_offsets_and_both_columns() -> None:
    rows = dump(b"\x0bMSH|^~\\&|LAB|NORTH" * 300, limit=64).splitlines()
    assert rows[0].startswith("00000000  0b 4d 53 48")
    assert rows[0].endswith("·MSH|^~\\&|LAB|NO")
    assert rows[1].startswith("00000010")
    assert rows[-1].startswith("… ")
