"""The scripted listener of the harness as a process of its own: `signalbox harness listen` on a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.builders.engine_process import PATIENCE_S, ROOT


class ListenerProcess:
    """`folder` is made; `script` is TOML text or the name of a shipped script. Standard input takes commands."""

    def __init__(self, folder: Path, script: str = "", *, options: Sequence[str] = ()) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.capture = folder / "capture"
        self.log = folder / "listener.log"
        self.output = folder / "listener.out"
        self._ready_file = folder / "ready.json"
        self._options = list(options)
        if "\n" in script:
            (folder / "script.toml").write_text(script)
            self._options += ["--script", str(folder / "script.toml")]
        elif script:
            self._options += ["--script", script]
        self._process: subprocess.Popen[bytes] | None = None
        self.where: dict[str, Any] = {}

    def __enter__(self) -> ListenerProcess:
        command = [sys.executable, "-m", "console", "harness", "listen", "--mllp", "127.0.0.1:0"]
        command += ["--ready-file", str(self._ready_file), "--capture", str(self.capture), *self._options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with self.log.open("wb") as log, self.output.open("wb") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=log, cwd=ROOT, env=environment
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._ready_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the listener did not come up: {self.log.read_text()[-2000:]}")
            time.sleep(0.01)
        self.where = json.loads(self._ready_file.read_bytes())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()

    @property
    def mllp(self) -> tuple[str, int]:
        host, _, port = self.where["mllp"].rpartition(":")
        return host, int(port)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def say(self, line: str) -> None:
        """A command on its standard input."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Asks it to stop in order; gives the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(PATIENCE_S)

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """What a crash does: no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)
