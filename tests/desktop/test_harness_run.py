"""The Run view: what it offers, shows and asks; a run that goes on whatever is shown; every state has its words."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.desktop import harness_program
from console.desktop.harness_runner import Phase
from console.desktop.i18n import Translators
from console.desktop.jobs import JobState
from console.desktop.models.live_run import LiveRun
from console.desktop.models.run_request import RunRequest
from console.desktop.models.scenario_card import read_cards
from console.desktop.pages.harness import HarnessPage
from console.desktop.pages.harness_run import RunView
from console.desktop.places import Place
from console.desktop.presenters.run_targets import ENGINE, LISTENER, OTHER, is_loopback, split_address
from console.desktop.send_command import send_arguments
from console.desktop.session import Session, Toast
from console.desktop.settings import Connection
from console.desktop.shell.window import Window
from console.desktop.supervisor import Running
from console.desktop.theme import Scheme, dress
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.desktop.widgets.scenario_panel import dropped_scenario
from console.harness.load.live import RunState
from tests.fakes.harness_run import ended, snapshots

CARD = {
    "name": "monday-0800",
    "title": "Monday 08:00 lab flood",
    "description": "A quiet morning,\nthen the flood.",
    "path": "/scenarios/monday-0800.toml",
    "shipped": True,
    "duration_s": 330.0,
    "planned_messages": 168_000,
    "curve": [[0, 20], [40, 200], [150, 200], [170, 800], [305, 800], [330, 20]],
    "targets": [{"address": "127.0.0.1:2575", "name": ""}],
    "connections": 8,
    "duplicates": 0.05,
    "out_of_order": 0.02,
    "malformed": 0.005,
    "receiver": None,
    "verification": {"source": "signalbox", "url": ""},
    "thresholds": ["answer.p99 < 300ms", "lost == 0"],
    "problems": [],
}
BROKEN = {
    "name": "mine",
    "path": "/mine.toml",
    "problems": [{"line": 8, "column": 3, "path": "load.rate", "text": "must be more than 0", "suggestion": "60"}],
}


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> RunView:
    made = RunView(session)
    qtbot.addWidget(made)
    made.desk.cards = read_cards(json.dumps({"scenarios": [CARD, {**CARD, "name": "b", "path": "/b.toml"}]}).encode())
    made.desk.cards_changed.emit()
    made.desk.choose(made.desk.cards[0].path)
    made.resize(1500, 900)
    made.show()
    made.entered()
    return made


def _watch(view: RunView, until: int = 240) -> LiveRun:
    """The view in the middle of a run, without a program behind it."""
    run = LiveRun()
    for snapshot in snapshots(until):
        run.take(snapshot)
    view.runner.run, view.runner.request = run, RunRequest(Path(CARD["path"]), "Monday 08:00 lab flood")  # type: ignore[arg-type]
    view.runner._set(Phase.GOING)
    view.runner.changed.emit()
    return run


def _end(view: RunView, state: RunState, **changes: object) -> None:
    run = LiveRun()
    for snapshot in ended(state, **changes):
        run.take(snapshot)
    view.runner.show(run, RunRequest(Path(str(CARD["path"])), "Monday 08:00 lab flood"))


# ---- choosing -------------------------------------------------------------------------------------------------


def test_that_a_scenario_shows_what_it_plans_before_anything_is_sent(view: RunView) -> None:
    assert view.head.title.text() == "Monday 08:00 lab flood"
    assert view.panel.choice.description.text() == "A quiet morning, then the flood."
    assert view.panel.facts.text().startswith("168,000 messages in 5min 30sec · 2 check")
    assert view.panel.settings.fields["duplicates"].placeholderText() == "5 %"
    assert view.panel.start.text() == "Send to 127.0.0.1:2575"
    assert view.panel.curve.rate_at(200) == 800
    assert [row._title.text() for row in view.checks._rows] == ["p99 under 300 ms", "No result lost"]


def test_that_settings_for_this_once_become_options_of_the_command(view: RunView) -> None:
    panel = view.panel
    QTest.keyClicks(panel.settings.fields["duplicates"], "7,5 %")
    QTest.keyClicks(panel.settings.fields["connections"], "16")
    QTest.keyClicks(panel.settings.seed, "20261121")
    panel.settings.scale.chosen.emit("10")
    panel.settings.verify.chosen.emit("none")
    arguments = send_arguments(view.desk.draft)
    assert arguments[:4] == ["harness", "send", str(CARD["path"]), "--live-json"]
    pairs = dict(zip(arguments[4::2], arguments[5::2], strict=False))
    assert pairs["--duplicates"] == "0.075"
    assert pairs["--connections"] == "16"
    assert pairs["--seed"] == "20261121"
    assert pairs["--scale"] == "10"
    assert "--no-verify" in arguments
    assert panel.facts.text().startswith("1,680,000 messages")


def test_that_nonsense_in_a_field_is_marked_and_not_taken(view: RunView) -> None:
    field = view.panel.settings.fields["malformed"]
    QTest.keyClicks(field, "lots")
    assert field.property("invalid") is True
    assert view.desk.draft.malformed is None
    field.clear()
    QTest.keyClicks(field, "0.5")
    assert field.property("invalid") is False
    assert view.desk.draft.malformed == 0.005


def test_that_a_new_seed_is_drawn_and_shown(view: RunView) -> None:
    view.panel.settings.new_seed.click()
    first = view.desk.draft.seed
    view.panel.settings.new_seed.click()
    assert first is not None
    assert view.desk.draft.seed != first
    assert view.panel.settings.seed.text() == str(view.desk.draft.seed)


def test_that_a_file_with_errors_lists_them_with_their_lines_and_cannot_be_started(view: RunView) -> None:
    view.desk._take(read_cards(json.dumps([BROKEN]).encode())[0])
    shown = [w.accessibleName() for w in view.panel.choice.problems.findChildren(QWidget) if w.accessibleName()]
    assert any("line 8: load.rate: must be more than 0; did you mean 60?" in text for text in shown)
    assert not view.panel.start.isEnabled()
    assert "has errors" in view.panel.start.toolTip()
    with_folder: list[Path] = []
    view.panel.folder_wanted.disconnect()
    view.panel.folder_wanted.connect(with_folder.append)
    next(b for b in view.panel.choice.problems.findChildren(QWidget) if b.accessibleName() == "Show the file").click()  # type: ignore[attr-defined]
    assert with_folder == [Path("/mine.toml")]


def test_that_one_toml_file_can_be_dropped_and_nothing_else() -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/x/own.toml")])
    assert dropped_scenario(data) == Path("/x/own.toml")
    data.setUrls([QUrl.fromLocalFile("/x/own.hl7")])
    assert dropped_scenario(data) is None
    data.setUrls([QUrl.fromLocalFile("/x/a.toml"), QUrl.fromLocalFile("/x/b.toml")])
    assert dropped_scenario(data) is None


# ---- targets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1:2575", True),
        ("localhost:2575", True),
        ("[::1]:2575", True),
        ("127.9.9.9:1", True),
        ("10.0.0.1:2575", False),
        ("localhost.example.org:2575", False),
        ("nonsense", False),
    ],
)
def test_that_only_addresses_of_this_computer_are_loopback(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


@pytest.mark.parametrize("text", ["", "host", "host:", ":1", "host:0", "host:65536", "a b:1", "::1:25", "u@h:1"])
def test_that_what_is_no_address_is_none(text: str) -> None:
    assert split_address(text) is None


def test_that_an_address_must_be_whole_before_anything_is_sent(view: RunView) -> None:
    view.desk.choose_target(OTHER)
    assert view.panel.target.address.isVisible()
    QTest.keyClicks(view.panel.target.address, "127.0.0.1")
    assert not view.panel.start.isEnabled()
    QTest.keyClicks(view.panel.target.address, ":6661")
    assert view.panel.start.isEnabled()
    assert view.panel.start.text() == "Send to 127.0.0.1:6661"


def test_that_another_machine_that_is_not_listed_is_refused_with_what_to_do(view: RunView, qtbot: QtBot) -> None:
    view.desk.choose_target(OTHER)
    view.desk.type_target("192.0.2.1:2575")
    with qtbot.waitSignal(view.desk.refused, timeout=5000) as refused:
        view.desk.ask_to_start()
    assert "harness-targets.toml" in refused.args[0]
    assert view.runner.phase is Phase.IDLE


def test_that_a_listed_machine_must_be_typed_and_cancel_has_the_focus(
    view: RunView, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = '[[targets]]\nhost = "192.0.2.1"\nport = 2575\nname = "Bench"\nenvironment = "test"\n'
    (tmp_path / "harness-targets.toml").write_text(entry, encoding="utf-8")
    started: list[RunRequest] = []
    view.desk.ready.disconnect()
    view.desk.ready.connect(started.append)
    view.desk.choose_target(OTHER)
    view.desk.type_target("192.0.2.1:2575")
    with qtbot.waitSignal(view.desk.confirmation_wanted, timeout=5000):
        view.desk.ask_to_start()
    dialog = next(d for d in QApplication.topLevelWidgets() if isinstance(d, ConfirmDialog) and d.isVisible())
    assert dialog.focusWidget() is dialog.cancel
    assert not dialog.action.isEnabled()
    QTest.keyClicks(dialog.input, "192.0.2.1:257")
    assert not dialog.action.isEnabled()
    QTest.keyClicks(dialog.input, "5")
    dialog.action.click()
    qtbot.waitUntil(lambda: bool(started), timeout=5000)
    assert started[0].confirmed == "192.0.2.1:2575"
    assert "--i-confirm" in send_arguments(started[0])


def test_that_an_engine_marked_production_is_never_sent_to(view: RunView, session: Session) -> None:
    session.connection = Connection("Ward", "embedded", "", "production")
    session.local_engine = Running("http://127.0.0.1:8585", "127.0.0.1:2575", Path("/token"), 1)
    view.desk.card_changed.emit()
    view.desk.choose_target(ENGINE)
    toasts: list[Toast] = []
    session.toast_requested.connect(toasts.append)
    assert not view.panel.start.isEnabled()
    view.desk.ask_to_start()
    assert "PRODUCTION" in toasts[0].text
    assert view.runner.phase is Phase.IDLE


def test_that_a_run_into_this_computers_engine_asks_that_engine_afterwards(
    view: RunView, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    session.connection = Connection("Demo hospital", "demo", "", "demo")
    session.local_engine = Running("http://127.0.0.1:9999", "127.0.0.1:2575", tmp_path / "token", 1)
    view.desk.card_changed.emit()
    view.desk.choose_target(ENGINE)
    view.desk.ready.disconnect()
    with qtbot.waitSignal(view.desk.ready, timeout=5000) as ready:
        view.desk.ask_to_start()
    arguments = send_arguments(ready.args[0])
    assert arguments[-2:] == ["--engine", "http://127.0.0.1:9999"]
    assert not any("token" in word for word in arguments)


def test_that_a_listener_with_a_script_takes_the_targets_place(view: RunView, qtbot: QtBot) -> None:
    view.desk.choose_target(LISTENER)
    assert view.panel.target.script.isVisible()
    view.desk.ready.disconnect()
    with qtbot.waitSignal(view.desk.ready, timeout=5000) as ready:
        view.desk.ask_to_start()
    assert ready.args[0].script.endswith(".toml")


# ---- a run that goes on ---------------------------------------------------------------------------------------


def test_that_a_run_shows_its_state_figures_charts_and_findings(view: RunView) -> None:
    _watch(view)
    assert view.head.pill.accessibleName() == "Running 4min"
    assert view.head.line.text() == "8 senders → 127.0.0.1:6661 · seed 20261121 · run H-7KQ2M9"
    assert view.figures.cards[0].accessibleName() == "Sent: 92,011 messages (of 168,000 planned, 54 %)"
    assert view.head.pause.isVisible()
    assert view.head.stop.isVisible()
    assert not view.head.report.isVisible()
    assert len(view.problems.table.plain.rows) == 26
    assert "acknowledged 797" in view.charts.rate.accessibleDescription()
    assert view.charts.spread.accessibleDescription().startswith("Most answers took")


def test_that_pause_and_stop_are_said_to_the_program(view: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _watch(view)
    said: list[str] = []
    monkeypatch.setattr(view.runner, "_say", said.append)
    view.head.pause.click()
    assert run.snapshot is not None
    run.take(replace(run.snapshot, state=RunState.PAUSED, series=[], problems=[]))
    view.runner.changed.emit()
    assert view.head.pause.text() == "Go on"
    view.head.pause.click()
    view.head.stop.click()
    assert said == ["pause", "resume", "stop"]


def test_that_leaving_the_page_and_another_language_keep_the_run(
    session: Session, qtbot: QtBot, spanish: Translators
) -> None:
    window = Window(session)
    qtbot.addWidget(window)
    window.show()
    window.go(Place("harness"))
    page = window.page
    assert isinstance(page, HarnessPage)
    view = page.view
    assert isinstance(view, RunView)
    _watch(view)
    window.go(Place("settings"))
    assert session.harness_runs
    assert "H-7KQ2M9" in window.status_bar._notice.text()
    window.build()
    window.go(Place("harness"))
    page = window.page
    assert isinstance(page, HarnessPage)
    again = page.view
    assert isinstance(again, RunView)
    assert again is not view
    assert again.figures.cards[0].accessibleName().startswith("Enviados: 92 011") or "92" in (
        again.figures.cards[0].accessibleName()
    )
    session.harness._set(Phase.OVER)
    assert window.status_bar._notice.text() == ""


def test_that_closing_the_window_asks_while_a_run_goes_on(session: Session, qtbot: QtBot) -> None:
    window = Window(session)
    qtbot.addWidget(window)
    window.show()
    window.go(Place("harness"))
    page = window.page
    assert isinstance(page, HarnessPage)
    assert isinstance(page.view, RunView)
    _watch(page.view)
    assert not window.close()
    dialog = next(d for d in window.findChildren(ConfirmDialog) if d.isVisible())
    assert dialog.focusWidget() is dialog.cancel
    dialog.cancel.click()
    assert window.isVisible()
    window.close()
    next(d for d in window.findChildren(ConfirmDialog) if d.isVisible()).action.click()
    assert not window.isVisible()
    session.harness._set(Phase.OVER)


# ---- its end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (RunState.PASSED, "Passed: 5 of 5 checks"),
        (RunState.FAILED, "Failed: p99 under 300 ms"),
        (RunState.INVALID, "Invalid measurement"),
        (RunState.STOPPED, "Stopped after"),
        (RunState.REFUSED, "Not started"),
    ],
)
def test_that_every_end_has_its_banner(view: RunView, state: RunState, says: str) -> None:
    _end(view, state, report="/runs/H/report.json")
    assert view.banner.isVisible()
    assert says in view.banner.title.text()
    assert view.acts.report_page == Path("/runs/H/report.html")
    assert not view.head.stop.isVisible()


def test_that_a_program_that_died_is_told_with_its_last_words(view: RunView) -> None:
    _watch(view)
    view.runner._ended(-1, "no space left on the disk")
    assert view.runner.phase is Phase.CRASHED
    assert view.banner.title.text() == "The run ended without a verdict"
    assert view.banner.text.text() == "no space left on the disk"


def test_that_silence_of_the_program_is_told(view: RunView) -> None:
    _watch(view)
    view.runner._fell_quiet()
    assert view.banner.title.text() == "The run does not answer"
    view.runner._take([json.dumps(next(iter(snapshots(1))).as_json()).encode()])
    assert not view.banner.isVisible()


def test_that_verification_is_shown_while_it_goes_on(view: RunView) -> None:
    run = _watch(view)
    assert run.snapshot is not None
    run.take(replace(run.snapshot, state=RunState.VERIFYING, text="41,000 of 116,204 results asked for", problems=[]))
    view.runner.changed.emit()
    assert view.banner.title.text() == "Checking what arrived"
    assert view.banner.text.text().startswith("41,000")


def test_that_running_again_keeps_the_seed(view: RunView, qtbot: QtBot) -> None:
    _end(view, RunState.PASSED)
    view.desk.ready.disconnect()
    with qtbot.waitSignal(view.desk.ready, timeout=5000) as ready:
        view.banner.again.click()
    assert ready.args[0].seed == 20_261_121


# ---- the program ----------------------------------------------------------------------------------------------


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Puts a script of our own in the place of `signalbox harness send`."""

    def use(script: str) -> None:
        path = tmp_path / "program.py"
        path.write_text(script, encoding="utf-8")
        monkeypatch.setattr(harness_program, "command_line", lambda words: (sys.executable, [str(path), *words]))

    return use


TELLS = """
import json, sys
body = {"type": "snapshot", "run": "H-1", "name": "x", "state": "running", "elapsed_s": 1.0, "sent": 3}
print("not json", flush=True)
print(json.dumps(body), flush=True)
for line in sys.stdin:
    if line.strip() == "stop":
        print(json.dumps({**body, "state": "stopped", "text": "a person stopped it"}), flush=True)
        sys.exit(1)
"""


def test_that_a_program_is_heard_stopped_and_has_its_place_in_the_job_tray(
    view: RunView, session: Session, qtbot: QtBot, program: Callable[[str], None]
) -> None:
    program(TELLS)
    view.runner.start(RunRequest(Path("/x.toml"), "X"))
    qtbot.waitUntil(lambda: view.runner.run.snapshot is not None, timeout=10_000)
    job = session.jobs.all()[-1]
    assert job.state is JobState.RUNNING
    assert session.notice.endswith("alarms from run H-1 are kept out of Investigate")
    assert job.stop is not None
    job.stop()
    qtbot.waitUntil(lambda: view.runner.phase is Phase.OVER, timeout=10_000)
    assert (view.runner.code, view.runner.run.state, job.state) == (1, RunState.STOPPED, JobState.STOPPED)
    assert session.notice == ""


def test_that_closing_the_session_ends_the_program(
    view: RunView, session: Session, qtbot: QtBot, program: Callable[[str], None]
) -> None:
    program(TELLS)
    view.runner.start(RunRequest(Path("/x.toml"), "X"))
    qtbot.waitUntil(lambda: view.runner.run.snapshot is not None, timeout=10_000)
    session.close()
    assert view.runner.phase is Phase.OVER


def test_that_a_program_that_says_nothing_usable_is_a_crash_with_a_reason(
    view: RunView, qtbot: QtBot, program: Callable[[str], None]
) -> None:
    program("import sys; sys.stderr.write('signalbox: the ledger cannot be written\\n'); sys.exit(3)")
    view.runner.start(RunRequest(Path("/x.toml"), "X"))
    qtbot.waitUntil(lambda: view.runner.phase is Phase.CRASHED, timeout=10_000)
    assert view.banner.text.text() == "the ledger cannot be written"


# ---- looks ----------------------------------------------------------------------------------------------------


@pytest.fixture
def looks(qapp: QApplication) -> Iterator[Callable[..., None]]:
    yield lambda **more: dress(qapp, **{"scheme": Scheme.LIGHT, **more})
    dress(qapp, scheme=Scheme.LIGHT)


@pytest.mark.parametrize("scale", [100, 150])
@pytest.mark.parametrize("state", [None, RunState.FAILED])
def test_that_no_number_is_cut_where_the_screen_is_small(
    session: Session, qtbot: QtBot, looks: Callable[..., None], scale: int, state: RunState | None
) -> None:
    looks(scale=scale)
    session.set_compact(True)
    view = RunView(session)
    qtbot.addWidget(view)
    view.resize(1300, 640)
    view.show()
    if state is None:
        _watch(view)
    else:
        _end(view, state)
    cards = view.figures.cards
    qtbot.waitUntil(lambda: all(c._value.width() >= c._value.sizeHint().width() for c in cards), timeout=2000)
    assert not view.area.horizontalScrollBar().isVisible()


def test_that_the_run_fits_the_small_screen_without_scrolling(session: Session, qtbot: QtBot) -> None:
    session.set_compact(True)
    view = RunView(session)
    qtbot.addWidget(view)
    view.resize(1310, 650)
    view.show()
    _watch(view)
    assert not view.panel.isVisible()
    qtbot.waitUntil(lambda: not view.area.verticalScrollBar().isVisible(), timeout=2000)
    view.toggle_panel()
    assert view.panel.isVisible()


def test_that_everything_has_a_name_and_f6_goes_round(
    view: RunView, nameless: Callable[[QWidget], list[str]], qtbot: QtBot
) -> None:
    _watch(view)
    assert nameless(view) == []
    view.activateWindow()
    view.panel.choice.box.setFocus()
    seen = []
    for _ in range(3):
        view.next_pane()
        seen.append(view.focusWidget())
    assert seen == [view.charts.rate, view.problems.table, view.panel.choice.box]


def test_that_the_values_of_a_chart_can_be_read_as_a_table(view: RunView) -> None:
    _watch(view)
    card = view.charts.rate_card
    card.switch.click()
    rows = card.table.plain.rows
    assert [cell.text for cell in rows[0].cells] == ["3min 59sec", "797", "797", "800"]
    card.switch.click()
    assert card.stack.currentWidget() is view.charts.rate


def test_that_a_chart_is_stepped_through_by_key(view: RunView, qtbot: QtBot) -> None:
    _watch(view)
    chart = view.charts.time
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.place == 0
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription().startswith("1sec")
    assert "p99" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.place == chart.places() - 1
