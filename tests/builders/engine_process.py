"""The real engine as a process of its own, and a plain MLLP client to talk to it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from console.hl7v2.acknowledgment import Acknowledgment, parse_ack

PATIENCE_S = 20.0
ROOT = Path(__file__).resolve().parents[2]


class EngineProcess:
    """`signalbox engine serve` over `folder`, on free ports. `launcher` replaces `-m console` (for spoiled engines);
    `options` come after the engine's own."""

    def __init__(
        self,
        folder: Path,
        *,
        launcher: Sequence[str] = ("-m", "console"),
        settings: str = "",
        options: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self._launcher = launcher
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._ready_file = folder.parent / f"{folder.name}-ready.json"
        self.log = folder.parent / f"{folder.name}.log"
        self.where: dict[str, Any] = {}
        if settings:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "settings.toml").write_text(settings)

    def __enter__(self) -> EngineProcess:
        self.start()
        return self

    @contextlib.contextmanager
    def ended(self) -> Iterator[None]:
        """Whatever happens inside, no process is left behind."""
        try:
            yield
        finally:
            if self._process is not None and self._process.poll() is None:
                self.kill()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def start(self) -> None:
        self._ready_file.unlink(missing_ok=True)
        command = [sys.executable, *self._launcher, "engine", "serve", "--data", str(self.folder)]
        command += ["--mllp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--ready-file", str(self._ready_file)]
        command += self._options
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=environment)
        deadline = time.monotonic() + PATIENCE_S
        while not self._ready_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                if self._process.poll() is None:
                    self.kill()
                raise AssertionError(f"the engine did not come up: {self.log.read_text()[-2000:]}")
            time.sleep(0.01)
        self.where = json.loads(self._ready_file.read_bytes())

    @property
    def mllp(self) -> tuple[str, int]:
        host, _, port = self.where["mllp"].rpartition(":")
        return host, int(port)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> int:
        """Asks it to stop in order; gives the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """What a crash does: no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)


class Line:
    """One MLLP connection, as a sender holds it."""

    def __init__(self, address: tuple[str, int], *, timeout: float = 10.0) -> None:
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Each piece in a TCP segment of its own."""
        for piece in pieces:
            self.socket.sendall(piece)
            if pause:
                time.sleep(pause)

    def frame(self, *, timeout: float = 10.0) -> bytes:
        """The next framed payload. Raises TimeoutError when none comes, EOFError when the line ends."""
        self.socket.settimeout(timeout)
        while b"\x1c\r" not in self._buffer:
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError(f"the line ended after {self._buffer!r}")
            self._buffer += data
        payload, _, self._buffer = self._buffer.partition(b"\x1c\r")
        assert payload.startswith(b"\x0b"), payload[:40]
        return payload[1:]

    def answer(self, *, timeout: float = 10.0) -> Acknowledgment:
        return parse_ack(self.frame(timeout=timeout))

    def ask(self, payload: bytes) -> Acknowledgment:
        self.send(b"\x0b" + payload + b"\x1c\r")
        return self.answer()

    def is_silent(self, seconds: float = 0.4) -> bool:
        try:
            self.frame(timeout=seconds)
        except TimeoutError:
            return True
        except EOFError:
            return True
        return False

    def is_closed(self, seconds: float = 5.0) -> bool:
        self.socket.settimeout(seconds)
        with contextlib.suppress(ConnectionError):
            return self.socket.recv(1) == b""
        return True


def message(
    control_id: str, text: str = "7.1", *, sender: str = "LAB", more_header: str = "", kind: str = "ORU^R01^ORU_R01"
) -> bytes:
    """A small result, unique by its control id."""
    return (
        f"MSH|^~\\&|{sender}|NORTH|SB|HOSP|20260101120000||{kind}|{control_id}|P|2.5.1{more_header}\r"
        f"PID|1||P{control_id}^^^MRN^MR||DOE^JANE||19700101|F\r"
        f"PV1|1|I|W1^1^1||||||||||||||||V{control_id}\r"
        f"OBR|1|O{control_id}^PAS|F{control_id}^LAB|718-7^Hemoglobin^LN|||20260101110000\r"
        f"OBX|1|NM|718-7^Hemoglobin^LN||{text}|g/dL|||||F\r"
    ).encode()


def framed(payload: bytes) -> bytes:
    return b"\x0b" + payload + b"\x1c\r"


def unique_ids(prefix: str) -> Iterator[str]:
    n = 0
    while True:
        n += 1
        yield f"{prefix}{n}"
