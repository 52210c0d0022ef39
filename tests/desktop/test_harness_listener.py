"""The Listener view: a real listener is started, sent to, switched and stopped; what is wrong is said."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from console.desktop.formats import MASK
from console.desktop.listener_runner import Listening, ListenPhase, listener_runner
from console.desktop.models.live_listener import LiveListener, message_nodes
from console.desktop.pages.harness_listener import ListenerView
from console.desktop.session import Session
from console.desktop.widgets.listener_strip import ListenerStrip
from console.hl7v2.framing import frame

ORU = (
    b"MSH|^~\\&|LIS|L|R|F|20261124101500||ORU^R01^ORU_R01|C1|T|2.5.1\r"
    b"PID|1||4711^^^H^MR||DOE^JANE||19700101|F\r"
    b"OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|||||F\r"
)


@contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        yield line


def _exchange(address: str, payload: bytes) -> bytes:
    with _connected(address) as line:
        line.sendall(frame(payload))
        return line.recv(65_536)


def test_that_a_real_listener_is_watched_switched_and_stopped(session: Session, qtbot: QtBot) -> None:
    view = ListenerView(session)
    strip = ListenerStrip(session)
    qtbot.addWidget(view)
    qtbot.addWidget(strip)
    view.setup.address.setText("127.0.0.1:0")
    view.setup.keep.setChecked(True)
    view.start()
    runner = view.runner
    qtbot.waitUntil(lambda: runner.phase is ListenPhase.ON, timeout=20_000)
    address = runner.live.address
    assert strip.address.text() == address
    assert b"MSA|AA|C1" in _exchange(address, ORU)
    qtbot.waitUntil(lambda: len(view.table.plain.rows) == 1, timeout=5_000)
    assert [cell.text for cell in view.table.plain.rows[0].cells[1:4]] == ["ORU^R01", "C1", "AA"]
    assert len(strip.table.plain.rows) == 1
    view.table.selectRow(0)
    assert "DOE^JANE" in view.peek.raw.toPlainText()
    session.set_privacy(True)
    assert "DOE" not in view.peek.raw.toPlainText()
    assert MASK in view.peek.raw.toPlainText()
    view.answer.set_value("AR")
    view.switch_answer("AR")
    qtbot.waitUntil(lambda: runner.live.state == "answering", timeout=5_000)
    assert view.told.text() == "Every message is answered AR, whatever the script says."
    assert b"MSA|AR|C1" in _exchange(address, ORU)
    qtbot.waitUntil(lambda: runner.live.counts("findings").get("duplicates") == 1, timeout=5_000)
    assert view.table.current_key() == "1", "the selection stays with its message"
    view.outage.click()
    qtbot.waitUntil(lambda: runner.live.state == "outage", timeout=5_000)
    assert "port is closed" in view.told.text()
    view.back_to_script()
    qtbot.waitUntil(lambda: runner.live.state == "listening", timeout=5_000)
    assert view.strip.isHidden()
    runner.stop()
    qtbot.waitUntil(lambda: runner.phase is ListenPhase.OVER, timeout=10_000)
    assert runner.wanted.capture is not None
    assert any(runner.wanted.capture.iterdir())


def test_that_a_port_in_use_is_said(session: Session, qtbot: QtBot) -> None:
    view = ListenerView(session)
    qtbot.addWidget(view)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        view.runner.start(Listening(f"127.0.0.1:{taken.getsockname()[1]}"))
        qtbot.waitUntil(lambda: view.runner.phase is ListenPhase.BROKEN, timeout=20_000)
    assert "cannot listen there" in view.told.text()
    assert not view.start_button.isHidden()


def test_that_a_script_that_is_wrong_is_shown_with_its_line(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    view = ListenerView(session)
    qtbot.addWidget(view)
    script = tmp_path / "mine.toml"
    script.write_text('title = "Mine"\n[answer]\ncode = "ZZ"\n', encoding="utf-8")
    view.setup.choose_own(str(script))
    assert "mine.toml:3:" in view.setup.about.text()
    script.write_text('title = "Mine"\ndescription = "All well."\n', encoding="utf-8")
    view.setup.choose_own(str(script))
    assert view.setup.about.text() == "All well."
    assert view.setup.wanted.script == str(script)


def test_that_a_message_of_another_charset_keeps_its_letters() -> None:
    text = ORU.decode().replace("|T|2.5.1", "|T|2.5.1||||||8859/1").replace("DOE", "NÚÑEZ")
    values = [node.value for root in message_nodes(text) for node in root.walk()]
    assert "NÚÑEZ" in values
    assert message_nodes("no message") == []


def test_that_lines_that_are_none_of_ours_are_passed_over() -> None:
    live = LiveListener()
    assert not live.take_line(b"{ torn")
    assert not live.take_line(b"[]")
    assert live.take_line(json.dumps({"type": "listener", "received": 3, "state": "listening"}).encode())
    assert live.count("received") == 3


def test_that_the_runner_is_one_for_the_whole_session(session: Session) -> None:
    assert listener_runner(session) is listener_runner(session)
