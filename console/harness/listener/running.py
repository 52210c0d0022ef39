"""A listener from start to end: capture, TLS, laboratory, watching, commands on standard input, signals, summary."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import RawIOBase
from pathlib import Path
from typing import Any

from console.connections.mllp_sockets import server_tls
from console.connections.private_file import write_private
from console.core.clock import iso
from console.core.errors import EnvironmentFault
from console.harness.listener.capture_writing import CaptureWriter
from console.harness.listener.filing import Chart
from console.harness.listener.kinds import Kind
from console.harness.listener.lab import Laboratory
from console.harness.listener.live import ListenerSnapshot
from console.harness.listener.script import Answer, Do, ListenerTls, OutageKind, Script
from console.harness.listener.server import ScriptedListener
from console.harness.listener.tables import CODES
from console.harness.listener.watching import Watching

LIVE_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a listener is started with. `results_to`: the judged address of the laboratory's results. `commands`: where
    lines are read from, unbuffered (a thread that waits in a buffer would hold up the end); `gone`: its end is the end
    of the listener."""

    script: Script
    host: str = "127.0.0.1"
    port: int = 2576
    capture: Path | None = None
    ready_file: Path | None = None
    tls: ListenerTls | None = None
    results_to: tuple[str, int] | None = None
    seconds: float = 0.0
    commands: RawIOBase | None = None
    gone: bool = False


def run(wanted: Wanted, show: Callable[[ListenerSnapshot], None]) -> ListenerSnapshot:
    """Listens until it is stopped (signal, `stop`, the end of its commands, `seconds`); gives the last snapshot.

    `show` gets a snapshot four times a second. Raises EnvironmentFault or Refused when it cannot start.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_listen(wanted, show))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows: the standard loop is good enough there
        return None
    return uvloop.new_event_loop


async def _listen(wanted: Wanted, show: Callable[[ListenerSnapshot], None]) -> ListenerSnapshot:
    with contextlib.ExitStack() as stack:
        script = wanted.script
        tls = wanted.tls or script.tls
        paths = _certificates(tls, stack) if tls is not None else None
        context = server_tls(paths[0], paths[1], paths[2], name="listener tls") if paths else None
        capture = _capture(wanted) if wanted.capture is not None else None
        if capture is not None:
            stack.callback(capture.close)
        lab = None
        if script.lab is not None and wanted.results_to is not None:
            lab = Laboratory(script.lab, seed=script.seed, address=wanted.results_to)
        store = _Store(script, capture, lab)
        listener = ScriptedListener(script, capture=capture, tls=context, filed=store.take if store.wanted else None)
        host, port = await listener.start(wanted.host, wanted.port)
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        watching = Watching(listener, mllp=address, capture=str(wanted.capture or ""))
        if lab is not None:
            watching.lab = lambda: {**lab.counts, "waiting": lab.waiting}
        watching.start()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stack.enter_context(_signals(loop, stop.set))
        if wanted.commands is not None:
            _read_commands(wanted, loop, lambda line: obey(listener, stop.set, line), stop.set)
        if wanted.ready_file is not None:
            ready: dict[str, Any] = {"mllp": address, "pid": os.getpid()}
            if paths and paths[3] is not None:
                ready["authority"] = str(paths[3])
            write_private(wanted.ready_file, json.dumps(ready) + "\n")
        gc.collect()
        gc.freeze()
        try:
            await _until(stop, wanted.seconds, lambda: show(store.told(watching)))
        finally:
            gc.unfreeze()
            await listener.stop()
            watching.stop()
            if lab is not None:
                await lab.close()
            store.close()
        last = store.told(watching, stopped=True)
        show(last)
        if listener.trouble:
            raise EnvironmentFault(
                f"{listener.trouble}. What came after that is not kept.", code="capture-not-writable"
            )
        return last


async def _until(stop: asyncio.Event, seconds: float, tell: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds if seconds else float("inf")
    while not stop.is_set() and loop.time() < ends:
        tell()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(LIVE_EVERY_S, max(0.0, ends - loop.time())))


class _Store:
    """What hears of each message that is filed: the chart that plants defects, and the laboratory."""

    def __init__(self, script: Script, capture: CaptureWriter | None, lab: Laboratory | None) -> None:
        self._planted = 0
        self._capture = capture
        self._lab = lab
        self._chart = Chart(script, self._note) if script.filing.defects else None

    @property
    def wanted(self) -> bool:
        return self._chart is not None or self._lab is not None

    def take(self, payload: bytes, kind: Kind, number: int) -> None:
        if self._chart is not None:
            self._chart.take(number, payload)
        if self._lab is not None:
            self._lab.take(payload, kind.name)

    def _note(self, defect: dict[str, Any]) -> None:
        self._planted += 1
        if self._capture is not None:
            with contextlib.suppress(OSError):  # the capture itself says that the disk is full
                self._capture.note_defect(defect)

    def told(self, watching: Watching, *, stopped: bool = False) -> ListenerSnapshot:
        watching.planted = self._planted
        return watching.snapshot(stopped=stopped)

    def close(self) -> None:
        if self._chart is not None:
            self._chart.close()


def _capture(wanted: Wanted) -> CaptureWriter:
    assert wanted.capture is not None
    script = wanted.script
    about = {
        "schema_version": 1,
        "began": iso(datetime.now(UTC)),
        "script": script.name,
        "seed": script.seed,
        "rules": ["script", *(rule.name or f"rule {n}" for n, rule in enumerate(script.rules, start=1))],
    }
    return CaptureWriter(wanted.capture, about=about, script=script.text)


def _certificates(tls: ListenerTls, stack: contextlib.ExitStack) -> tuple[Path, Path, Path | None, Path | None]:
    """Certificate, key, the clients' authorities, and the authority that we made, if we did."""
    if tls.certificate is not None and tls.key is not None:
        return tls.certificate, tls.key, tls.client_ca, None
    from console.harness.listener.certificates import make_certificate
    from console.harness.listener.script import Certificate

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signalbox-tls-")))
    certificate, key, authority = make_certificate(folder, tls.make or Certificate.GOOD)
    return certificate, key, tls.client_ca, authority


def obey(listener: ScriptedListener, stop: Callable[[], None], line: str) -> str:
    """Does what one command line says; gives what is wrong with it, `` when it was understood."""
    words = line.strip().lower().split()
    match words:
        case []:
            pass
        case ["stop"]:
            stop()
        case ["outage", "on"]:
            listener.switch_outage(OutageKind.PORT_CLOSED)
        case ["outage", "on", kind] if kind in tuple(OutageKind):
            listener.switch_outage(OutageKind(kind))
        case ["outage", "off"]:
            listener.switch_outage(None)
        case ["answer", "script"] | ["silence", "off"]:
            listener.set_switch(None)
        case ["answer", code] if code.upper() in CODES:
            listener.set_switch(Answer(code=code.upper()))
        case ["silence", "on"]:
            listener.set_switch(Answer(do=Do.SILENCE))
        case _:
            return (
                f"“{line.strip()[:60]}” is no command: outage on [port-closed|accept-and-hang|refuse], outage off, "
                "answer CODE, answer script, silence on, silence off, stop"
            )
    return ""


def _read_commands(
    wanted: Wanted, loop: asyncio.AbstractEventLoop, obeys: Callable[[str], str], gone: Callable[[], None]
) -> None:
    pipe = wanted.commands
    assert pipe is not None

    def heard(line: str) -> None:
        wrong = obeys(line)
        if wrong:
            print(f"signalbox: {wrong}", file=sys.stderr, flush=True)  # noqa: T201

    def read() -> None:
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # RuntimeError: the loop has ended
            unfinished = b""
            while data := pipe.read(4096):
                *lines, unfinished = (unfinished + data).split(b"\n")
                for line in lines:
                    loop.call_soon_threadsafe(heard, line.decode("utf-8", "replace"))
            if wanted.gone:
                loop.call_soon_threadsafe(gone)

    threading.Thread(target=read, name="commands", daemon=True).start()


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the listener in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
