"""The Run view's commands and their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from console.desktop.actions import Command

if TYPE_CHECKING:
    from console.desktop.pages.harness_run import RunView

SCOPE = "harness/run"


def run_commands(view: RunView) -> list[Command]:
    """In the language now set."""
    translate = QCoreApplication.translate
    where = translate("RunCommands", "Run")
    not_running = translate("RunCommands", "Nothing is running.")

    def while_busy() -> str:
        return "" if view.runner.busy else not_running

    def after() -> str:
        return "" if view.acts.report_page is not None else translate("RunCommands", "There is no report yet.")

    def make(
        name: str,
        title: str,
        run: Callable[[], object],
        *shortcuts: str,
        icon: str = "",
        off: Callable[[], str] | None = None,
    ) -> Command:
        return Command(
            name=f"harness.run_{name}",
            title=title,
            run=lambda: (run(), None)[1],
            icon=icon,
            shortcuts=shortcuts,
            scope=SCOPE,
            where=where,
            unavailable=off,
        )

    start, pause = translate("RunCommands", "Start the run"), translate("RunCommands", "Pause or go on")
    acts, report = view.acts, translate("RunCommands", "Open the report")
    stop, open_file = translate("RunCommands", "Stop the run"), translate("RunCommands", "Open a scenario file…")
    return [
        make("start", start, view.desk.ask_to_start, "Ctrl+Return", "Ctrl+Enter", icon="play", off=view.desk.why_not),
        make("pause", pause, acts.toggle_pause, "P", icon="pause", off=while_busy),
        make("stop", stop, view.runner.stop, "Ctrl+.", icon="square", off=while_busy),
        make("again", translate("RunCommands", "Run again, same seed"), acts.run_again, "Ctrl+R", icon="repeat-2"),
        make("report", report, acts.open_report, "O", icon="file-text", off=after),
        make("file", open_file, acts.open_scenario, "Ctrl+O", icon="file-search"),
        make("earlier", translate("RunCommands", "Earlier runs"), view.toggle_earlier, "E", icon="history"),
        make("seed", translate("RunCommands", "Draw a new seed"), view.desk.new_seed, "N", icon="rotate-cw"),
        make("panel", translate("RunCommands", "Show or hide the scenario"), view.toggle_panel, "S", icon="settings-2"),
    ]
