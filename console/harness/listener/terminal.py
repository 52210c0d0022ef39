"""A listener in a terminal: a live text view, or a line every five seconds where there is no terminal.

Draws from snapshots and nothing else. Messages show by type, control id and answer, never by content.
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import IO, TYPE_CHECKING

from console.harness.listener.live import LatestMessage, ListenerSnapshot
from console.harness.load.terminal import clock, sparkline

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LINE_EVERY_S = 5.0
_SECONDS = 60
_MESSAGES = 12


class LineView:
    """For logs and pipes: a line at the beginning, at each change of state, and every five seconds while there is
    anything new."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._last = -LINE_EVERY_S
        self._told: tuple[str, int] = ("", -1)

    def show(self, snapshot: ListenerSnapshot) -> None:
        changed = snapshot.state != self._told[0]
        due = snapshot.elapsed_s - self._last >= LINE_EVERY_S and snapshot.received != self._told[1]
        if not (changed or due) or snapshot.state == "stopped":
            return
        self._last, self._told = snapshot.elapsed_s, (snapshot.state, snapshot.received)
        print(f"{clock(snapshot.elapsed_s)} {one_line(snapshot)}", file=self._stream, flush=True)

    def __enter__(self) -> LineView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


def one_line(snapshot: ListenerSnapshot) -> str:
    answers = ", ".join(f"{code} {count:,}" for code, count in snapshot.answers.items()) or "no message yet"
    what = snapshot.text or snapshot.state
    return (
        f"{snapshot.mllp} {what}; {snapshot.received:,} received ({snapshot.received_per_s:,.0f}/s), {answers}, "
        f"{snapshot.waiting:,} waiting, {snapshot.connections} connections"
    )


class LiveView:
    """The screen of a terminal. Use with `with`."""

    def __init__(self, console: Console) -> None:
        from rich.live import Live

        self._seconds: deque[int] = deque(maxlen=_SECONDS)
        self._messages: deque[LatestMessage] = deque(maxlen=_MESSAGES)
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> LiveView:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, snapshot: ListenerSnapshot) -> None:
        self._seconds.extend(second.received for second in snapshot.series)
        self._messages.extend(snapshot.messages)
        self._live.update(self._drawn(snapshot), refresh=True)

    def _drawn(self, snapshot: ListenerSnapshot) -> RenderableType:
        from rich.console import Group
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        found = snapshot.findings
        facts = Table.grid(padding=(0, 2))
        rows = [
            ("state", snapshot.text or snapshot.state),
            ("received", f"{snapshot.received:,}   {snapshot.received_per_s:,.0f}/s"),
            ("answered", f"{snapshot.answered:,}   {snapshot.answered_per_s:,.0f}/s   {snapshot.waiting:,} waiting"),
            ("answers", "   ".join(f"{code} {count:,}" for code, count in snapshot.answers.items())),
            ("types", "   ".join(f"{kind} {count:,}" for kind, count in list(snapshot.types.items())[:6])),
            ("rules", "   ".join(f"{name} {count:,}" for name, count in snapshot.rules.items() if count)),
            (
                "connections",
                f"{snapshot.connections} open, {snapshot.opened:,} in all, {snapshot.turned_away} too many",
            ),
            (
                "found",
                f"{found.duplicates:,} duplicates, {found.same_results:,} with the same results, {found.backwards:,} "
                f"back in time, {found.gaps:,} numbers missing   ({found.looked_at:,} looked at)",
            ),
        ]
        if snapshot.lab:
            rows.append(("laboratory", "   ".join(f"{name} {count:,}" for name, count in snapshot.lab.items())))
        for name, words in rows:
            facts.add_row(Text(name, style="dim"), Text(words))
        latest = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("time", "line", "type", "control id", "bytes", "answer", "rule"):
            latest.add_column(name, no_wrap=True)
        for one in self._messages:
            latest.add_row(
                clock(one.at_s), str(one.connection), one.kind, Text(one.control_id[:32]), f"{one.size:,}",
                one.code or "none", Text(one.rule[:24]),
            )  # fmt: skip
        line = Text(sparkline(list(self._seconds), max(self._seconds, default=0)), style="cyan")
        title = f"{snapshot.name}   {snapshot.mllp}   {clock(snapshot.elapsed_s)}   Ctrl-C ends"
        return Panel(Group(facts, line, latest), title=Text(title), title_align="left")


def summary_lines(snapshot: ListenerSnapshot) -> list[str]:
    """What is said at the end, for a person."""
    found = snapshot.findings
    lines = [
        f"{snapshot.name}: {snapshot.received:,} messages in {clock(snapshot.elapsed_s)}, "
        f"{snapshot.opened:,} connections, {snapshot.bytes_in:,} bytes.",
        "answers: " + (", ".join(f"{code} {count:,}" for code, count in snapshot.answers.items()) or "none"),
        "types: " + (", ".join(f"{kind} {count:,}" for kind, count in snapshot.types.items()) or "none"),
        f"found in {found.looked_at:,} looked at: {found.duplicates:,} duplicates, {found.same_results:,} with equal "
        f"results, {found.backwards:,} back in time, {found.gaps:,} numbers missing.",
    ]
    if any(snapshot.rules.values()) and len(snapshot.rules) > 1:
        lines.insert(2, "rules: " + ", ".join(f"{name} {count:,}" for name, count in snapshot.rules.items() if count))
    if snapshot.planted:
        lines.append(f"{snapshot.planted:,} filing defects planted.")
    if snapshot.lab:
        lines.append("laboratory: " + ", ".join(f"{name} {count:,}" for name, count in snapshot.lab.items()))
    if snapshot.capture:
        lines.append(f"{snapshot.captured:,} messages kept in {snapshot.capture}.")
    return lines
