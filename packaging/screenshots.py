"""Makes the pictures of the README and the manual from the running program, on a demo hospital of its own.

python packaging/screenshots.py [FOLDER]        # default: resources/docs/pictures
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "docs" / "pictures"
WITHIN_S = 90.0
SETTINGS = """\
[[connections]]
name = "Demo hospital"
kind = "engine"
url = "{}"
environment = "demo"
"""
SIGNALBOX = [sys.executable, "-m", "console"]


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]).absolute() if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
        environment = {k: v for k, v in os.environ.items() if k not in hidden}
        environment |= {"SIGNALBOX_KEYRING": "file", "SIGNALBOX_DATA": str(data / "engine"), "TZ": "Europe/London"}
        hospital = subprocess.Popen(
            [*SIGNALBOX, "desktop", "--demo"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            engine = Engine(data / "engine", hospital)
            stopped = engine.a_stopped_result()
            desktop = {**environment, "SIGNALBOX_DATA": str(data / "desktop"), "SIGNALBOX_TOKEN": engine.token}
            (data / "desktop").mkdir()
            (data / "desktop" / "settings.toml").write_text(SETTINGS.format(engine.url), encoding="utf-8")

            def wanted() -> Iterator[tuple[str, str, list[str]]]:
                yield from pictures(stopped)
                yield from harness_pictures(
                    a_run(engine, desktop, data / "desktop")
                )  # its traffic is in no other picture

            for picture, page, options in wanted():
                target = folder / f"{picture}.png"
                where = ["--harness"] if "harness" in page else ["--engine", engine.url] if page != "welcome" else []
                subprocess.run(
                    [*SIGNALBOX, "desktop", *where, "--page", page, *options, "--screenshot", str(target)],
                    cwd=ROOT,
                    env=desktop,
                    check=True,
                    timeout=WITHIN_S,
                )
                print(target)
        finally:
            hospital.terminate()
            hospital.wait(30)
    return 0


def a_run(engine: Engine, environment: dict[str, str], data: Path) -> str:
    """A run of the harness into the hospital's engine, with its check afterwards; the name of its folder."""
    where = ["--target", engine.mllp, "--engine", engine.url]
    send = [*SIGNALBOX, "harness", "send", "monday-0800", *where, "--scale", "0.25", "--seed", "20261121", "--quiet"]
    subprocess.run(send, cwd=ROOT, env=environment | {"SIGNALBOX_DATA": str(data)}, check=False, timeout=WITHIN_S * 8)
    return next((data / "harness" / "runs").iterdir()).name


def harness_pictures(run: str) -> list[tuple[str, str, list[str]]]:
    """Of a run, by the name of its folder."""
    link = f"signalbox://harness?view=run&run={run}"
    return [
        ("harness-light", link, ["--size", "1680x1050", "--theme", "light", "--language", "en"]),
        ("harness-small-dark-spanish", link, ["--size", "1366x768", "--theme", "dark", "--language", "es"]),
    ]


def pictures(stopped: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """(file name, page or link, options) of every picture."""
    timeline = f"signalbox://timeline?encounter={stopped['encounter_id']}&event={stopped['event_id']}"
    trace = f"signalbox://trace?event={stopped['event_id']}"
    wide, light, dark = ["--size", "1680x1050"], ["--theme", "light"], ["--theme", "dark"]
    small, spanish = ["--size", "1366x768"], ["--language", "es"]
    return [
        ("timeline-light", timeline, [*wide, *light, "--language", "en"]),
        ("timeline-dark", timeline, [*wide, *dark, "--language", "en"]),
        ("timeline-small-spanish", timeline, [*small, *light, *spanish]),
        ("investigate-light", "investigate", [*wide, *light, "--language", "en"]),
        ("trace-dark", trace, [*wide, *dark, "--language", "en"]),
        ("settings-light", "settings", [*small, *light, "--language", "en"]),
        ("first-run-light", "welcome", [*small, *light, "--language", "en"]),
    ]


class Engine:
    """The demo's engine, asked over its API once the hospital's past has gone all the way."""

    def __init__(self, folder: Path, hospital: subprocess.Popen[str]) -> None:
        assert hospital.stdout is not None
        for line in hospital.stdout:
            if "now live" in line:
                break
        running = json.loads((folder / "running.json").read_text(encoding="utf-8"))
        self.url = str(running["http"])
        self.mllp = str(running["mllp"])
        self.token = Path(running["token_file"]).read_text(encoding="utf-8").strip()
        deadline = time.monotonic() + WITHIN_S
        while self._unfinished() and time.monotonic() < deadline:
            time.sleep(0.5)

    def _unfinished(self) -> int:
        queues = self._ask("statistics")["queues"]
        return int(queues["inbox"]) + int(queues["outbox"])

    def a_stopped_result(self) -> dict[str, Any]:
        """The trace of a result that stopped, with its encounter."""
        for group in self._ask("failures")["items"]:
            for event_id in group["sample"]:
                trace = self._ask(f"traces/{event_id}")
                if trace.get("encounter_id"):
                    return trace
        raise SystemExit("the demo hospital has no stopped result to picture")

    def _ask(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            body: dict[str, Any] = json.load(answer)
            return body


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
