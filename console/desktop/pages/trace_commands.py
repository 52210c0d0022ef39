"""The trace page's commands and their keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from console.desktop.actions import Command
from console.desktop.widgets.message_panel import Tab

if TYPE_CHECKING:
    from console.desktop.pages.trace import TracePage

SCOPE = "trace"


def trace_commands(page: TracePage) -> list[Command]:
    """In the language now set."""
    translate = QCoreApplication.translate
    where = translate("TraceCommands", "Trace")

    def nothing_open() -> str:
        open_one = translate("TraceCommands", "Open a message first.")
        return "" if page.presenter.trace is not None else open_one

    def make(
        name: str, title: str, run: Callable[[], object], *shortcuts: str, icon: str = "", in_palette: bool = True
    ) -> Command:
        return Command(
            name=f"trace.{name}",
            title=title,
            run=lambda: (run(), None)[1],
            icon=icon,
            shortcuts=shortcuts,
            scope=SCOPE,
            where=where,
            in_palette=in_palette,
            unavailable=nothing_open,
        )

    def step(by: int) -> None:
        rows = len(page.hops.hops.rows)
        if rows:
            page.hops.selectRow(min(max(page.hops.currentIndex().row() + by, 0), rows - 1))

    def show_tab(tab: Tab) -> None:
        page.compare.setChecked(False)
        page.panel.show_tab(tab)

    tabs = (
        (Tab.PARSED, translate("TraceCommands", "Parsed")),
        (Tab.RAW, translate("TraceCommands", "Raw")),
        (Tab.FHIR, translate("TraceCommands", "FHIR")),
        (Tab.HISTORY, translate("TraceCommands", "History")),
    )
    return [
        make("next", translate("TraceCommands", "Next hop"), lambda: step(1), "J"),
        make("before", translate("TraceCommands", "Hop before"), lambda: step(-1), "K"),
        make("compare", translate("TraceCommands", "Compare"), page.compare.toggle, "C", icon="git-compare"),
        make("ticket", translate("TraceCommands", "Copy for a ticket"), page.copy_ticket, "Ctrl+T", icon="copy"),
        make("timeline", translate("TraceCommands", "Open its timeline"), page._open_timeline, "O", icon="chart-gantt"),
        make("refresh", translate("TraceCommands", "Read again"), page.presenter.reload, "F5", icon="refresh-cw"),
        make("go_to_field", translate("TraceCommands", "Go to a field (PID-5.1)"), page.panel.ask_for_field, "Ctrl+G"),
        *(
            make(f"tab_{tab.name.lower()}", text, partial(show_tab, tab), str(tab + 1), in_palette=False)
            for tab, text in tabs
        ),
    ]
