"""The command lines of the harness, as the window starts them. The one place that knows their options."""

from __future__ import annotations

from pathlib import Path

from console.desktop.models.run_request import RunRequest
from console.harness.load.run_folder import RunFolder

LIST: tuple[str, ...] = ("harness", "scenarios", "list", "--json")
"""All shipped scenarios, as models.scenario_card reads them."""


def describe_arguments(path: Path) -> list[str]:
    """One scenario file: its card, or what is wrong with it."""
    return ["harness", "scenarios", "check", str(path), "--json"]


def send_arguments(request: RunRequest) -> list[str]:
    """A run, told line by line on standard output."""
    words = ["harness", "send", str(request.scenario), "--live-json"]
    if request.target:
        words += ["--target", request.target]
    if request.seed is not None:
        words += ["--seed", str(request.seed)]
    if request.scale != 1.0:
        words += ["--scale", f"{request.scale:g}"]
    for option, value in (
        ("--connections", request.connections),
        ("--duplicates", request.duplicates),
        ("--out-of-order", request.out_of_order),
        ("--malformed", request.malformed),
    ):
        if value is not None:
            words += [option, f"{value:g}"]
    if request.script:
        words += ["--script", request.script]
    if request.verify == "none":
        words += ["--no-verify"]
    elif request.engine:
        words += ["--engine", request.engine]
    if request.confirmed:
        words += ["--i-confirm", request.confirmed]
    return words


def message_arguments(folder: Path, worker: int, row: int) -> list[str]:
    """One message of a run as it was sent, made again from scenario and seed."""
    return ["harness", "show", str(folder), str(row), "--worker", str(worker), "--json"]


def verify_arguments(folder: Path, engine: str = "") -> list[str]:
    """The check of what arrived, once more; its answer goes into the run's report too."""
    words = ["harness", "verify", str(folder), "--json"]
    run = RunFolder(folder)
    if run.report.is_file():
        words += ["--report", str(run.report), "--html", str(run.html)]
    return [*words, "--engine", engine] if engine else words


def compare_arguments(before: Path, after: Path, page: Path) -> list[str]:
    """What changed between two runs, also as an HTML page."""
    return ["harness", "compare", str(before), str(after), "--json", "--html", str(page)]
