"""The command book: no two commands hear the same keys, single letters can be switched off."""

from __future__ import annotations

import pytest

from console.desktop.actions import Command, CommandBook, conflicts, is_single_letter, key_caps


def _command(name: str, *shortcuts: str, scope: str = "everywhere") -> Command:
    return Command(name=name, title=name, run=lambda: None, shortcuts=shortcuts, scope=scope)


def test_that_the_same_keys_on_two_pages_are_fine_but_not_with_a_command_of_the_window() -> None:
    assert conflicts([_command("a", "J", scope="timeline"), _command("b", "J", scope="trace")]) == []
    assert conflicts([_command("a", "J", scope="timeline"), _command("b", "J")]) == ["b and a both want J"]
    assert conflicts([_command("a", "J", scope="x"), _command("b", "J", scope="x")]) != []


def test_that_a_letter_that_begins_a_chord_may_not_be_a_command_itself() -> None:
    assert conflicts([_command("a", "G"), _command("b", "G, I")]) == ["G hides G, I (everywhere)"]


def test_that_a_shortcut_that_is_none_is_found() -> None:
    assert conflicts([_command("a", "Hyper+Nonsense+Q+Z+X")]) != []


def test_that_the_book_refuses_a_second_command_of_one_name_and_ambiguous_keys() -> None:
    book = CommandBook()
    book.add([_command("a", "J", scope="timeline")])
    with pytest.raises(ValueError, match="called a"):
        book.add([_command("a")])
    with pytest.raises(ValueError, match="both want J"):
        book.add([_command("b", "J")])


def test_that_a_refused_command_does_not_stay_in_the_book() -> None:
    book = CommandBook()
    book.add([_command("a", "J")])
    with pytest.raises(ValueError, match="J"):
        book.add([_command("b", "J")])
    assert "b" not in book


@pytest.mark.parametrize(
    ("shortcut", "single"),
    [("J", True), ("G, I", True), ("[", True), ("Shift+N", True), ("Ctrl+K", False), ("F1", False), ("Home", False)],
)
def test_that_single_letters_are_told_from_other_keys(shortcut: str, single: bool) -> None:
    assert is_single_letter(shortcut) is single


def test_that_a_page_hears_its_own_commands_first_and_no_other_pages() -> None:
    book = CommandBook()
    book.add([_command("all"), _command("mine", scope="timeline"), _command("theirs", scope="trace")])
    assert [c.name for c in book.on("timeline")] == ["mine", "all"]


@pytest.mark.parametrize(
    ("shortcut", "caps"),
    [
        ("Ctrl+K", ["Ctrl", "K"]),
        ("Ctrl++", ["Ctrl", "+"]),
        ("G, I", ["G", "I"]),
        ("/", ["/"]),
        ("Ctrl+Shift+C", ["Ctrl", "Shift", "C"]),
        ("Ctrl+-", ["Ctrl", "-"]),
    ],
)
def test_that_a_shortcut_is_taken_apart_into_its_keys(shortcut: str, caps: list[str]) -> None:
    assert key_caps(shortcut) == caps
