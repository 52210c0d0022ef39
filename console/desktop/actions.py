"""Every command once: title, shortcut, icon, what it does and when it may not. Menus, palette and help read this.

A shortcut belongs to the whole window, to one page, or to one part of a page (`harness/run`); two commands that could
hear the same key are a bug, and `conflicts` finds it. Single letters can be switched off as a whole (WCAG 2.1.4), and
never fire while somebody types: Qt gives letters to a text field first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing the user can do.

    `name` is stable (`go.timeline`), `title` translated. `scope` is `EVERYWHERE`, a page's name, or a
    page's and a part's (`harness/run`). `shortcuts` are Qt
    key sequences in portable text ("Ctrl+K", "G, I"); the first is the one shown. `unavailable` gives the reason why
    the command is off right now, or ''. `where` is the group in the help sheet.
    """

    name: str
    title: str
    run: Callable[[], None]
    icon: str = ""
    shortcuts: tuple[str, ...] = ()
    scope: str = EVERYWHERE
    where: str = ""
    in_palette: bool = True
    words: str = ""
    """Other words under which the palette finds it."""
    unavailable: Callable[[], str] | None = None

    def reason_off(self) -> str:
        return self.unavailable() if self.unavailable is not None else ""


def scopes_heard(scope: str) -> tuple[str, ...]:
    """The scopes whose commands work where `scope` is: the part's own, its page's, everybody's."""
    if scope == EVERYWHERE:
        return (EVERYWHERE,)
    page, _, part = scope.partition("/")
    return (scope, page, EVERYWHERE) if part else (page, EVERYWHERE)


def is_single_letter(shortcut: str) -> bool:
    """Whether a shortcut is made of keys without Ctrl, Alt or Meta that also write text ("J", "G, I", "[")."""
    return all(len(step.strip()) == 1 or step.strip().startswith("Shift+") for step in shortcut.split(", "))


def shown_shortcut(shortcut: str) -> str:
    """The shortcut as this platform writes it; chords as `G I`."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText).replace(", ", " ")


def key_caps(shortcut: str) -> list[str]:
    """The keys of a shortcut one by one, as drawn on key caps: `Ctrl++` gives `Ctrl` and `+`."""
    caps: list[str] = []
    for step in shown_shortcut(shortcut).split():
        head, plus, last = step.rpartition("+")
        if not plus or not head:
            caps.append(step)
        elif not last:
            caps += [*(part for part in head.split("+") if part), "+"]
        else:
            caps += [*head.split("+"), last]
    return caps


class CommandBook:
    """All commands now known: those of the window and those of each page."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}

    def add(self, commands: Iterable[Command]) -> None:
        """Raises ValueError when a name is taken or a shortcut would be ambiguous."""
        known = dict(self._commands)
        for command in commands:
            if command.name in known:
                raise ValueError(f"two commands are called {command.name}")
            known[command.name] = command
        found = conflicts(known.values())
        if found:
            raise ValueError("; ".join(found))
        self._commands = known

    def clear(self) -> None:
        self._commands.clear()

    def __getitem__(self, name: str) -> Command:
        return self._commands[name]

    def __contains__(self, name: object) -> bool:
        return name in self._commands

    def all(self) -> list[Command]:
        return list(self._commands.values())

    def on(self, scope: str) -> list[Command]:
        """The commands that work while a page (or a page's part) is shown: the nearest first."""
        return [c for heard in scopes_heard(scope) for c in self._commands.values() if c.scope == heard]


def conflicts(commands: Iterable[Command]) -> list[str]:
    """A sentence for every pair of commands that could hear the same keys.

    A chord's first step counts too: "G" alone would hide "G, I".
    """
    taken: dict[tuple[str, str], str] = {}
    found: list[str] = []
    listed = sorted(commands, key=lambda c: len(scopes_heard(c.scope)))
    for command in listed:
        for shortcut in command.shortcuts:
            keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.PortableText)
            if not keys:
                found.append(f"{command.name}: {shortcut!r} is no shortcut")
                continue
            for scope in scopes_heard(command.scope):
                other = taken.get((scope, keys))
                if other is not None:
                    found.append(f"{other} and {command.name} both want {keys}")
            taken[(command.scope, keys)] = command.name
    singles = {(scope, keys) for scope, keys in taken if ", " not in keys}
    for scope, keys in taken:
        first = keys.split(", ")[0]
        if ", " in keys and any(key == first and _meet(scope, other) for other, key in singles):
            found.append(f"{first} hides {keys} ({scope})")
    return found


def _meet(one: str, other: str) -> bool:
    """Whether commands of two scopes can be heard at the same time."""
    return one in scopes_heard(other) or other in scopes_heard(one)
