"""The commands of the window itself: going, finding, help, text size, privacy, theme."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from console.core.errors import SignalboxError
from console.desktop.actions import Command
from console.desktop.pages import PageSpec
from console.desktop.places import Place

if TYPE_CHECKING:
    from console.desktop.shell.window import Window


def window_commands(window: Window, specs: list[PageSpec]) -> list[Command]:
    """The window's commands, titled in the language now set."""

    session = window.session
    going, finding, seeing = (
        QCoreApplication.translate("Commands", "Go"),
        QCoreApplication.translate("Commands", "Find and help"),
        QCoreApplication.translate("Commands", "What is shown"),
    )

    def no_way(can_go: bool) -> str:
        return "" if can_go else QCoreApplication.translate("Commands", "There is no place to go to in that direction.")

    def copy_link() -> None:
        place = window.page.place() if window.page is not None else None
        place = place or window.history.current
        if place is not None:
            QGuiApplication.clipboard().setText(place.link())
            session.toast(QCoreApplication.translate("Commands", "Link copied."), tone="ok")

    def change(**appearance: object) -> None:
        try:
            session.settings.change(appearance=replace(session.settings.value.appearance, **appearance))  # type: ignore[arg-type]
        except SignalboxError as error:
            session.toast_error(error)

    def zoom(step: int) -> None:
        scale = session.settings.value.appearance.scale
        change(scale=100 if step == 0 else min(200, max(90, scale + step)))

    commands = [
        Command(
            name=f"go.{spec.name}",
            title=spec.title(),
            icon=spec.icon,
            shortcuts=(f"Ctrl+{number}", f"G, {spec.letter}"),
            run=lambda name=spec.name: window.go(Place(name)),  # type: ignore[misc]
            where=going,
        )
        for number, spec in enumerate(specs, start=1)
    ]
    commands += [
        Command(
            name="go.back",
            title=QCoreApplication.translate("Commands", "Back"),
            icon="arrow-left",
            shortcuts=("Alt+Left",),
            run=window.back,
            unavailable=lambda: no_way(window.history.can_go_back),
            where=going,
        ),
        Command(
            name="go.forward",
            title=QCoreApplication.translate("Commands", "Forward"),
            icon="arrow-right",
            shortcuts=("Alt+Right",),
            run=window.forward,
            unavailable=lambda: no_way(window.history.can_go_forward),
            where=going,
        ),
        Command(
            name="go.next_pane",
            title=QCoreApplication.translate("Commands", "Next pane"),
            shortcuts=("F6",),
            run=lambda: window.page.next_pane() if window.page is not None else None,
            in_palette=False,
            where=going,
        ),
        Command(
            name="go.out",
            title=QCoreApplication.translate("Commands", "Close what is on top"),
            shortcuts=("Esc",),
            run=window.escape,
            in_palette=False,
            where=going,
        ),
        Command(
            name="find",
            title=QCoreApplication.translate("Commands", "Find anything"),
            icon="search",
            shortcuts=("Ctrl+K", "/"),
            run=lambda: window.palette_box.open_with(""),
            in_palette=False,
            where=finding,
        ),
        Command(
            name="help.sheet",
            title=QCoreApplication.translate("Commands", "Keys of this screen"),
            icon="keyboard",
            shortcuts=("F1", "?"),
            run=window.toggle_help,
            where=finding,
        ),
        Command(
            name="help.manual",
            title=QCoreApplication.translate("Commands", "Manual and glossary"),
            icon="book-open",
            run=lambda: window.go(Place("help")),
            where=finding,
        ),
        Command(
            name="copy.link",
            title=QCoreApplication.translate("Commands", "Copy a link to this place"),
            icon="link",
            shortcuts=("Ctrl+Shift+C",),
            run=copy_link,
            where=finding,
        ),
        Command(
            name="see.privacy",
            title=QCoreApplication.translate("Commands", "Hide or show patient details"),
            icon="eye-off",
            shortcuts=("Ctrl+Shift+P",),
            run=lambda: session.set_privacy(not session.privacy),
            where=seeing,
        ),
        Command(
            name="see.larger",
            title=QCoreApplication.translate("Commands", "Larger text"),
            icon="zoom-in",
            shortcuts=("Ctrl++", "Ctrl+="),
            run=lambda: zoom(10),
            where=seeing,
        ),
        Command(
            name="see.smaller",
            title=QCoreApplication.translate("Commands", "Smaller text"),
            icon="zoom-out",
            shortcuts=("Ctrl+-",),
            run=lambda: zoom(-10),
            where=seeing,
        ),
        Command(
            name="see.normal",
            title=QCoreApplication.translate("Commands", "Text at 100 %"),
            icon="a-large-small",
            shortcuts=("Ctrl+0",),
            run=lambda: zoom(0),
            where=seeing,
        ),
        Command(
            name="see.dark",
            title=QCoreApplication.translate("Commands", "Use dark theme"),
            icon="moon",
            run=lambda: change(theme="dark"),
            where=seeing,
        ),
        Command(
            name="see.light",
            title=QCoreApplication.translate("Commands", "Use light theme"),
            icon="sun",
            run=lambda: change(theme="light"),
            where=seeing,
        ),
        Command(
            name="see.system",
            title=QCoreApplication.translate("Commands", "Match the system theme"),
            icon="sun-moon",
            run=lambda: change(theme="system"),
            where=seeing,
        ),
        Command(
            name="see.english",
            title="Change language to English",
            words="English inglés idioma",
            icon="languages",
            run=lambda: change(language="en"),
            where=seeing,
        ),
        Command(
            name="see.spanish",
            title="Cambiar idioma a español",
            words="Spanish español language",
            icon="languages",
            run=lambda: change(language="es"),
            where=seeing,
        ),
    ]
    return commands
