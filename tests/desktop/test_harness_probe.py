"""The Probe view: real probes against a real listener, grouped, read, kept, and told to the vendor."""

from __future__ import annotations

import socket
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.desktop.listener_runner import ListenPhase, listener_runner
from console.desktop.pages.harness_probe import ProbeView
from console.desktop.presenters import probe_words as words
from console.desktop.probe_runner import ProbePhase, read_report
from console.desktop.session import Session


def _probe(name: str, outcome: str, severity: str = "minor", group: str = "framing") -> dict[str, object]:
    return {
        "event": "probe",
        "id": name,
        "group": group,
        "title": f"Title of {name}",
        "outcome": outcome,
        "severity": severity,
        "finding": "It was lost.",
        "expected": "An answer.",
        "why": "Results vanish.",
        "source": "MLLP",
        "advice": "Answer it.",
        "wire": [
            {
                "connection": "1",
                "events": [{"at": 0.001, "what": "sent", "size": 5, "shown": "⟨VT⟩MSH|⟨CR⟩PID|", "text": ""}],
            }
        ],
    }


def test_that_a_real_receiver_is_probed_and_the_report_kept(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    listener = listener_runner(session)
    listener.start_beside()
    view = ProbeView(session)
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: listener.phase is ListenPhase.ON, timeout=20_000)
    view.show_parameters({"target": listener.live.address})
    view.only.set_value("acknowledgment")
    view.start()
    runner = view.runner
    qtbot.waitUntil(lambda: runner.phase is ProbePhase.OVER, timeout=40_000)
    assert runner.planned == len(runner.probes) > 5
    assert view.headline.text().startswith(listener.live.address)
    assert "MSH|" in view.details.wire.toPlainText()
    assert view.details.texts["source"].text()
    assert runner.report is not None
    assert read_report(runner.report) is not None
    for ending in ("html", "json", "xml"):
        view.save_to(tmp_path / f"out.{ending}", ending)
        assert (tmp_path / f"out.{ending}").stat().st_size > 500
    view.flip_earlier()
    assert [row.key for row in view.earlier.plain.rows] == [str(runner.report)]
    view.open_earlier(str(runner.report))
    assert view.faces.currentIndex() == 0


def test_that_nobody_there_is_said_and_nothing_kept(session: Session, qtbot: QtBot) -> None:
    view = ProbeView(session)
    qtbot.addWidget(view)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    view.show_parameters({"target": address})
    view.start()
    qtbot.waitUntil(lambda: view.runner.phase is ProbePhase.BROKEN, timeout=20_000)
    assert view.headline.text() == f"{address} cannot be probed"
    assert view.sentence.text()
    assert view.save_button.isHidden()


def test_that_the_failed_stand_first_and_the_others_by_group(session: Session, qtbot: QtBot) -> None:
    view = ProbeView(session)
    qtbot.addWidget(view)
    runner = view.runner
    for one in (
        _probe("size.a", "pass", group="size"),
        _probe("framing.b", "fail", "minor"),
        _probe("framing.c", "pass"),
        _probe("size.d", "fail", "critical", "size"),
    ):
        runner._told(dict(one))
    runner.phase = ProbePhase.OVER
    runner.changed.emit()
    assert [row.key for row in view.table.plain.rows] == ["", "size.d", "framing.b", "", "framing.c", "", "size.a"]
    assert view.details.id.text() == "size.d"
    assert "⟨VT⟩MSH|⟨CR⟩\nPID|" in view.details.wire.toPlainText()
    view.copy_text()
    told = QApplication.clipboard().text()
    assert told.index("size.d") < told.index("framing.b")
    assert "What to change: Answer it." in told
    assert "framing.c" not in told


def test_that_another_machine_is_probed_only_after_its_address_was_typed(session: Session, qtbot: QtBot) -> None:
    view = ProbeView(session)
    qtbot.addWidget(view)
    view.show_parameters({"target": "192.0.2.7:2575"})
    view.start()
    assert view.runner.phase is ProbePhase.IDLE


def test_that_what_is_no_report_is_none(tmp_path: Path) -> None:
    torn = tmp_path / "torn.json"
    torn.write_text("{", encoding="utf-8")
    assert read_report(torn) is None
    assert words.wire_text({"wire": []}) == ""
