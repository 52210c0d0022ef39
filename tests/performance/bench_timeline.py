"""What painting the timeline costs: CPU time of the GUI thread per frame, panning and zooming, and to the first paint.

    python tests/performance/bench_timeline.py [--events 1000000] [--frames 300] [--scale 1]

Targets: pan p95 <= 8 ms at 1500x400 over a million messages (12 ms at a scale of 2); an encounter of 500 messages from
its JSON to the first paint <= 150 ms. Without --scale both 1 and 2 are measured, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def percentiles(samples: list[float]) -> dict[str, float]:
    """Milliseconds: median, 95th percentile, worst."""
    ordered = sorted(samples)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "max": round(ordered[-1], 2),
    }


def frames(count: int, step: Callable[[int], None]) -> list[float]:
    """CPU milliseconds of this thread for each of `count` steps."""
    samples = []
    for number in range(count):
        began = time.thread_time()
        step(number)
        samples.append((time.thread_time() - began) * 1000)
    return samples


def measure(events: int, frame_count: int = 300) -> dict[str, object]:
    """Every figure at the scale this process was started with."""
    from zoneinfo import ZoneInfo

    from PySide6.QtWidgets import QApplication

    from console.desktop.formats import Formats
    from console.desktop.models.time_axis import DAY, HOUR, Viewport
    from console.desktop.models.timeline_reading import timeline_from_json
    from console.desktop.theme import Scheme, dress
    from console.desktop.widgets.timeline_canvas import TimelineCanvas
    from tests.builders.encounters import busy_stay
    from tests.builders.synthetic_timeline import synthetic_timeline

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication), "a GUI application"
    dress(application, scheme=Scheme.LIGHT)
    formats = Formats("en", ZoneInfo("Europe/London"))
    body = busy_stay(500).timeline()
    found: dict[str, object] = {}

    began = time.thread_time()
    canvas = TimelineCanvas(timeline_from_json(body), formats)
    canvas.resize(1500, 400)
    canvas.show()
    application.processEvents()
    canvas.repaint()
    found["first paint of 500 messages"] = round((time.thread_time() - began) * 1000, 1)
    canvas.close()

    found["first paint of their whole page"] = _page(application, body)

    # The presenter prepares a snapshot on the io thread, before the canvas sees it.
    model = synthetic_timeline(events).prepare()
    canvas = TimelineCanvas(model, formats)
    canvas.resize(1500, 400)
    canvas.show()
    application.processEvents()
    low, high = model.limits()

    def pan(share: float) -> Callable[[int], None]:
        def step(number: int) -> None:
            del number
            canvas.set_viewport(canvas.viewport.panned(round(canvas.viewport.span * share)))
            canvas.repaint()

        return step

    for name, start, span in (
        ("90 % of the stay", low, round((high - low) * 0.9)),
        ("5 % of the stay", low + (high - low) // 3, round((high - low) * 0.05)),
        ("one day", low + (high - low) // 3, DAY),
        ("twenty minutes", low + (high - low) // 3 + 12 * HOUR, HOUR // 3),
        ("two minutes", low + (high - low) // 3 + 12 * HOUR, HOUR // 30),
    ):
        canvas.set_viewport(Viewport(start, span))
        canvas.repaint()
        small = 0.1 / frame_count if span > (high - low) // 2 else 0.012
        found[f"pan, {name}"] = percentiles(frames(frame_count, pan(small)))

    canvas.set_viewport(Viewport(low, high - low))

    def zoom(number: int) -> None:
        canvas.zoom(0.94 if number < frame_count // 2 else 1 / 0.94, low + (high - low) // 2)
        canvas.repaint()

    found["zoom"] = percentiles(frames(frame_count, zoom))
    canvas.close()
    return found


def _page(application: object, body: dict[str, object]) -> float:
    """CPU milliseconds of the GUI thread from a reading to the painted page: banner, canvas, list, details' head."""
    from PySide6.QtWidgets import QApplication

    from console.desktop.io_thread import IoThread
    from console.desktop.models.timeline_reading import timeline_from_json
    from console.desktop.pages.timeline import TimelinePage
    from console.desktop.presenters.timeline import Reading
    from console.desktop.session import Session
    from console.desktop.settings import SettingsStore
    from tests.builders.encounters import ENCOUNTER, NOW, PATIENT

    assert isinstance(application, QApplication), "a GUI application"
    io = IoThread()
    session = Session(io=io, settings=SettingsStore(Path(tempfile.mkdtemp())).load(), clock=lambda: NOW)
    page = TimelinePage(session)
    page.resize(1560, 900)
    page.show()
    application.processEvents()
    page.presenter.encounter_id = "e"
    began = time.thread_time()
    reading = Reading(ENCOUNTER, PATIENT, timeline_from_json(body), NOW, False, ())
    page.presenter._arrived("e", reading)
    application.processEvents()
    page.repaint()
    took = (time.thread_time() - began) * 1000
    page.close()
    io.stop()
    return round(took, 1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--frames", type=int, default=300)
    arguments.add_argument("--scale", type=float)
    chosen = arguments.parse_args()
    if chosen.scale is None:
        for scale in ("1", "2"):
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--scale", scale], check=True)
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(chosen.scale)
    told = {"events": chosen.events, "scale": chosen.scale, **measure(chosen.events, chosen.frames)}
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
