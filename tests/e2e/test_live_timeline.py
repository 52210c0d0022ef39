"""The whole road: a message on the MLLP socket is a row on the open timeline within a second."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.desktop.application import Desktop, Options
from console.desktop.pages.timeline import TimelinePage
from console.desktop.places import Place
from console.desktop.widgets.message_panel import Tab
from tests.builders.engine_process import EngineProcess, Line

pytestmark = pytest.mark.slow
PID = "PID|1||00418827^^^STB^MR~9990147213^^^NHS^NH||MARTÍNEZ LÓPEZ^ROSA ELENA^^^MRS||19570814|F"
PV1 = "PV1|1|I|AMU^4^02||||C3344^OKAFOR^ADA|||||||||||IP|118204^^^STB^VN"
PATIENCE_MS = 20_000


def message(kind: str, control: str, *segments: str, sender: str) -> bytes:
    head = f"MSH|^~\\&|{sender}|STB|SBX|STB|20261121015218+0000||{kind}|{control}|P|2.5.1|||||||UNICODE UTF-8"
    return ("\r".join((head, *segments)) + "\r").encode()


def result(control: str, value: str) -> bytes:
    return message(
        "ORU^R01^ORU_R01",
        control,
        PID,
        PV1,
        "ORC|RE|55121^EHR|26L0048812^LIS||CM",
        "OBR|1|55121^EHR|26L0048812^LIS|2823-3^Potassium^LN|||20261121004500+0000|||||||||||||||20261121015200+0000||CH|F",
        f"OBX|1|NM|2823-3^Potassium^LN||{value}|mmol/L|3.5-5.3|HH|||F|||20261121015000+0000",
        sender="LIS",
    )


ADMISSION = message("ADT^A01^ADT_A01", "PAS1", "EVN|A01|20261120224100+0000", PID, PV1, sender="PAS")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineProcess]:
    with EngineProcess(tmp_path / "data") as running:
        yield running


@pytest.fixture
def desktop(qapp: QApplication, tmp_path: Path, engine: EngineProcess) -> Iterator[Desktop]:
    os.environ["SIGNALBOX_TOKEN"] = Path(engine.where["token_file"]).read_text().strip()
    made = Desktop(
        qapp,
        Options(
            data=tmp_path / "desk",
            engine_url=engine.where["http"],
            place=Place("timeline", {"encounter": "118204"}),
            size=(1600, 950),
            language="en",
        ),
    )
    yield made
    del os.environ["SIGNALBOX_TOKEN"]
    made.close()
    made.window.deleteLater()


def opened(qtbot: QtBot, desktop: Desktop, rows: int) -> TimelinePage:
    """The page once it shows so many rows; pages are made anew when the connection opens."""

    def shows() -> bool:
        page = desktop.window.page
        return isinstance(page, TimelinePage) and len(page.events.events.rows) == rows

    desktop.open()
    qtbot.waitUntil(shows, timeout=PATIENCE_MS)
    page = desktop.window.page
    assert isinstance(page, TimelinePage)
    return page


def test_that_a_message_on_the_socket_is_a_row_on_the_screen_within_a_second(
    qtbot: QtBot, desktop: Desktop, engine: EngineProcess
) -> None:
    with Line(engine.mllp) as line:
        assert line.ask(ADMISSION).code == "AA"
        assert line.ask(result("LIS1", "6.4")).code == "AA"
        page = opened(qtbot, desktop, 2)
        assert page.banner.accessibleName().startswith("MARTÍNEZ LÓPEZ, ")
        qtbot.waitUntil(lambda: desktop.session.standing.sources_live == 1, timeout=PATIENCE_MS)
        took = []
        for number in range(3):
            before = len(page.events.events.rows)
            sent = time.monotonic()
            assert line.ask(result(f"LIS{number + 2}", f"5.{number}")).code == "AA"
            qtbot.waitUntil(lambda rows=before: len(page.events.events.rows) > rows, timeout=PATIENCE_MS)
            took.append(time.monotonic() - sent)
        assert max(took) < 1.0, took


def test_that_every_view_of_a_real_message_shows_it(qtbot: QtBot, desktop: Desktop, engine: EngineProcess) -> None:
    with Line(engine.mllp) as line:
        assert line.ask(ADMISSION).code == "AA"
        assert line.ask(result("LIS1", "6.40")).code == "AA"
    page = opened(qtbot, desktop, 2)
    row = next(r for r in page.events.events.rows if r.message_type == "ORU^R01")
    page.presenter.select(row.event_id)
    panel = page.panel
    qtbot.waitUntil(lambda: len(panel.parsed.tree.roots) > 4, timeout=PATIENCE_MS)
    assert panel.parsed.go_to_path("OBX[1]-5")
    panel.show_tab(Tab.RAW)
    qtbot.waitUntil(lambda: "MARTÍNEZ LÓPEZ^ROSA ELENA" in panel.raw.toPlainText(), timeout=PATIENCE_MS)
    panel.show_tab(Tab.FHIR)
    qtbot.waitUntil(lambda: '"resourceType"' in panel.json.toPlainText(), timeout=PATIENCE_MS)
    panel.show_tab(Tab.HOPS)
    qtbot.waitUntil(lambda: len(panel.hops.hops.rows) >= 6, timeout=PATIENCE_MS)
    assert all(hop.reached for hop in panel.hops.hops.rows)
