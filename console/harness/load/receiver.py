"""The run's own scripted receiver: started beside the load, as its target or behind it, and ended with it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.core.errors import EnvironmentFault
from console.harness.load.children import Child, program_command
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import Receiver

START_PATIENCE_S = 20.0


class OwnReceiver:
    """`signalbox harness listen` as a child. `address` is HOST:PORT once `start` returned.

    `on_line` is called on a thread of its own with every JSON object the receiver tells about itself.
    """

    def __init__(self, receiver: Receiver, folder: RunFolder, on_line: Callable[[dict[str, Any]], None]) -> None:
        self._receiver = receiver
        self._folder = folder
        self._on_line = on_line
        self._child: Child | None = None
        self._reader: threading.Thread | None = None
        self.address = ""

    def start(self) -> str:
        """Starts it and waits until it listens; its HOST:PORT. Raises EnvironmentFault with its own words."""
        receiver = self._receiver
        host = f"[{receiver.host}]" if ":" in receiver.host else receiver.host
        ready = self._folder.path / "receiver-ready.json"
        command = ["harness", "listen", "--mllp", f"{host}:{receiver.port}", "--ready-file", str(ready)]
        command += ["--capture", str(self._folder.capture), "--live-json"]
        if receiver.script is not None:
            command += ["--script", str(receiver.script)]
        words = self._folder.path / "receiver.log"
        child = self._child = Child(program_command(command), words, output=True, ends_with_us=True)
        self._reader = threading.Thread(target=self._read, args=(child,), name="receiver", daemon=True)
        self._reader.start()
        until = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < until:
            if child.code is not None:
                raise EnvironmentFault(
                    f"The run's own receiver did not start: {child.last_words or f'exit code {child.code}'}",
                    code="receiver",
                )
            if address := _address_in(ready):
                self.address = address
                return address
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

    def _read(self, child: Child) -> None:
        try:
            for line in child.output:
                try:
                    body = json.loads(line)
                except ValueError:
                    continue
                if isinstance(body, dict):
                    self._on_line(body)
        except ValueError:
            return  # closed while reading: it has ended

    def end(self) -> None:
        """Ends it in order, so that its capture is whole. May be called again."""
        child, self._child = self._child, None
        if child is None:
            return
        child.close_input()
        if not child.wait(5.0):
            child.end()
        if self._reader is not None:
            self._reader.join(2.0)
        child.end()


def _address_in(path: Path) -> str:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return str(body["mllp"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
