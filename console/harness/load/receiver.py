"""The run's own scripted receiver: started beside the load, as its target or behind it, and ended with it."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

from console.core.errors import EnvironmentFault
from console.harness.listener.reading import read_script
from console.harness.listener.script import Script
from console.harness.load.children import Child, program_command
from console.harness.load.live import Band
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import FaultKind, Receiver

START_PATIENCE_S = 20.0
_END_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Listening:
    """Where it listens, HOST:PORT, and the authority that signed its certificate if it made one (PEM file)."""

    address: str
    authority: Path | None = None


class OwnReceiver:
    """`signalbox harness listen` as a child, with the run's capture folder. `end` it, whatever happens."""

    def __init__(self, receiver: Receiver, folder: RunFolder) -> None:
        self._receiver = receiver
        self._folder = folder
        self._child: Child | None = None

    def start(self) -> Listening:
        """Starts it and waits until it listens. Raises EnvironmentFault with its own words."""
        receiver = self._receiver
        host = f"[{receiver.host}]" if ":" in receiver.host else receiver.host
        ready, words = self._folder.path / "receiver-ready.json", self._folder.path / "receiver.log"
        command = ["harness", "listen", "--mllp", f"{host}:{receiver.port}", "--ready-file", str(ready)]
        command += ["--capture", str(self._folder.capture), "--json"]
        if receiver.script is not None:
            command += ["--script", str(receiver.script)]
        child = self._child = Child(program_command(command), words, ends_with_us=True)
        until = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < until:
            if child.code is not None:
                raise EnvironmentFault(
                    f"The run's own receiver did not start: {child.last_words or f'exit code {child.code}'}",
                    code="receiver",
                )
            if (listening := _listening(ready)) is not None:
                return listening
            child.wait(0.02)
        self.end()
        raise EnvironmentFault(
            f"The run's own receiver did not listen within {START_PATIENCE_S:g} s. See {words}.", code="receiver"
        )

    @property
    def trouble(self) -> str:
        """Why it is gone, '' while it runs."""
        child = self._child
        if child is None or child.code is None:
            return ""
        return f"the run's own receiver ended: {child.last_words or f'exit code {child.code}'}"

    def end(self) -> None:
        """Ends it in order, so that its capture is whole. May be called again."""
        child, self._child = self._child, None
        if child is None:
            return
        child.close_input()
        child.wait(_END_PATIENCE_S)
        child.end()


def _listening(ready: Path) -> Listening | None:
    try:
        body = json.loads(ready.read_text(encoding="utf-8"))
        authority = body.get("authority")
        return Listening(str(body["mllp"]), Path(authority) if authority else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def bands_of(receiver: Receiver) -> list[Band]:
    """The stretches in which the receiver's script does something else than usual. Its seconds count from the first
    message, which is the run's beginning but for the first message's own time. Raises ScenarioError."""
    return [] if receiver.script is None else script_bands(read_script(receiver.script))


def script_bands(script: Script) -> list[Band]:
    bands = [
        Band(FaultKind.OUTAGE.value, f"receiver away ({outage.kind.value.replace('-', ' ')})", outage.start, outage.end)
        for outage in script.outages
    ]
    for number, rule in enumerate(script.rules, start=1):
        window = rule.match
        if math.isfinite(window.end):
            bands.append(Band("receiver", rule.name or f"receiver's rule {number}", window.start, window.end))
    return bands
