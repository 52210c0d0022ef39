"""The timeline's commands: every one with its key, for palette, help sheet and the conflict test."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from console.desktop.actions import Command
from console.desktop.widgets.message_panel import Tab

if TYPE_CHECKING:
    from console.desktop.pages.timeline import TimelinePage

SCOPE = "timeline"


def timeline_commands(page: TimelinePage) -> list[Command]:
    """In the language now set."""
    translate = QCoreApplication.translate
    moving = translate("TimelineCommands", "Events")
    looking = translate("TimelineCommands", "Timeline")
    reading = translate("TimelineCommands", "Details")

    def nothing_open() -> str:
        open_one = translate("TimelineCommands", "Open an encounter first.")
        return "" if page.presenter.reading is not None else open_one

    def make(
        name: str,
        title: str,
        run: Callable[[], object],
        *shortcuts: str,
        where: str,
        icon: str = "",
        in_palette: bool = True,
    ) -> Command:
        return Command(
            name=f"timeline.{name}",
            title=title,
            run=lambda: (run(), None)[1],
            icon=icon,
            shortcuts=shortcuts,
            scope=SCOPE,
            where=where,
            in_palette=in_palette,
            unavailable=nothing_open,
        )

    def problem(direction: int) -> None:
        if not page.events.step_problem(direction):
            page.session.toast(translate("TimelineCommands", "No further problem in this direction."))

    commands = [
        make(
            "next", translate("TimelineCommands", "Next event (older)"), lambda: page.events.step(1), "J", where=moving
        ),
        make(
            "before",
            translate("TimelineCommands", "Event before (newer)"),
            lambda: page.events.step(-1),
            "K",
            where=moving,
        ),
        make("next_problem", translate("TimelineCommands", "Next problem"), lambda: problem(1), "]", where=moving),
        make("problem_before", translate("TimelineCommands", "Problem before"), lambda: problem(-1), "[", where=moving),
        make(
            "cause",
            translate("TimelineCommands", "Jump to the cause of a gap"),
            page.jump_to_cause,
            ".",
            where=moving,
            icon="scan-search",
        ),
        make(
            "live",
            translate("TimelineCommands", "Follow what arrives"),
            page.go_live,
            "L",
            where=looking,
            icon="radio",
        ),
        make(
            "whole",
            translate("TimelineCommands", "Show the whole stay"),
            page.canvas.show_whole_stay,
            "Home",
            where=looking,
            icon="maximize-2",
        ),
        make(
            "now", translate("TimelineCommands", "Go to now"), page.canvas.show_now, "End", where=looking, icon="clock"
        ),
        make(
            "closer",
            translate("TimelineCommands", "Zoom in"),
            lambda: page.canvas.zoom_step(1),
            "+",
            "=",
            where=looking,
            icon="zoom-in",
        ),
        make(
            "wider",
            translate("TimelineCommands", "Zoom out"),
            lambda: page.canvas.zoom_step(-1),
            "-",
            where=looking,
            icon="zoom-out",
        ),
        make(
            "problems",
            translate("TimelineCommands", "Show problems only"),
            page.header.problems.toggle,
            where=looking,
            icon="triangle-alert",
        ),
        make(
            "refresh",
            translate("TimelineCommands", "Read again"),
            page.presenter.reload,
            "F5",
            where=looking,
            icon="refresh-cw",
        ),
        make(
            "export_csv",
            translate("TimelineCommands", "Export the events as CSV"),
            lambda: page.ask_export("csv"),
            where=looking,
            icon="download",
        ),
        make(
            "export_json",
            translate("TimelineCommands", "Export the events as JSON"),
            lambda: page.ask_export("json"),
            where=looking,
            icon="download",
        ),
        make(
            "go_to_field",
            translate("TimelineCommands", "Go to a field (PID-5.1)"),
            page.panel.ask_for_field,
            "Ctrl+G",
            where=reading,
        ),
        make(
            "ticket",
            translate("TimelineCommands", "Copy as ticket text"),
            page.panel.copy_ticket,
            "Ctrl+T",
            where=reading,
            icon="copy",
        ),
        make(
            "details",
            translate("TimelineCommands", "Show or hide the details"),
            page.frame.toggle_details,
            "D",
            where=reading,
            icon="panel-right-open",
        ),
    ]
    tabs = (
        (Tab.PARSED, translate("TimelineCommands", "Parsed")),
        (Tab.RAW, translate("TimelineCommands", "Raw")),
        (Tab.FHIR, translate("TimelineCommands", "FHIR")),
        (Tab.HOPS, translate("TimelineCommands", "Hops")),
        (Tab.HISTORY, translate("TimelineCommands", "History")),
    )
    commands += [
        make(
            f"tab_{tab.name.lower()}",
            text,
            partial(page.panel.show_tab, tab),
            str(tab + 1),
            where=reading,
            in_palette=False,
        )
        for tab, text in tabs
    ]
    rows = (
        ("compact", translate("TimelineCommands", "Rows close together")),
        ("default", translate("TimelineCommands", "Rows at normal height")),
        ("comfortable", translate("TimelineCommands", "Rows far apart")),
    )
    commands += [
        make(f"rows_{density}", text, partial(page.events.set_density, density), where=looking)
        for density, text in rows
    ]
    return commands
