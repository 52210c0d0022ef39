"""The encounter timeline: who, which stay, the canvas, the events, and everything about the one that is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from console.core.clock import from_micros, iso
from console.core.errors import EnvironmentFault, SignalboxError
from console.desktop.actions import Command
from console.desktop.models.event_export import as_csv, as_json
from console.desktop.models.event_rows import EventRow
from console.desktop.models.status_words import Severity, loop_status
from console.desktop.models.timeline_model import TimelineModel
from console.desktop.page import Page
from console.desktop.pages.timeline_commands import timeline_commands
from console.desktop.places import Place
from console.desktop.presenters.encounter_words import banner, encounter_line, encounter_title
from console.desktop.presenters.message_details import Part
from console.desktop.presenters.timeline import TimelinePresenter
from console.desktop.session import Link, Session, Standing
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, row
from console.desktop.widgets.order_view import order_facts, order_rows
from console.desktop.widgets.part_view import PartView
from console.desktop.widgets.patient_banner import PatientBanner
from console.desktop.widgets.timeline_canvas_scene import Selection
from console.desktop.widgets.timeline_frame import TimelineFrame
from console.desktop.widgets.timeline_header import TimelineHeader
from console.investigation.answer import FeedChanges, SourceStatus

_SECOND_MS = 1_000
_ANNOUNCE_EVERY_S = 30.0


class TimelinePage(Page):
    """Widgets and their wiring; what is shown is decided by the presenter."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.presenter = TimelinePresenter(session, self)
        self._build()
        self._wire()
        self._second = QTimer(self)
        self._second.setInterval(_SECOND_MS)
        self._second.timeout.connect(self._second_passed)
        self._announced_at = 0.0
        self._known_failures = 0
        self._settling = False
        self._revealed = ""
        self._show_invitation()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        session = self.session
        self.banner = PatientBanner(session)
        self.stale = Surface("warn")
        self.stale_text = Text("", "body", wrap=True)
        self.stale_button = Button(self.tr("Try now"), run=self._try_now)
        stale = row(IconLabel("cloud-off", "warn_fg", 18), self.stale_text, self.stale_button, margins=(14, 6, 14, 6))
        stale.setStretchFactor(self.stale_text, 1)
        self.stale.setLayout(stale)
        self.stale.hide()
        self.header = TimelineHeader()
        self.frame = TimelineFrame(session, self.presenter.details)
        self.canvas, self.events, self.panel = self.frame.canvas, self.frame.events, self.frame.panel
        self.body = PartView(self.frame)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part, stretch in ((self.banner, 0), (self.stale, 0), (self.header, 0), (self.body, 1)):
            whole.addWidget(part, stretch)

    def _wire(self) -> None:
        presenter, canvas = self.presenter, self.canvas
        presenter.shown.connect(self._reading_shown)
        presenter.failed.connect(self._show_error)
        presenter.loading.connect(self._show_loading)
        presenter.selected.connect(self._selection_shown)
        presenter.arrived.connect(self._show_unseen)
        presenter.details.changed.connect(self._details_changed)
        canvas.selected.connect(self._chosen_on_canvas)
        canvas.activated.connect(self._opened_on_canvas)
        canvas.following_changed.connect(self._following_changed)
        self.events.chosen.connect(lambda event: presenter.select(event.key))
        self.events.opened.connect(self._opened_in_list)
        self.panel.trace_requested.connect(lambda event_id: self.session.go("trace", event=event_id))
        self.panel.event_requested.connect(presenter.select)
        self.header.filter_changed.connect(presenter.set_filter)
        self.header.live_clicked.connect(self._live_clicked)
        self.header.export_clicked.connect(self.ask_export)
        self.header.link_clicked.connect(self.copy_link)
        self.header.details_clicked.connect(self.frame.toggle_details)
        self.frame.drawer_shown.connect(self.header.show_drawer)
        self.frame.new_button.clicked.connect(self.go_live)
        self.session.compact_changed.connect(self.header.details.setVisible)
        self.session.standing_changed.connect(self._standing_changed)
        self.session.privacy_changed.connect(lambda _: self._title())
        self.header.details.setVisible(self.session.compact)

    # ---- the page contract ------------------------------------------------------------------------------------
    def show_place(self, place: Place) -> None:
        encounter = place.params.get("encounter", "")
        if not encounter:
            if not self.presenter.encounter_id:
                self._show_invitation()
            self.settled.emit()
            return
        self._settling = True
        self.presenter.open(encounter, event_id=place.params.get("event", ""))
        if self.presenter.reading is not None:
            self._settle_when_ready()

    def place(self) -> Place | None:
        if not self.presenter.encounter_id:
            return None
        params = {"encounter": self.presenter.encounter_id}
        if self.presenter.entry() is not None:
            params["event"] = self.presenter.selection
        return Place("timeline", params)

    def commands(self) -> Sequence[Command]:
        return timeline_commands(self)

    def entered(self) -> None:
        self._second.start()
        self.frame.share_height()

    def left(self) -> None:
        self._second.stop()

    def changes_arrived(self, changes: FeedChanges) -> None:
        self.presenter.changes_arrived(changes)

    def next_pane(self) -> None:
        """Canvas, events, details, and round again."""
        panes = self.frame.panes()
        focus = cast("QWidget | None", self.focusWidget())
        here = next((i for i, pane in enumerate(panes) if focus is not None and _within(focus, pane)), -1)
        if here < 0 and focus is not None and _within(focus, self.panel):
            here = len(panes) - 1
        panes[(here + 1) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.header.fit(self.width())

    # ---- states -----------------------------------------------------------------------------------------------
    def _show_nothing_yet(self) -> None:
        """No patient: no banner, no header."""
        for part in (self.banner, self.stale, self.header):
            part.hide()

    def _show_invitation(self) -> None:
        self._show_nothing_yet()
        self.body.show_empty(
            self.tr("No encounter is open"),
            self.tr("Find a patient, an encounter, an order or a message, and its timeline opens here."),
            "chart-gantt",
            action=self.tr("Find one"),
            run=lambda: self.session.go("investigate"),
        )

    def _show_loading(self) -> None:
        self._show_nothing_yet()
        self.body.show_loading(self.tr("Reading the encounter…"))

    def _show_error(self, error: SignalboxError) -> None:
        self._show_nothing_yet()
        self.body.show_error(error, self._try_now)
        self.settled.emit()

    def _try_now(self) -> None:
        self.session.try_now.emit()
        if self.presenter.reading is None:
            self._show_loading()
        self.presenter.reload()

    # ---- what the presenter says ------------------------------------------------------------------------------
    def _reading_shown(self, fresh: bool) -> None:
        presenter, reading = self.presenter, self.presenter.reading
        assert reading is not None, "shown says that something was read"
        assert presenter.model is not None, "a reading makes a model"
        assert presenter.rows is not None, "a reading makes rows"
        self.body.show_content()
        formats = self.session.formats
        self.banner.setVisible(True)
        self.banner.show_banner(banner(reading.patient, formats, formats.local(self.session.now()).date()))
        self.header.setVisible(True)
        if fresh:
            self.header.reset()
            self._known_failures = len(reading.model.failure_times)
        self.header.show_encounter(encounter_title(reading.encounter), encounter_line(reading.encounter, formats))
        self.header.show_choices(reading.model, self._categories(reading.model))
        self._show_freshness()
        self.canvas.show_model(presenter.model, fresh=fresh)
        self.events.show_rows(presenter.rows, keep=presenter.selection)
        self.frame.count.setText(formats.number(len(presenter.rows)))
        self._title()
        if fresh:
            QTimer.singleShot(0, self.frame, self.frame.share_height)
        self._announce(reading.model)
        self._standing_changed(self.session.standing)
        self._settle_when_ready()

    def _categories(self, model: TimelineModel) -> list[tuple[str, str]]:
        words = {
            "adt": self.tr("Admissions and moves"),
            "order": self.tr("Orders"),
            "result": self.tr("Results"),
            "medication": self.tr("Medication"),
            "appointment": self.tr("Appointments"),
            "document": self.tr("Documents"),
            "other": self.tr("Other messages"),
        }
        there = {str(entry.get("category", "other")) for entry in model.entries}
        return [(key, text) for key, text in words.items() if key in there]

    def _title(self) -> None:
        reading = self.presenter.reading
        if reading is None:
            return
        family = str(reading.patient.get("family") or "").upper()
        name = self.session.person(family) if family else ""
        self.title_changed.emit(" · ".join(part for part in (name, encounter_title(reading.encounter)) if part))

    def _show_freshness(self) -> None:
        """A kept copy, or an answer some source did not take part in, says so."""
        reading = self.presenter.reading
        if reading is None:
            return
        formats = self.session.formats
        silent = [r for r in reading.reports if r.status is not SourceStatus.OK]
        if reading.from_cache and reading.as_of is not None:
            text = self.tr("Kept copy as of %1 (%2). No source answered just now.")
            text = text.replace("%1", formats.moment(reading.as_of))
            text = text.replace("%2", formats.ago(reading.as_of, self.session.now()))
        elif silent:
            text = self.tr("%1 did not answer: something may be missing here.")
            text = text.replace("%1", ", ".join(report.name for report in silent))
        else:
            text = ""
        self.stale.setVisible(bool(text))
        self.stale_text.setText(text)

    def _announce(self, model: TimelineModel) -> None:
        """New failures are spoken, at most once in thirty seconds."""
        failures, before = len(model.failure_times), self._known_failures
        self._known_failures = failures
        now = self.session.now().timestamp()
        if failures <= before or not QAccessible.isActive() or now - self._announced_at < _ANNOUNCE_EVERY_S:
            return
        self._announced_at = now
        text = self.tr("%n new problem(s) in this encounter", "", failures - before)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _selection_shown(self, key: str) -> None:
        """The selection is the same in canvas, list and details."""
        order = key.removeprefix("order:") if key.startswith("order:") else ""
        moved, self._revealed = key != self._revealed, key
        # A newer snapshot says the selection again: the reader's place stays what it was.
        self.canvas.select(Selection(order_id=order) if order else Selection(event_id=key), reveal=moved)
        if self.events.current_row() is None or self.events.current_row().key != key:  # type: ignore[union-attr]
            self.events.select_key(key)
        self._show_header()

    def _show_header(self) -> None:
        presenter, formats = self.presenter, self.session.formats
        entry, loop, cause = presenter.entry(), presenter.loop(), presenter.cause()
        if entry is not None:
            event = presenter.row()
            title = "  ".join(p for p in dict.fromkeys([entry.get("message_type"), entry.get("title")]) if p)
            at = event.at if event is not None else None
            self.panel.show_header(title, event.status if event else None, formats.moment(at) if at else "", cause)
        elif loop is not None:
            self.panel.show_order(order_facts(loop, formats), order_rows(presenter, loop))
            status = loop_status("missing" if loop.overdue_since(presenter.now_micros()) else loop.state)
            when = formats.moment(from_micros(loop.start))
            self.panel.show_header(loop.title, status, when, cause)
        else:
            self.panel.show_order((), ())
            self.panel.show_header(self.tr("Nothing is selected"), None, "", None)

    def _details_changed(self, part: str) -> None:
        if part == Part.TRACE:
            self._show_header()
        self._settle_when_ready()

    def _settle_when_ready(self) -> None:
        """Says that the place is on the screen: the timeline, and of the chosen message what its tab needs."""
        details = self.presenter.details
        if not self._settling or self.presenter.reading is None:
            return
        if not self.presenter.selection and len(self.presenter.rows or ()):
            return
        if details.subject is not None and (details.get(Part.TRACE) is None or details.get(Part.TREE) is None):
            return
        self._settling = False
        QTimer.singleShot(0, self, self.settled.emit)

    # ---- choosing ---------------------------------------------------------------------------------------------
    def _chosen_on_canvas(self, selection: Selection) -> None:
        self.presenter.select(selection.event_id or f"order:{selection.order_id}")

    def _opened_on_canvas(self, selection: Selection) -> None:
        self._chosen_on_canvas(selection)
        self.show_details()

    def _opened_in_list(self, event: EventRow) -> None:
        self.presenter.select(event.key)
        self.show_details()

    def show_details(self) -> None:
        """Enter: the drawer opens when there is one, and the details get the keyboard."""
        if not self.panel.isVisible():
            self.frame.toggle_details()
        self.panel.tabs.setFocus(Qt.FocusReason.OtherFocusReason)

    def jump_to_cause(self) -> None:
        if not self.presenter.jump_to_cause():
            self.session.toast(self.tr("There is no gap here, or nothing that explains it."), tone="info")

    # ---- live -------------------------------------------------------------------------------------------------
    def _second_passed(self) -> None:
        if self.presenter.reading is None or not self.isVisible():
            return
        self.canvas.set_now(self.presenter.now_micros())
        self.presenter.second_passed()

    def _following_changed(self, on: bool) -> None:
        self.presenter.set_following(on)
        self._standing_changed(self.session.standing)

    def _live_clicked(self) -> None:
        self.go_live()
        self._standing_changed(self.session.standing)

    def go_live(self) -> None:
        """To now, and on with it."""
        self.canvas.show_now()
        self.presenter.set_following(True)

    def _show_unseen(self, count: int) -> None:
        self.frame.show_news(self.tr("%n new", "messages that arrived", count) if count else "")

    def _standing_changed(self, standing: Standing) -> None:
        reasons = {
            Link.NONE: self.tr("Nothing is connected."),
            Link.OFFLINE: standing.because or self.tr("No source answers."),
            Link.BEHIND: self.tr("News arrive late: %1 behind.").replace(
                "%1", self.session.formats.duration(standing.behind_seconds)
            ),
        }
        self.header.show_live(self.canvas.following, reasons.get(standing.link, ""))

    # ---- taking away ------------------------------------------------------------------------------------------
    def copy_link(self) -> None:
        place = self.place()
        if place is not None:
            QGuiApplication.clipboard().setText(place.link())
            self.session.toast(self.tr("Link copied."), tone="ok")

    def ask_export(self, kind: str) -> None:
        """Asks where to put the file; the writing happens on the io thread."""
        reading, rows = self.presenter.reading, self.presenter.rows
        if reading is None or rows is None:
            return
        visit = str(reading.encounter.get("visit_number") or "encounter")
        dialog = QFileDialog(self, self.tr("Export the events shown"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.setNameFilter(f"{kind.upper()} (*.{kind})")
        dialog.selectFile(f"{visit}-events.{kind}")
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name), kind))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def export_to(self, path: Path, kind: str) -> None:
        reading, rows = self.presenter.reading, self.presenter.rows
        if reading is None or rows is None:
            return
        encounter, as_of = str(reading.encounter.get("encounter_id", "")), iso(reading.as_of or self.session.now())

        def write() -> int:
            text = as_csv(rows) if kind == "csv" else as_json(rows, encounter_id=encounter, as_of=as_of)
            try:
                # The mark at the start tells spreadsheets that this is UTF-8.
                path.write_text(text, encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="")
            except OSError as error:
                raise EnvironmentFault(
                    f"{path.name} could not be written: {error.strerror}. Choose another place.", code="not-written"
                ) from error
            return len(rows)

        operation = self.session.start(lambda: asyncio.to_thread(write))
        operation.succeeded.connect(lambda count: self._exported(path, count))
        operation.failed.connect(lambda error: self.session.toast(error.text, tone="fail"))

    def _exported(self, path: Path, count: int) -> None:
        self.session.toast(self.tr("%n event(s) written to %1", "", count).replace("%1", path.name), tone="ok")

    @property
    def has_problem(self) -> bool:
        """Whether anything shown asks for somebody."""
        model = self.presenter.model
        return model is not None and bool((model.columns.severity >= Severity.WARNING).any())


def _within(widget: QWidget, pane: QWidget) -> bool:
    return widget is pane or pane.isAncestorOf(widget)
