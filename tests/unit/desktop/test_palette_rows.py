"""The palette's rows: prefixes filter, commands match by words and without accents, groups have headings."""

from __future__ import annotations

from console.desktop.actions import Command
from console.desktop.places import Place
from console.desktop.session import Hit
from console.desktop.shell.palette_rows import Filter, Headings, asked, match_rank, rows_for

HEADINGS = Headings("Go to", "Do", "Recent")
DARK = Command(name="dark", title="Use dark theme", run=lambda: None)
SPANISH = Command(name="es", title="Cambiar idioma a español", words="Spanish", run=lambda: None)
HIDDEN = Command(name="find", title="Find anything", run=lambda: None, in_palette=False)
OFF = Command(name="back", title="Back", run=lambda: None, unavailable=lambda: "There is nothing to go back to.")
COMMANDS = (DARK, SPANISH, HIDDEN, OFF)
HIT = Hit("MARTÍNEZ LÓPEZ, Rosa Elena", "patient", Place("timeline", {"encounter": "1"}), person=True)


def test_that_a_prefix_filters_only_at_the_start() -> None:
    assert asked("> dark").only is Filter.ACTIONS
    assert asked("@ martinez").text == "martinez"
    assert asked("a > b").only is Filter.ALL


def test_that_commands_are_found_without_accents_and_by_other_words() -> None:
    assert match_rank(SPANISH, "espanol") == 1
    assert match_rank(SPANISH, "spanish") == 1
    assert match_rank(DARK, "use") == 0
    assert match_rank(DARK, "theme dark") == 2
    assert match_rank(DARK, "light") is None


def test_that_hits_come_first_and_each_group_has_its_heading() -> None:
    rows = rows_for("dark", commands=COMMANDS, hits=[HIT], recent=[HIT], headings=HEADINGS)
    assert [row.text for row in rows] == ["Go to", HIT.title, "Do", "Use dark theme"]


def test_that_an_empty_box_offers_recent_places_and_commands_but_no_hidden_ones() -> None:
    rows = rows_for("", commands=COMMANDS, hits=[], recent=[HIT], headings=HEADINGS)
    texts = [row.text for row in rows]
    assert texts[:3] == ["Recent", HIT.title, "Do"]
    assert "Find anything" not in texts


def test_that_asking_for_actions_shows_no_hits_and_a_switched_off_command_says_why() -> None:
    rows = rows_for(">back", commands=COMMANDS, hits=[HIT], recent=[], headings=HEADINGS)
    assert [row.text for row in rows] == ["Do", "Back"]
    assert rows[1].off == "There is nothing to go back to."


def test_that_asking_for_people_shows_no_commands() -> None:
    rows = rows_for("@dark", commands=COMMANDS, hits=[HIT], recent=[], headings=HEADINGS)
    assert [row.text for row in rows] == ["Go to", HIT.title]
