"""Which rows the palette shows for a text: fitting commands, places seen lately, hits of the search. No Qt widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from console.core.keys import fold_name
from console.desktop.actions import Command
from console.desktop.session import Hit


class Filter(StrEnum):
    """What Tab steps through; each but the first has a prefix character."""

    ALL = ""
    ACTIONS = ">"
    PEOPLE = "@"
    IDENTIFIERS = "#"


@dataclass(frozen=True, slots=True)
class Asked:
    """A typed text taken apart: the filter its prefix names, and the rest."""

    only: Filter
    text: str


def asked(typed: str) -> Asked:
    """`>dark` asks for actions named dark. A prefix counts only at the start."""
    text = typed.strip()
    for only in (Filter.ACTIONS, Filter.PEOPLE, Filter.IDENTIFIERS):
        if text.startswith(only.value):
            return Asked(only, text[1:].strip())
    return Asked(Filter.ALL, text)


@dataclass(frozen=True, slots=True)
class PaletteRow:
    """A heading (`command` and `hit` None) or something to choose."""

    text: str
    command: Command | None = None
    hit: Hit | None = None
    off: str = ""
    """Why the command cannot be run now."""

    @property
    def is_heading(self) -> bool:
        return self.command is None and self.hit is None


@dataclass(frozen=True, slots=True)
class Headings:
    """The translated group names."""

    go_to: str
    do: str
    recent: str


def match_rank(command: Command, text: str) -> int | None:
    """How well a command fits: 0 begins with it, 1 a word begins with it, 2 every word occurs; None not at all."""
    wanted = fold_name(text)
    if not wanted:
        return 2
    title = fold_name(command.title)
    if title.startswith(wanted):
        return 0
    words = f"{title} {fold_name(command.words)} {fold_name(command.where)}"
    if f" {wanted}" in f" {words}":
        return 1
    return 2 if all(part in words for part in wanted.split()) else None


def rows_for(
    typed: str,
    *,
    commands: Sequence[Command],
    hits: Sequence[Hit],
    recent: Sequence[Hit],
    headings: Headings,
    most_commands: int = 7,
) -> list[PaletteRow]:
    """All rows in order, headings included; a group without rows has no heading."""
    question = asked(typed)
    rows: list[PaletteRow] = []
    if hits and question.only is not Filter.ACTIONS:
        rows.append(PaletteRow(headings.go_to))
        rows += [PaletteRow(hit.title, hit=hit) for hit in hits]
    if not question.text and question.only is Filter.ALL and recent:
        rows.append(PaletteRow(headings.recent))
        rows += [PaletteRow(hit.title, hit=hit) for hit in recent[:5]]
    if question.only in (Filter.ALL, Filter.ACTIONS):
        ranked = [
            (rank, number, command)
            for number, command in enumerate(commands)
            if command.in_palette and (rank := match_rank(command, question.text)) is not None
        ]
        ranked.sort(key=lambda item: item[:2])
        limit = len(ranked) if question.only is Filter.ACTIONS else most_commands
        chosen = [command for _, _, command in ranked[:limit]]
        if chosen:
            rows.append(PaletteRow(headings.do))
            rows += [PaletteRow(c.title, command=c, off=c.reason_off()) for c in chosen]
    return rows
