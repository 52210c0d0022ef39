"""`signalbox harness show`: one message of a run, as it went out, and what became of it."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.data_folder import data_folder
from console.cli.engine_access import print_json
from console.cli.text import clean

if TYPE_CHECKING:
    from console.harness.load.showing import Shown

_MOST = 64 * 1024


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="the run's folder, or its id")
    parser.add_argument("row", metavar="ROW", type=int, help="the row of the ledger, as problems name it")
    parser.add_argument("--worker", metavar="K", type=int, default=0, help="the load process (0)")
    parser.add_argument("--data", metavar="DIR", help="data folder, for a run that is named by its id")
    parser.add_argument("--json", action="store_true", help="print JSON with stable names")


def run(arguments: argparse.Namespace) -> int:
    """0; 3 when there is no such run or row."""
    from console.harness.load.plan import RUNS
    from console.harness.load.run_folder import RunFolder
    from console.harness.load.showing import show

    path = Path(arguments.run).expanduser()
    if not path.is_dir():
        path = data_folder(arguments.data) / RUNS / arguments.run
    shown = show(RunFolder(path), arguments.worker, arguments.row)
    if arguments.json:
        print_json(as_json(shown))
    else:
        print("\n".join(_lines(shown)))
    return 0


def as_json(shown: Shown) -> dict[str, Any]:
    """Names as in Shown; the frame in base 64, the payload as text (bytes that are no UTF-8 as Latin-1)."""
    from dataclasses import asdict

    return {**asdict(shown), "frame": base64.b64encode(shown.frame).decode("ascii"), "payload": _text(shown.payload)}


def _text(payload: bytes) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("latin-1")


def _lines(shown: Shown) -> list[str]:
    def second(value: float | None) -> str:
        return "never" if value is None else f"{value:.3f} s"

    fate = " ".join(word for word in (shown.outcome, shown.code, *shown.flags) if word)
    lines = [
        f"{shown.run} row {shown.row}: {shown.kind} {clean(shown.control_id)}",
        f"planned {second(shown.intended_s)}, sent {second(shown.sent_s)}, answered {second(shown.answered_s)}, "
        f"connection {shown.connection}, attempts {shown.attempts}",
        f"outcome {fate}" + (f": {clean(shown.text)}" if shown.text else ""),
    ]
    if shown.fault:
        lines.append(f"on purpose: {shown.fault}, {shown.note}")
    lines.append("")
    lines += [clean(line) for line in _text(shown.payload[:_MOST]).split("\r") if line]
    for answer in shown.answers:
        lines += ["", "answer:", *(clean(line) for line in answer.split("\r") if line)]
    return lines
