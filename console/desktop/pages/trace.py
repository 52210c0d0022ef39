"""One message, all hops: what happened when, what it waited for, the proof of each step, and what it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from console.core.clock import parse_iso
from console.core.errors import SignalboxError
from console.desktop.actions import Command
from console.desktop.models.hop_rows import hop_rows
from console.desktop.models.status_words import status_of
from console.desktop.models.system_names import lane_name, status_text
from console.desktop.page import Page
from console.desktop.pages.trace_commands import trace_commands
from console.desktop.places import Place
from console.desktop.presenters.cause_words import message_cause
from console.desktop.presenters.message_details import Part
from console.desktop.presenters.trace import Against, Compared, Comparison, TracePresenter
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.compare_pane import ComparePane
from console.desktop.widgets.flow import FlowLayout
from console.desktop.widgets.hop_table import HopTable
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, clear_layout, column, row
from console.desktop.widgets.message_head import CauseStrip, IdLink
from console.desktop.widgets.message_panel import MessagePanel
from console.desktop.widgets.part_view import PartView
from console.desktop.widgets.pill import Pill
from console.investigation.answer import FeedChanges

_MOST_CHILDREN = 40


class TracePage(Page):
    """Header, hops, and below them the message or a comparison."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.presenter = TracePresenter(session, self)
        self._settling = False
        self._build()
        self._wire()
        self._show_invitation()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        session = self.session
        self.title = Text("", "title")
        self.pill = Pill("")
        self.road = Text("", "small", "text2", selectable=True, wrap=True)
        self.ids = [IdLink(session) for _ in range(3)]
        self.to_timeline = Button(self.tr("Open timeline"), icon_name="chart-gantt", run=self._open_timeline)
        self.compare = Button(self.tr("Compare"), icon_name="git-compare", checkable=True)
        self.copy = Button(self.tr("Copy for a ticket"), icon_name="copy", run=self.copy_ticket)
        self.link = Button(self.tr("Copy link"), icon_name="link", run=self._copy_link)
        self._buttons = [self.to_timeline, self.compare, self.copy, self.link]
        self._texts = {button: button.text() for button in self._buttons}
        ids = FlowLayout(px(2), 0)
        ids.setContentsMargins(0, 0, 0, 0)
        for link in self.ids:
            ids.addWidget(link)
        id_line = QWidget()
        id_line.setLayout(ids)
        words = column(row(self.title, self.pill, None, gap=10), self.road, id_line, gap=2)
        head = row(words, *self._buttons, gap=8, margins=(16, 10, 16, 6))
        head.setStretchFactor(words, 1)
        head.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.head = QWidget()
        self.head.setLayout(head)
        self.stale = Surface("warn")
        self.stale_text = Text("", "body", wrap=True)
        stale = row(IconLabel("cloud-off", "warn_fg", 18), self.stale_text, margins=(14, 6, 14, 6))
        stale.setStretchFactor(self.stale_text, 1)
        self.stale.setLayout(stale)
        self.stale.hide()
        self.cause = CauseStrip()
        self.facts = QWidget()
        self._facts = FlowLayout(px(8), px(6), self.facts)
        self._facts.setContentsMargins(px(16), px(2), px(16), px(8))
        self.hops = HopTable(session.formats, full=True)
        hops_card = Surface("card")
        hops_card.setLayout(
            column(
                row(Text(self.tr("Hops"), "heading"), None, margins=(16, 8, 14, 2)), self.hops, gap=0,
                margins=(1, 1, 1, 1),
            )
        )  # fmt: skip
        self.panel = MessagePanel(session, self.presenter.details, with_hops=False, with_head=False)
        self.pane = ComparePane(session)
        self.below = QStackedWidget()
        self.below.addWidget(self.panel)
        self.below.addWidget(self.pane)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(hops_card)
        self.split.addWidget(self.below)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(px(12))
        content = QWidget()
        content.setLayout(column(self.split, gap=0, margins=(16, 10, 16, 12)))
        self.body = PartView(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part, stretch in (
            (self.stale, 0),
            (self.head, 0),
            (self.facts, 0),
            (self.cause, 0),
            (self.body, 1),
        ):
            whole.addWidget(part, stretch)

    def _wire(self) -> None:
        presenter = self.presenter
        presenter.shown.connect(self._trace_shown)
        presenter.failed.connect(self._show_error)
        presenter.related_found.connect(lambda: self.pane.offer(presenter.related))
        presenter.comparing.connect(self.pane.show_loading)
        presenter.compared.connect(self._compared)
        presenter.comparing_failed.connect(self.pane.show_error)
        presenter.details.changed.connect(lambda _: self._settle_when_ready())
        self.pane.wanted.connect(presenter.compare)
        self.compare.toggled.connect(self._compare_toggled)
        self.cause.show_place.connect(self._show_place_in_message)

    # ---- the page contract ------------------------------------------------------------------------------------
    def show_place(self, place: Place) -> None:
        identifier = place.params.get("event", "")
        if not identifier:
            if not self.presenter.identifier:
                self._show_invitation()
            self.settled.emit()
            return
        self._settling = True
        if identifier != self.presenter.identifier:
            self.compare.setChecked(False)
            self._show_loading()
        self.presenter.open(identifier)
        if self.presenter.trace is not None:
            self._trace_shown()

    def place(self) -> Place | None:
        return Place("trace", {"event": self.presenter.identifier}) if self.presenter.identifier else None

    def commands(self) -> Sequence[Command]:
        return trace_commands(self)

    def changes_arrived(self, changes: FeedChanges) -> None:
        self.presenter.changes_arrived(changes)

    def next_pane(self) -> None:
        """Hops, then the message or the comparison."""
        lower: QWidget = self.pane.table if self.compare.isChecked() else self.panel.tabs
        target = lower if self.hops.hasFocus() else self.hops
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(1_060)
        for button in self._buttons:
            text = self._texts[button]
            button.setText("" if narrow else text)
            button.setToolTip(text if narrow else "")
            button.setAccessibleName(text)

    # ---- states -----------------------------------------------------------------------------------------------
    def _show_nothing_yet(self) -> None:
        for part in (self.head, self.facts, self.cause, self.stale):
            part.hide()

    def _show_invitation(self) -> None:
        self._show_nothing_yet()
        self.body.show_empty(
            self.tr("No message is open"),
            self.tr("Find a message by any of its identifiers, and every hop of it shows here."),
            "waypoints",
            action=self.tr("Find one"),
            run=lambda: self.session.go("investigate"),
        )

    def _show_loading(self) -> None:
        self._show_nothing_yet()
        self.body.show_loading(self.tr("Reading the trace…"))

    def _show_error(self, error: SignalboxError) -> None:
        self._show_nothing_yet()
        self.body.show_error(error, self._try_again)
        self.settled.emit()

    def _try_again(self) -> None:
        self._show_loading()
        self.presenter.reload()

    # ---- the trace --------------------------------------------------------------------------------------------
    def _trace_shown(self) -> None:
        trace = self.presenter.trace
        if trace is None:
            return
        self.body.show_content()
        self.head.show()
        self.facts.show()
        formats = self.session.formats
        status = status_of(str(trace.get("state", "")))
        title = "  ".join(p for p in dict.fromkeys([trace.get("message_type"), trace.get("title")]) if p)
        self.title.setText(title)
        self.pill.show_status(status_text(status), icon_name=status.icon, token=status.tone, dashed=status.dashed)
        received = formats.moment(parse_iso(str(trace["received_at"])))
        road = " → ".join(p for p in (str(trace.get("sender", "")), str(trace.get("receiver", ""))) if p)
        self.road.setText(" · ".join(p for p in (road, str(trace.get("control_id", "")), received) if p))
        self.road.setToolTip(formats.moment_tip(parse_iso(str(trace["received_at"]))))
        digest = next((str(h["payload_sha256"]) for h in trace["hops"] if h.get("payload_sha256")), "")
        self.ids[0].show_id(self.tr("event"), str(trace["event_id"]))
        self.ids[1].show_id(self.tr("trace"), str(trace["trace_id"]))
        self.ids[2].show_id("sha256", digest, keep=4)
        self.to_timeline.setVisible(bool(trace.get("encounter_id") or trace.get("patient_id")))
        cause = message_cause(trace, trace, formats)
        self.cause.show_cause(cause)
        self.panel.show_header(title, status, "", cause)
        self.hops.show_trace(hop_rows(trace), str(trace.get("sender", "")))
        self._show_facts(trace)
        self._show_freshness()
        self._share_height()
        self.title_changed.emit(title)
        self._settle_when_ready()

    def _show_freshness(self) -> None:
        known = self.presenter.known()
        old = known is not None and known.from_cache and known.as_of is not None
        self.stale.setVisible(bool(old))
        if known is not None and known.as_of is not None and old:
            formats = self.session.formats
            text = self.tr("Kept copy as of %1 (%2). No source answered just now.")
            text = text.replace("%1", formats.moment(known.as_of))
            self.stale_text.setText(text.replace("%2", formats.ago(known.as_of, self.session.now())))

    def _show_facts(self, trace: Mapping[str, Any]) -> None:
        """How each destination stands, duplicates, and the batch around or inside the message."""
        clear_layout(self._facts)
        for name, state in (trace.get("by_destination") or {}).items():
            status = status_of(str(state))
            text = f"{lane_name(str(name))}: {status_text(status)}"
            token = "ok" if state == "verified" else status.tone
            self._facts.addWidget(Pill(text, icon_name=status.icon, token=token, dashed=status.dashed))
        duplicates = int(trace.get("duplicates") or 0)
        if duplicates:
            text = self.tr("%n duplicate(s), acknowledged and ignored", "", duplicates)
            self._facts.addWidget(Pill(text, icon_name="copy-check", token="quiet"))
        if trace.get("test"):
            pill = Pill(self.tr("Test traffic of the harness"), icon_name="flask-conical", token="info")
            pill.setToolTip(self.tr("MSH-4 is HARNESS: it asks nobody to do anything, whatever becomes of it."))
            self._facts.addWidget(pill)
        parent_id = str(trace.get("parent_trace_id") or "")
        if parent_id:
            self._facts.addWidget(self._trace_button(self.tr("Part of a batch"), parent_id, "layers"))
        children = [str(c) for c in trace.get("children") or ()]
        for number, child in enumerate(children[:_MOST_CHILDREN], start=1):
            text = self.tr("Message %1 of the batch").replace("%1", str(number))
            self._facts.addWidget(self._trace_button(text, child, "corner-down-left"))
        if len(children) > _MOST_CHILDREN:
            more = self.tr("and %n more", "", len(children) - _MOST_CHILDREN)
            self._facts.addWidget(Text(more, "body", "text2"))
        self.facts.setVisible(self._facts.count() > 0)
        self.facts.updateGeometry()

    def _trace_button(self, text: str, trace_id: str, icon_name: str) -> Button:
        def go() -> None:
            self.session.go("trace", event=trace_id)

        return Button(text, icon_name=icon_name, kind="link", tip=trace_id, run=go)

    def _share_height(self) -> None:
        rows = len(self.hops.hops.rows)
        height = max(self.split.height(), 1)
        wanted = px(34) + px(34) + px(30) * rows + px(4)
        upper = min(wanted, round(height * 0.6))
        self.split.setSizes([upper, height - upper])

    def _settle_when_ready(self) -> None:
        details = self.presenter.details
        if self._settling and details.get(Part.TRACE) is not None and details.get(Part.TREE) is not None:
            self._settling = False
            QTimer.singleShot(0, self, self.settled.emit)

    # ---- what the buttons do ----------------------------------------------------------------------------------
    def _compare_toggled(self, on: bool) -> None:
        self.below.setCurrentWidget(self.pane if on else self.panel)
        if on:
            self.presenter.find_related()
            self.presenter.compare(self.pane.comparison() or Comparison(Against.ITS_FHIR))

    def _compared(self, result: Compared) -> None:
        self.pane.show_result(result)

    def _show_place_in_message(self, path: str) -> None:
        self.compare.setChecked(False)
        self.panel.go_to_path(path)

    def _open_timeline(self) -> None:
        trace = self.presenter.trace
        if trace is None:
            return
        encounter = str(trace.get("encounter_id") or "") or f"unassigned:{trace.get('patient_id', '')}"
        self.session.go("timeline", encounter=encounter, event=str(trace["event_id"]))

    def copy_ticket(self) -> None:
        self.panel.copy_ticket()

    def _copy_link(self) -> None:
        place = self.place()
        if place is not None:
            QGuiApplication.clipboard().setText(place.link())
            self.session.toast(self.tr("Link copied."), tone="ok")
