"""A run's ledger as CSV: one line for everything that was put on the wire, for spreadsheets and other tools."""

from __future__ import annotations

import csv
from pathlib import Path

from console.core.errors import EnvironmentFault
from console.harness.load.ledger import NO_ORIGIN, AnswerCode, Flag, Ledger, Outcome
from console.harness.load.plan import Plan
from console.harness.load.rows import shots_of_run
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import FAULTS

COLUMNS = (
    "worker", "row", "message", "control_id", "kind", "intended_s", "sent_s", "answered_s", "answer_ms", "service_ms",
    "outcome", "code", "fault", "attempts", "flags", "connection", "patient_lane", "bytes",
)  # fmt: skip
_READ = (
    "intended", "sent", "answered", "outcome", "code", "kind", "fault", "attempts", "flags", "connection", "lane",
    "size", "origin",
)  # fmt: skip


def write_csv(folder: RunFolder, plan: Plan, path: Path) -> int:
    """Writes it; gives the number of lines. Times are seconds of the run, empty for never. Raises Refused when the run
    cannot be read, EnvironmentFault when the file cannot be written."""
    count = 0
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for worker in range(plan.workers):
                with Ledger(folder.ledger(worker), writable=False) as ledger:
                    kinds = [str(kind) for kind in ledger.description.get("kinds", [])]
                    at = 0
                    for chunk in shots_of_run(folder, plan, worker):
                        cells = [ledger.array(name, at, at + len(chunk)).tolist() for name in _READ]
                        writer.writerows(
                            [worker, at + place, *_line(chunk.control_ids[place], kinds, row)]
                            for place, row in enumerate(zip(*cells, strict=True))
                        )
                        at += len(chunk)
                    count += at
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be written: {error.strerror or error}.", code="report-not-writable"
        ) from error
    return count


def _line(control_id: bytes, kinds: list[str], row: tuple[int, ...]) -> list[object]:
    intended, sent, answered, outcome, code, kind, fault, attempts, flags, connection, lane, size, origin = row
    return [
        "" if origin == NO_ORIGIN else origin,
        control_id.decode("utf-8", "replace"),
        kinds[kind] if kind < len(kinds) else "",
        _seconds(intended),
        _seconds(sent),
        _seconds(answered),
        f"{(answered - intended) / 1e6:.3f}" if answered and intended else "",
        f"{(answered - sent) / 1e6:.3f}" if answered and sent else "",
        Outcome(outcome).name.lower().replace("_", "-"),
        "" if code == AnswerCode.NONE else AnswerCode(code).name,
        FAULTS[fault - 1].value if fault else "",
        attempts,
        " ".join(flag.name.lower().replace("_", "-") for flag in Flag if flags & flag),
        connection,
        lane,
        size,
    ]


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e9:.6f}" if nanoseconds else ""
