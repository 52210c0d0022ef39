"""A run in a terminal: a live text view with keys, or a line every five seconds where there is no terminal.

Draws from snapshots and nothing else. Messages show by kind, control id and outcome, never by content.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from console.harness.load.commands import Commands, Say
from console.harness.load.live import Percentiles, Problem, RunState, Second, Snapshot

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

WIDTH = 60
"""Seconds in a sparkline."""
LINE_EVERY_S = 5.0
_BARS = " ▁▂▃▄▅▆▇█"
_KEYS = {"p": Say.PAUSE, "r": Say.RESUME, "s": Say.STOP, "q": Say.ABORT}
_MARKS = {"pass": "✓ pass", "fail": "✗ FAIL", "running": "… running", "unknown": "? not observed"}
_STYLES = {
    "pass": "green", "fail": "bold red", "running": "cyan", "unknown": "yellow",
    RunState.PASSED: "bold green", RunState.FAILED: "bold red", RunState.INVALID: "bold yellow",
    RunState.STOPPED: "bold yellow", RunState.REFUSED: "bold red", RunState.PAUSED: "yellow",
}  # fmt: skip


def sparkline(values: list[int], highest: int) -> str:
    """One character a value, the highest a full block."""
    top = max(highest, 1)
    return "".join(_BARS[min(8, -(-value * 8 // top))] for value in values)


def milliseconds(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 10_000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"


def clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


class LineView:
    """For logs and pipes: a line at the beginning, at each change of state, and every five seconds."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._state: RunState | None = None
        self._told_at = -LINE_EVERY_S

    def __call__(self, snapshot: Snapshot) -> None:
        """Raises OSError when nobody reads any more."""
        due = snapshot.elapsed_s - self._told_at >= LINE_EVERY_S
        if snapshot.state is self._state and not due:
            return
        if self._state is None:
            where = ", ".join(snapshot.targets)
            self._write(f"{snapshot.name}: run {snapshot.run}, seed {snapshot.seed}, to {where}")
        self._state, self._told_at = snapshot.state, snapshot.elapsed_s
        if not snapshot.state.over:
            self._write(line_of(snapshot))

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


def line_of(snapshot: Snapshot) -> str:
    """The state of a run on one line."""
    answers = " ".join(f"{code} {count:,}" for code, count in snapshot.answers.items() if count)
    total = f" of {snapshot.planned_total:,}" if snapshot.planned_total else ""
    return (
        f"{clock(snapshot.elapsed_s)} {snapshot.state.value}: sent {snapshot.sent:,}{total} "
        f"({snapshot.sent_per_s:,.0f}/s), answered {snapshot.answered:,} ({snapshot.answered_per_s:,.0f}/s), "
        f"p50 {milliseconds(snapshot.answer_ms.p50)}, p99 {milliseconds(snapshot.answer_ms.p99)}, "
        f"waiting {snapshot.waiting + snapshot.queued:,}" + (f", {answers}" if answers else "")
    )


class TerminalView:
    """The live view. Use as a context manager: the terminal is as before afterwards, whatever happened. `keys`: p, r, s
    and q are taken from standard input."""

    def __init__(self, commands: Commands, console: Console | None = None, *, keys: bool = True) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = console or Console()
        self._commands = commands
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._seconds: dict[int, Second] = {}
        self._problems: deque[Problem] = deque(maxlen=5)
        self._keys = keys
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> TerminalView:
        if self._keys:
            self._stack.enter_context(_keys_of(self._commands))
        self._stack.enter_context(self._live)
        return self

    def __exit__(self, *gone: object) -> None:
        self._stack.close()

    def __call__(self, snapshot: Snapshot) -> None:
        for second in snapshot.series:
            self._seconds[second.at_s] = second
        for old in sorted(self._seconds)[: -2 * WIDTH]:
            del self._seconds[old]
        self._problems.extend(snapshot.problems)
        self._live.update(self._picture(snapshot), refresh=True)

    def _picture(self, snapshot: Snapshot) -> RenderableType:
        from rich.console import Group

        parts = [self._head(snapshot), self._rates(snapshot), self._times(snapshot), self._answers(snapshot)]
        if snapshot.checks:
            parts.append(self._checks(snapshot))
        if self._problems:
            parts.append(self._latest())
        if not snapshot.state.over:
            parts.append(_text("p pause   r resume   s stop   q quit at once", "dim"))
        return Group(*parts)

    def _head(self, snapshot: Snapshot) -> RenderableType:
        from rich.text import Text

        length = f" of {clock(snapshot.duration_s)}" if snapshot.duration_s else ""
        head = Text.assemble(
            (snapshot.name, "bold"), "  ", (snapshot.state.value.upper(), _STYLES.get(snapshot.state, "bold cyan")),
            f"  {clock(snapshot.elapsed_s)}{length}\n",
        )  # fmt: skip
        head.append(
            f"run {snapshot.run}  seed {snapshot.seed}  to {', '.join(snapshot.targets)}  "
            f"{snapshot.connected} of {snapshot.connections} connections\n",
            "dim",
        )
        if snapshot.text:
            head.append(snapshot.text + "\n")
        now = [band.label for band in snapshot.bands if band.from_s <= snapshot.elapsed_s < band.to_s]
        if now and not snapshot.state.over:
            head.append("now: " + ", ".join(dict.fromkeys(now)) + "\n", "yellow")
        return head

    def _rates(self, snapshot: Snapshot) -> RenderableType:
        table = _table("a second", "now", "all", f"last {WIDTH} s")
        seconds = [self._seconds[at] for at in sorted(self._seconds)][-WIDTH:]
        highest = max((max(s.planned, s.sent, s.answered) for s in seconds), default=0)
        planned = seconds[-1].planned if seconds else 0
        total = f"{snapshot.planned:,}"
        if snapshot.planned_total:
            total += f" of {snapshot.planned_total:,}"
        for name, now, all_of_them, values in (
            ("planned", f"{planned:,}", total, [s.planned for s in seconds]),
            ("sent", f"{snapshot.sent_per_s:,.0f}", f"{snapshot.sent:,}", [s.sent for s in seconds]),
            ("answered", f"{snapshot.answered_per_s:,.0f}", f"{snapshot.answered:,}", [s.answered for s in seconds]),
        ):
            table.add_row(name, now, all_of_them, sparkline(values, highest))
        waiting = f"{snapshot.waiting:,}" + (f" + {snapshot.queued:,} queued" if snapshot.queued else "")
        table.add_row("waiting", waiting, f"peak {snapshot.peak_waiting:,}", "")
        return table

    def _times(self, snapshot: Snapshot) -> RenderableType:
        table = _table("answer time", "p50", "p95", "p99", "p99.9", "most")
        for name, values in (
            ("last second", snapshot.answer_ms),
            ("whole run", snapshot.answer_whole_ms),
            ("from the send", snapshot.service_whole_ms),
            ("our own lag", snapshot.lag_ms),
        ):
            table.add_row(name, *_cells(values))
        return table

    def _answers(self, snapshot: Snapshot) -> RenderableType:
        told = "   ".join(f"{code} {count:,}" for code, count in snapshot.answers.items() if count)
        return _text(f"answers  {told or 'none yet'}", "")

    def _checks(self, snapshot: Snapshot) -> RenderableType:
        from rich.text import Text

        table = _table("check", "", "")
        for check in snapshot.checks:
            mark = Text(_MARKS.get(check.state, check.state), _STYLES.get(check.state, ""))
            table.add_row(check.title, mark, check.detail)
        return table

    def _latest(self) -> RenderableType:
        table = _table("latest problems", "", "", "", "")
        for problem in self._problems:
            said = " ".join(word for word in (problem.code, problem.outcome) if word)
            table.add_row(clock(problem.at_s), said, problem.kind, _harmless(problem.control_id), problem.fault)
        return table


def _cells(values: Percentiles) -> Iterator[str]:
    for value in (values.p50, values.p95, values.p99, values.p999, values.most):
        yield milliseconds(value)


def _table(*heads: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
    for number, head in enumerate(heads):
        numeric = number > 0 and heads[0] in ("answer time",)
        table.add_column(head, justify="right" if numeric else "left", no_wrap=True, overflow="ellipsis")
    return table


def _text(words: str, style: str) -> RenderableType:
    from rich.text import Text

    return Text(words, style)


def _harmless(text: str) -> str:
    """Control ids come back from strangers: nothing a terminal would obey, nothing rich would read as markup."""
    return "".join(c if c.isprintable() and c not in "[]" else "?" for c in text)[:40]


@contextlib.contextmanager
def _keys_of(commands: Commands) -> Iterator[None]:
    """Single keys from the terminal, as commands, on a thread; the terminal is put back afterwards."""
    if os.name != "posix" or not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            if not select.select([descriptor], [], [], 0.2)[0]:
                continue
            key = os.read(descriptor, 1).decode("ascii", "replace").lower()
            if key in _KEYS:
                commands.say(_KEYS[key])

    thread = threading.Thread(target=read, name="keys", daemon=True)
    tty.setcbreak(descriptor)
    try:
        thread.start()
        yield
    finally:
        done.set()
        thread.join(1.0)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def summary(snapshot: Snapshot) -> str:
    """What is left on the screen when a run without a live view is over."""
    lines = [line_of(snapshot)]
    for name, times in (("answer time", snapshot.answer_whole_ms), ("our own lag", snapshot.lag_ms)):
        if times.p50 is not None:
            told = "  ".join(
                f"{label} {milliseconds(value)}"
                for label, value in (("p50", times.p50), ("p95", times.p95), ("p99", times.p99), ("most", times.most))
            )
            lines.append(f"{name}: {told}")
    lines += [
        f"{_MARKS.get(check.state, check.state)}: {check.title}" + (f" ({check.detail})" if check.detail else "")
        for check in snapshot.checks
    ]
    return "\n".join(lines)
