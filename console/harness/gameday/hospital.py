"""The hospital of a game day: an engine of its own, wards and laboratories that send to it, and a clinical record
behind it; with a gate in each line that matters.

    wards (PAS, EHR) ──────────────► engine ──► gate `record` ──► FHIR server
    laboratories ──► gate `lab` ───►

Everything runs on this machine, in a folder of its own, and ends with the game.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from console.connections.engine_http import EngineHttp
from console.connections.private_file import private_folder
from console.connections.tokens import read_token_file
from console.core.clock import Clock
from console.core.errors import EnvironmentFault, Refused
from console.harness.gameday.fhir_receiver import FhirReceiver
from console.harness.gameday.gate import Gate
from console.harness.gameday.passing import Passing

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0
SLACK_MB = 1024
"""How much may be written to the disk, by anybody, before the game's engine thinks it is full."""

_ENDS_WITH_PARENT = "SIGNALBOX_ENDS_WITH_PARENT"


class Hospital:
    """Starts and ends everything. `fhir` is the URL of a FHIR server to use as the record; '' brings one along."""

    def __init__(self, folder: Path, *, clock: Clock, seed: int, history_hours: float, speed: float, fhir: str) -> None:
        self.folder = folder
        self.data = folder / "engine"
        self.filler = folder / "filler"
        self._clock = clock
        self._seed = seed
        self._history = history_hours
        self._speed = speed
        self._fhir = fhir
        self._children: list[subprocess.Popen[bytes]] = []
        self._receiver: FhirReceiver | None = None
        self.passing = Passing(clock)
        self.lab: Gate
        self.record: Gate
        self.http: EngineHttp
        self.began: datetime = clock()
        self.where: dict[str, Any] = {}

    async def start(self) -> None:
        """Raises EnvironmentFault or Refused saying what could not be had."""
        private_folder(self.folder)
        private_folder(self.data)
        self._settings()
        host, port, path = self._record_behind()
        self.record = Gate(host, port)
        await self.record.start()
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        engine = self._run(
            "engine", "serve", "--data", str(self.data), "--mllp", "127.0.0.1:0", "--http", "127.0.0.1:0",
            "--fhir", f"http://{self.record.address}{path}", "--ready-file", str(ready),
        )  # fmt: skip
        self.where = await self._until_ready(engine, ready)
        mllp_host, _, mllp_port = self.where["mllp"].rpartition(":")
        self.lab = Gate(mllp_host, int(mllp_port), make_tap=self.passing.tap)
        await self.lab.start()
        self.http = EngineHttp(self.where["http"], read_token_file(Path(self.where["token_file"])) or "")
        self.began = self._clock()
        self._senders("PAS,EHR", self.where["mllp"])
        self._senders("LIS,HAEM,MICRO", self.lab.address)

    def _settings(self) -> None:
        """The engine must notice a full disk while there is still room: its limit lies a little below what is free."""
        free_mb = shutil.disk_usage(self.folder).free // (1024 * 1024)
        if free_mb < 4 * SLACK_MB:
            raise Refused(
                f"A game day needs {4 * SLACK_MB // 1024} GB of free disk at {self.folder}; there are {free_mb} MB.",
                code="disk-too-small",
            )
        (self.data / "settings.toml").write_text(
            f"[engine.storage]\nminimum_free_mb = {min(free_mb - SLACK_MB, 1_000_000)}\nballast_mb = 1\n",
            encoding="utf-8",
        )

    def fill_disk(self) -> None:
        """Takes room until the engine finds its disk full. Raises EnvironmentFault when the disk cannot do that."""
        try:
            with open(self.filler, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, 2 * SLACK_MB * 1024 * 1024)
        except (OSError, AttributeError) as error:
            self.free_disk()
            raise EnvironmentFault(
                f"The disk at {self.folder} cannot be filled for the game.", code="cannot-fill", detail=str(error)
            ) from error

    def free_disk(self) -> None:
        self.filler.unlink(missing_ok=True)

    def hospital_time(self, moment: datetime) -> datetime:
        """The hospital's own time at a moment of ours: it runs `speed` times as fast since it began."""
        return self.began + (moment - self.began) * self._speed

    def fallen(self) -> str:
        """The name of a part that ended by itself; '' when all run."""
        for child in self._children:
            if child.poll() is not None:
                words = [str(word) for word in child.args] if isinstance(child.args, list) else []
                return "the engine" if "serve" in words else "the senders"
        return ""

    async def stop(self) -> None:
        """Ends everything; safe to call at any time."""
        self.free_disk()
        if hasattr(self, "http"):
            await self.http.close()
        for child in reversed(self._children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in reversed(self._children):
            if child.stdin is not None:
                child.stdin.close()
            try:
                await asyncio.to_thread(child.wait, STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for gate in ("lab", "record"):
            if hasattr(self, gate):
                await getattr(self, gate).close()
        if self._receiver is not None:
            await asyncio.to_thread(self._receiver.close)

    # ------------------------------------------------------------ parts

    def _record_behind(self) -> tuple[str, int, str]:
        if self._fhir:
            parts = urlsplit(self._fhir)
            if parts.scheme != "http" or not parts.hostname:
                raise Refused("--fhir wants an http URL on this machine or your test network.", code="bad-address")
            return parts.hostname, parts.port or 80, parts.path.rstrip("/")
        self._receiver = FhirReceiver()
        self._receiver.start()
        return "127.0.0.1", self._receiver.port, "/fhir"

    def _senders(self, names: str, mllp: str) -> None:
        self._run(
            "engine", "demo", "--mllp", mllp, "--seed", str(self._seed), "--history", str(self._history),
            "--speed", str(self._speed), "--senders", names, "--no-incidents", "--now", self.began.isoformat(),
            "--json",
        )  # fmt: skip

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = command_line(arguments)
        with open(self.folder / "programs.log", "ab") as log:
            child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env={**os.environ, _ENDS_WITH_PARENT: "1"}
            )
        self._children.append(child)
        return child

    async def _until_ready(self, engine: subprocess.Popen[bytes], ready: Path) -> dict[str, Any]:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S):
                while engine.poll() is None:
                    with contextlib.suppress(OSError, ValueError):
                        where: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
                        return where
                    await asyncio.sleep(0.05)
        raise EnvironmentFault(
            f"The game's engine did not start. {self.folder / 'programs.log'} says why.", code="engine-not-ready"
        )


def command_line(arguments: Sequence[str]) -> list[str]:
    """How to run ourselves: the frozen program, or this Python with `-m console`."""
    return [sys.executable, *([] if getattr(sys, "frozen", False) else ["-m", "console"]), *arguments]
