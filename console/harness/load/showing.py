"""One message of a run as it went out, made again from the plan, and what became of it, read from the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from console.core.errors import Refused
from console.harness.load.ledger import NO_ORIGIN, AnswerCode, Flag, Ledger, Outcome
from console.harness.load.picture import Tail
from console.harness.load.plan import read_plan
from console.harness.load.rows import payload_of, rows_in, shots_of_run
from console.harness.load.run_folder import RunFolder

_SECOND = 1e9


@dataclass(frozen=True, slots=True)
class Shown:
    """One row. Times are seconds of the run, None = never. `frame` are the bytes on the wire, `payload` the message in
    them; `answers` what came back for it as Latin-1 text, as far as it was kept: answers that were plainly positive are
    not. `note` and `expected` say what was out of the ordinary on purpose."""

    run: str
    worker: int
    row: int
    control_id: str
    kind: str
    origin: int | None
    lane: int
    connection: int
    intended_s: float | None
    sent_s: float | None
    answered_s: float | None
    outcome: str
    code: str
    attempts: int
    flags: tuple[str, ...]
    fault: str
    note: str
    broken: bool
    damaged: bool
    expected: tuple[str, ...]
    frame: bytes
    payload: bytes
    answers: tuple[str, ...]
    text: str


def show(folder: RunFolder, worker: int, row: int) -> Shown:
    """The row of a worker's ledger. Makes the content again up to it, which takes a few microseconds a message.

    Raises Refused (`no-run`, `no-row`, `content-changed`...)."""
    plan = read_plan(folder)
    if not 0 <= worker < plan.workers:
        raise Refused(f"Run {plan.run} had {plan.workers} load processes; there is no number {worker}.", code="no-row")
    count = rows_in(folder, worker)
    if not 0 <= row < count:
        raise Refused(f"Load process {worker} of run {plan.run} has rows 0 to {count - 1}, not {row}.", code="no-row")
    first = 0
    for chunk in shots_of_run(folder, plan, worker):
        if row < first + len(chunk):
            break
        first += len(chunk)
    at = row - first
    special = chunk.specials.get(at)
    problems = [one for one in Tail(folder.problems(worker)).read() if one.get("row") == row]
    with Ledger(folder.ledger(worker), writable=False) as ledger:

        def cell(name: str) -> int:
            return int(ledger.array(name, row, row + 1)[0])

        kinds, kind, flags, origin = ledger.description.get("kinds", []), cell("kind"), cell("flags"), cell("origin")
        return Shown(
            run=plan.run,
            worker=worker,
            row=row,
            control_id=chunk.control_ids[at].decode("utf-8", "replace"),
            kind=kinds[kind] if kind < len(kinds) else "",
            origin=None if origin == NO_ORIGIN else origin,
            lane=cell("lane"),
            connection=cell("connection"),
            intended_s=_seconds(cell("intended")),
            sent_s=_seconds(cell("sent")),
            answered_s=_seconds(cell("answered")),
            outcome=Outcome(cell("outcome")).name.lower().replace("_", "-"),
            code=_code(cell("code")),
            attempts=cell("attempts"),
            flags=tuple(flag.name.lower().replace("_", "-") for flag in Flag if flags & flag),
            fault=special.fault.value if special else "",
            note=special.note if special else "",
            broken=special.broken if special else False,
            damaged=special.damaged if special else False,
            expected=special.expected if special else (),
            frame=chunk.frames[at],
            payload=payload_of(chunk.frames[at], special),
            answers=tuple(str(one["answer"]) for one in problems if one.get("answer")),
            text="; ".join(str(one["text"]) for one in problems if one.get("text")),
        )


def _seconds(nanoseconds: int) -> float | None:
    return round(nanoseconds / _SECOND, 6) if nanoseconds else None


def _code(code: int) -> str:
    return "" if code in (AnswerCode.NONE, AnswerCode.OTHER) else AnswerCode(code).name
