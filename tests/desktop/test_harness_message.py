"""One message: edited in tree or text with only its own bytes changed, sent over a real socket, judged, kept."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from pytestqt.qtbot import QtBot

from console.desktop.models.draft_message import Draft, codes_at
from console.desktop.pages.harness_message import MessageView
from console.desktop.presenters.message_desk import DRAFT_FILE
from console.desktop.session import Session
from console.hl7v2.framing import Frame, FrameDecoder, frame
from console.hl7v2.peek import peek

ORU = (
    b"MSH|^~\\&|LIS|L|R|F|20261124101500||ORU^R01^ORU_R01|C1|T|2.5.1\r"
    b"PID|1||4711^^^H^MR||DOE^JANE||19700101|F\r"
    b"OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|||||F\r"
)

Answering = Callable[[bytes], bytes]


@pytest.fixture
def receiver(session: Session, qtbot: QtBot) -> Iterator[Callable[[Answering], str]]:
    """Starts a receiver on the io thread that answers each message by a function; gives its address."""
    servers: list[asyncio.Server] = []

    async def start(answering: Answering) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            decoder = FrameDecoder()
            while data := await reader.read(65536):
                for piece in decoder.feed(data):
                    if isinstance(piece, Frame):
                        writer.write(answering(piece.payload))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        servers.append(server)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def close() -> None:
        for server in servers:
            server.close()
            await server.wait_closed()

    yield lambda answering: session.io.submit(start(answering)).result(5)
    session.io.submit(close()).result(5)


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> MessageView:
    made = MessageView(session)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.settled, timeout=5_000):
        made.show_parameters({})
    made.desk.edit(lambda draft: draft.replace(ORU))
    return made


def _aa(payload: bytes) -> bytes:
    return frame(b"MSH|^~\\&|R|F|LIS|L|20261124||ACK|A1|T|2.5.1\rMSA|AA|" + peek(payload).control_id.encode() + b"\r")


# ---------------------------------------------------------------- the draft


def test_that_an_edit_in_the_tree_changes_only_the_bytes_at_its_place() -> None:
    draft = Draft(ORU)
    draft.set_value("OBX[1]-5", "5.6", leaf=True)
    assert draft.payload == ORU.replace(b"|4.1|", b"|5.6|")
    draft.set_value("PID[1]-5.1", "O|NEIL", leaf=True)
    assert b"O\\F\\NEIL^JANE" in draft.payload
    draft.undo()
    draft.undo()
    assert draft.payload == ORU
    draft.redo()
    assert b"|5.6|" in draft.payload


def test_that_text_that_is_no_message_is_kept_as_typed_and_said() -> None:
    draft = Draft(ORU)
    draft.set_text("MS half a message")
    assert draft.payload == b"MS half a message"
    assert draft.fault
    assert draft.nodes() == []
    draft.undo()
    assert draft.fault == ""


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_that_what_ends_a_segment_stays_as_it_came(ending: str) -> None:
    payload = ORU.decode().replace("\r", ending).encode()
    draft = Draft(payload)
    draft.set_text(draft.text.replace("4.1", "4.2"))
    assert draft.payload == payload.replace(b"4.1", b"4.2")


def test_that_bytes_of_another_charset_survive_an_edit_of_the_text() -> None:
    payload = ORU.replace(b"|T|2.5.1\r", b"|T|2.5.1||||||8859/1\r").replace(b"DOE", "NÚÑEZ".encode("latin-1"))
    draft = Draft(payload)
    assert "NÚÑEZ" in draft.text
    draft.set_text(draft.text.replace("JANE", "JOSÉ"))
    assert draft.payload == payload.replace(b"JANE", "JOSÉ".encode("latin-1"))


def test_that_empty_fields_can_be_shown_and_filled() -> None:
    draft = Draft(ORU)
    paths = [child.path for root in draft.nodes(empty=True) if root.path.startswith("PID") for child in root.children]
    assert "PID[1]-18" in paths
    draft.set_value("PID[1]-18", "A77", leaf=True)
    assert b"|F||||||||||A77\r" in draft.payload


def test_that_codes_are_offered_where_hl7_has_a_table() -> None:
    assert codes_at("PID[1]-8")["F"] == "Female"
    assert codes_at("PID[1]-5.1") == {}


def test_that_segments_and_repetitions_come_and_go() -> None:
    draft = Draft(ORU)
    draft.insert_segment("NTE|1||hello", "OBX[1]-5")
    assert draft.payload.endswith(b"F\rNTE|1||hello\r")
    draft.remove("NTE[1]")
    assert draft.payload == ORU
    draft.repeat("PID[1]-3")
    assert b"4711^^^H^MR~|" in draft.payload
    draft.remove("PID[1]-8")
    assert b"|19700101|\r" in draft.payload


# ---------------------------------------------------------------- the view


def test_that_tree_and_text_are_kept_in_step(view: MessageView, qtbot: QtBot) -> None:
    view.raw.setPlainText(view.raw.toPlainText().replace("4.1", "7.9"))
    view.raw.flush()
    assert view.desk.draft.payload == ORU.replace(b"4.1", b"7.9")
    assert view.tree.go_to_path("OBX[1]-5")
    index = view.tree.currentIndex().siblingAtColumn(1)
    assert index.data() == "7.9"
    assert index.flags() & Qt.ItemFlag.ItemIsEditable
    index.model().setData(index, "6.5")
    qtbot.waitUntil(lambda: "|6.5|" in view.raw.toPlainText(), timeout=2_000)
    view.undo()
    assert "|7.9|" in view.raw.toPlainText()


def test_that_a_message_is_sent_judged_shown_byte_by_byte_and_kept(
    view: MessageView, receiver: Callable[[Answering], str], qtbot: QtBot
) -> None:
    view.target.setCurrentText(receiver(_aa))
    with qtbot.waitSignal(view.desk.told, timeout=5_000):
        view.send()
    qtbot.waitUntil(lambda: not view.desk.busy, timeout=5_000)
    assert view.answer.headline.text().startswith("Accepted")
    wire = view.wire.toPlainText()
    assert "⟨VT⟩MSH|^~" in wire
    assert "⟨FS⟩⟨CR⟩" in wire
    assert "MSA|AA|C1" in wire
    assert [row.cells[2].text for row in view.history.plain.rows] == ["C1"]
    view.desk.edit(lambda draft: draft.replace(b""))
    view.open_history("0")
    assert view.desk.draft.payload == ORU


def test_that_an_answer_for_another_message_is_called_so(
    view: MessageView, receiver: Callable[[Answering], str], qtbot: QtBot
) -> None:
    view.target.setCurrentText(receiver(lambda _payload: _aa(ORU.replace(b"|C1|", b"|C9|"))))
    view.patience.set_value("2")
    with qtbot.waitSignal(view.desk.told, timeout=8_000):
        view.send()
    assert view.answer.headline.text().startswith("Answer for another message")


def test_that_a_new_one_has_another_control_id_and_all_else_stays(
    view: MessageView, receiver: Callable[[Answering], str], qtbot: QtBot
) -> None:
    view.target.setCurrentText(receiver(_aa))
    with qtbot.waitSignal(view.desk.told, timeout=5_000):
        view.send_fresh()
    sent = view.desk.draft.payload
    assert peek(sent).control_id not in ("C1", "")
    assert sent.split(b"\r")[1:] == ORU.split(b"\r")[1:]


def test_that_a_folder_is_sent_in_order_and_each_answer_stands_at_its_message(
    view: MessageView, receiver: Callable[[Answering], str], qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "messages"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.hl7").write_bytes(ORU.replace(b"|C1|", f"|C{number}|".encode()))
    seen: list[str] = []

    def answer(payload: bytes) -> bytes:
        seen.append(peek(payload).control_id)
        return _aa(payload) if seen[-1] != "C2" else _aa(payload).replace(b"MSA|AA", b"MSA|AR")

    view.target.setCurrentText(receiver(answer))
    with qtbot.waitSignal(view.desk.opened_changed, timeout=5_000):
        view.desk.open([folder])
    assert view.all_button.isVisibleTo(view)
    view.send_all()
    qtbot.waitUntil(lambda: len(view.desk.results) == 4 and not view.desk.busy, timeout=10_000)
    assert seen == ["C0", "C1", "C2", "C3"]
    answers = [row.cells[1].text for row in view.opened.plain.rows]
    assert answers == ["Accepted", "Accepted", "Rejected", "Accepted"]


def test_that_nothing_leaves_for_another_machine_without_its_entry(view: MessageView, qtbot: QtBot) -> None:
    view.target.setCurrentText("192.0.2.7:2575")
    with qtbot.waitSignal(view.desk.failed, timeout=5_000) as told:
        view.send()
    assert told.args[0].code == "target-not-allowed"
    assert view.desk.history == ()


def test_that_pasted_frames_become_messages(view: MessageView) -> None:
    view.desk.take_pasted((frame(ORU) + frame(ORU.replace(b"|C1|", b"|C2|"))).decode())
    assert [peek(one.payload).control_id for one in view.desk.opened] == ["C1", "C2"]
    mime = QMimeData()
    mime.setText(ORU.decode().replace("\r", "\n"))
    view.desk.take_pasted(mime.text())
    assert view.desk.draft.payload.count(b"\r") >= 2
    assert view.desk.draft.fault == ""


def test_that_a_draft_survives_a_restart_unless_it_is_of_production(view: MessageView, qtbot: QtBot) -> None:
    path = view.desk.data / DRAFT_FILE
    qtbot.waitUntil(lambda: path.exists() and base64.b64decode(path.read_bytes()) == ORU, timeout=5_000)
    view.desk.edit(lambda draft: draft.replace(ORU.replace(b"|T|2.5.1", b"|P|2.5.1")))
    qtbot.waitUntil(lambda: path.read_bytes() == b"", timeout=5_000)
