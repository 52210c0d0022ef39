"""Everything about one message in one card: what it is, how it stands, why it stopped, and its five views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from console.core.errors import SignalboxError
from console.desktop.models.hop_rows import hop_rows
from console.desktop.models.json_lines import JsonLine
from console.desktop.models.message_tree import Remark, build_tree
from console.desktop.models.privacy import masked_message
from console.desktop.models.status_words import StatusWord
from console.desktop.models.system_names import status_text
from console.desktop.presenters.cause_words import Cause
from console.desktop.presenters.message_details import Known, MessageDetails, Part
from console.desktop.presenters.ticket_words import ticket_text
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.flow import FlowLayout
from console.desktop.widgets.hop_table import HopTable
from console.desktop.widgets.kit import Button, Surface, Text, column, row
from console.desktop.widgets.message_contents import fhir_documents, history_rows, mask_persons, most_telling
from console.desktop.widgets.message_head import CauseStrip, Elided, IdLink
from console.desktop.widgets.message_texts import JsonView, RawView
from console.desktop.widgets.order_view import OrderView
from console.desktop.widgets.parsed_tree import ParsedTree
from console.desktop.widgets.part_view import PartView
from console.desktop.widgets.pill import Pill
from console.desktop.widgets.plain_table import PlainRow, PlainTable

_LONGEST_TREE = 20_000


class Tab(IntEnum):
    PARSED = 0
    RAW = 1
    FHIR = 2
    HOPS = 3
    HISTORY = 4


_NEEDS = {Tab.PARSED: Part.TREE, Tab.RAW: Part.RAW, Tab.FHIR: Part.FHIR, Tab.HOPS: Part.TRACE, Tab.HISTORY: Part.TRACE}


class MessagePanel(Surface):
    """The card. Which message is decided by its `MessageDetails`; header and cause come from the page."""

    trace_requested = Signal(str)
    event_requested = Signal(str)

    def __init__(
        self,
        session: Session,
        details: MessageDetails,
        *,
        with_hops: bool = True,
        with_head: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """Without hops and head on a page that shows those itself."""
        super().__init__("card", parent)
        self.session = session
        self.details = details
        self._with_hops, self._with_head = with_hops, with_head
        self._error_path = ""
        self._chosen_path = ""
        self._built: dict[Tab, object] = {}
        self._narrow = False
        self._build()
        details.changed.connect(self._part_changed)
        details.subject_changed.connect(self._subject_changed)
        session.privacy_changed.connect(self._privacy_changed)
        self._subject_changed()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.title = Elided("", "heading")
        self.pill = Pill("")
        self.copy = Button(
            icon_name="copy", kind="icon", name=self.tr("Copy as ticket text: IDs and times"), run=self.copy_ticket
        )
        self.link = Button(
            icon_name="link", kind="icon", name=self.tr("Copy link to this message"), run=self._copy_link
        )
        self.open = Button(icon_name="external-link", kind="icon", name=self.tr("Open the trace"), run=self._open_trace)
        self.ids = [IdLink(self.session) for _ in range(3)]
        self.when = Text("", "small", "text2", selectable=True)
        self.cause = CauseStrip()
        self.cause.show_place.connect(self.go_to_path)
        self.cause.open_event.connect(self.event_requested)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(self.tr("Views of the message"))
        for text in (self.tr("Parsed"), self.tr("Raw"), self.tr("FHIR"), self.tr("Hops"), self.tr("History")):
            self.tabs.addTab(text)
        self.tabs.setTabVisible(Tab.HOPS, self._with_hops)
        self.wrap = QCheckBox(self.tr("Wrap lines"))
        self.wrap.setChecked(True)
        self.goto = QLineEdit()
        self.goto.setPlaceholderText(self.tr("Field, e.g. PID-5.1"))
        self.goto.setAccessibleName(self.tr("Go to field"))
        self.goto.setMaximumWidth(px(170))
        self.goto.returnPressed.connect(self._go_to_typed)
        self.document = QComboBox()
        self.document.setAccessibleName(self.tr("FHIR document"))
        self.document.currentIndexChanged.connect(lambda _: self._show_document())
        self.document.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.document.setMaximumWidth(px(260))
        self._build_views()
        head = row(self.title, self.pill, None, self.copy, self.link, self.open, gap=8, margins=(16, 10, 10, 0))
        ids = FlowLayout(px(2), 0)
        ids.setContentsMargins(px(10), 0, px(12), px(4))
        for part in (*self.ids, self.when):
            ids.addWidget(part)
        self._tools = QWidget()
        self._tools.setLayout(row(self.document, self.wrap, self.goto, gap=8))
        self._bar = row(self.tabs, None, self._tools, gap=8, margins=(4, 0, 12, 0))
        self._second_bar = row(None, margins=(14, 0, 12, 0))
        body = QVBoxLayout(self)
        body.setContentsMargins(1, 1, 1, 1)
        body.setSpacing(0)
        self._head = Surface("plain")
        self._head.setLayout(column(head, ids, self.cause, gap=0))
        self._head.setVisible(self._with_head)
        body.addWidget(self._head)
        body.addLayout(self._bar)
        body.addLayout(self._second_bar)
        line = Surface("divider")
        line.setFixedHeight(1)
        body.addWidget(line)
        body.addWidget(self.stack, 1)
        body.addWidget(self.order, 1)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.wrap.toggled.connect(self.raw.set_wrap)
        self.wrap.toggled.connect(self.json.set_wrap)

    def _build_views(self) -> None:
        formats = self.session.formats
        self.parsed, self.raw, self.json = ParsedTree(), RawView(), JsonView()
        self.hops = HopTable(formats, full=False)
        self.history = PlainTable(
            self.tr("History"),
            [self.tr("Time"), self.tr("What"), self.tr("State"), self.tr("Evidence"), self.tr("Event")],
            [112, 0, 128, 100, 130],
        )
        self.parsed.field_chosen.connect(self._field_chosen)
        self.raw.field_chosen.connect(self._field_chosen)
        self.views = {
            Tab.PARSED: PartView(self.parsed),
            Tab.RAW: PartView(self.raw),
            Tab.FHIR: PartView(self.json),
            Tab.HOPS: PartView(self.hops),
            Tab.HISTORY: PartView(self.history),
        }
        self.stack = QStackedWidget()
        for tab in Tab:
            self.stack.addWidget(self.views[tab])
        self.order = OrderView()
        self.order.table.opened.connect(self.event_requested)
        self.order.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(620)
        if narrow != self._narrow:
            self._narrow = narrow
            if narrow:
                self._second_bar.insertWidget(0, self._tools)
            else:
                self._bar.addWidget(self._tools)
            self._second_bar.setContentsMargins(px(14), px(4) * narrow, px(12), px(6) * narrow)

    # ---- the header -------------------------------------------------------------------------------------------
    def show_header(self, title: str, status: StatusWord | None, when: str, cause: Cause | None) -> None:
        """What the page knows before any part has arrived."""
        self.title.setText(title)
        self.pill.setVisible(status is not None)
        if status is not None:
            self.pill.show_status(status_text(status), icon_name=status.icon, token=status.tone, dashed=status.dashed)
        self.when.setText(when)
        self.cause.show_cause(cause)
        path = cause.path if cause is not None else ""
        if path != self._error_path:
            self._error_path = path
            self._built.clear()
            self._refresh()

    def show_order(self, facts: Sequence[tuple[str, str]], rows: Sequence[PlainRow]) -> None:
        """In place of a message: what is known of an order, and the messages that speak of it."""
        self.order.show_order(facts, rows)

    def _show_ids(self) -> None:
        subject, trace = self.details.subject, self.details.trace
        digest = ""
        if trace is not None:
            digest = next((str(h["payload_sha256"]) for h in trace["hops"] if h.get("payload_sha256")), "")
        self.ids[0].show_id(self.tr("event"), subject.event_id if subject else "")
        self.ids[1].show_id(
            self.tr("trace"), (subject.trace_id if subject else "") or (trace or {}).get("trace_id", "")
        )
        self.ids[2].show_id("sha256", digest, keep=4)

    # ---- parts ------------------------------------------------------------------------------------------------
    @property
    def tab(self) -> Tab:
        return Tab(self.tabs.currentIndex())

    def show_tab(self, tab: Tab) -> None:
        if self.tabs.isTabVisible(tab):
            self.tabs.setCurrentIndex(tab)

    def _subject_changed(self) -> None:
        self._built.clear()
        self._chosen_path = ""
        has = self.details.subject is not None
        for widget in (self.tabs, self.stack, self.copy, self.link, self.open):
            widget.setVisible(has)
        self.order.setVisible(not has)
        self._show_ids()
        self._tab_changed()
        self.details.want(Part.TRACE)

    def _tab_changed(self) -> None:
        self.stack.setCurrentIndex(self.tabs.currentIndex())
        has = self.details.subject is not None
        self.wrap.setVisible(has and self.tab in (Tab.RAW, Tab.FHIR))
        self.goto.setVisible(has and self.tab in (Tab.PARSED, Tab.RAW))
        self.document.setVisible(has and self.tab is Tab.FHIR and self.document.count() > 1)
        self.details.want(_NEEDS[self.tab])
        self._refresh()

    def _privacy_changed(self) -> None:
        for tab in (Tab.PARSED, Tab.RAW, Tab.FHIR):
            self._built.pop(tab, None)
        self._refresh()

    def _part_changed(self, part: str) -> None:
        if part == Part.TRACE:
            self._show_ids()
            for tab in (Tab.PARSED, Tab.HOPS, Tab.HISTORY, Tab.FHIR):
                self._built.pop(tab, None)
        self._refresh()

    def _refresh(self) -> None:
        """Brings the visible tab up to date with what is known."""
        if self.details.subject is None:
            return
        view, part = self.views[self.tab], _NEEDS[self.tab]
        known = self.details.get(part)
        if isinstance(known, SignalboxError):
            view.show_error(known, lambda: self.details.again(part))
        elif known is None:
            view.show_loading(self.tr("Fetching the message…"))
        elif self._built.get(self.tab) is not known:
            self._built[self.tab] = known
            view.show_content()
            self._fill(self.tab, known)
        elif not view.shows_content and self.tab is not Tab.FHIR:
            view.show_content()

    def _fill(self, tab: Tab, known: Known) -> None:
        if tab is Tab.PARSED:
            self._fill_tree(known.value)
        elif tab is Tab.RAW:
            text = known.value.text
            self.raw.show_message(masked_message(text) if self.session.privacy else text)
            self.raw.mark_paths([self._error_path] if self._error_path else [], self._chosen_path)
        elif tab is Tab.FHIR:
            self._fill_fhir(known.value)
        elif tab is Tab.HOPS:
            self.hops.show_trace(hop_rows(known.value), str(known.value.get("sender", "")))
        else:
            self.history.show_rows(history_rows(known.value, self.session))

    def _fill_tree(self, body: Mapping[str, Any]) -> None:
        items = body.get("segments") or ()
        if not items:
            self.views[Tab.PARSED].show_empty(
                self.tr("No tree"), self.tr("This message could not be parsed. See it under Raw."), "file-text"
            )
            return
        roots = build_tree(items[:_LONGEST_TREE], self._remarks(body))
        if self.session.privacy:
            mask_persons(roots)
        self.parsed.show_nodes(roots)
        if self._chosen_path:
            self.parsed.go_to_path(self._chosen_path)

    def _remarks(self, body: Mapping[str, Any]) -> list[Remark]:
        """What the error and the parser's warnings say, at the places they name."""
        error = (self.details.trace or {}).get("error")
        remarks = [Remark(str(error.get("path", "")), str(error.get("text", "")), True)] if error else []
        warnings = body.get("warnings") or ()
        return remarks + [Remark(str(w.get("path", "")), str(w.get("text", "")), False) for w in warnings]

    # ---- FHIR -------------------------------------------------------------------------------------------------
    def _fill_fhir(self, body: Mapping[str, Any]) -> None:
        self._documents = fhir_documents(body, masked=self.session.privacy)
        self.document.blockSignals(True)
        self.document.clear()
        for name, _ in self._documents:
            self.document.addItem(name)
        self.document.setCurrentIndex(most_telling([name for name, _ in self._documents]))
        self.document.blockSignals(False)
        self.document.setVisible(self.tab is Tab.FHIR and len(self._documents) > 1)
        if not self._documents:
            trace = self.details.trace or {}
            stopped = trace.get("state") in ("dead_lettered", "refused")
            self.views[Tab.FHIR].show_empty(
                self.tr("No FHIR resources"),
                self.tr("The message stopped before it became FHIR. Its cause stands above.")
                if stopped
                else self.tr("Nothing of this message has been filed as FHIR."),
                "braces",
            )
            return
        self._show_document()

    def _show_document(self) -> None:
        number = self.document.currentIndex()
        if 0 <= number < len(self._documents):
            path = self._error_path if not self._error_path[:4].strip("[]-").isupper() else ""
            self.json.show_lines(self._documents[number][1], path)

    _documents: Sequence[tuple[str, Sequence[JsonLine]]] = ()

    # ---- going to places --------------------------------------------------------------------------------------
    def _field_chosen(self, path: str) -> None:
        """A field chosen in one view is shown in the other when it is opened, and boxed in the raw text at once."""
        self._chosen_path = path
        if self.tab is Tab.RAW:
            self.raw.mark_paths([self._error_path] if self._error_path else [], path)
            self._built.pop(Tab.PARSED, None)
        else:
            self._built.pop(Tab.RAW, None)

    def go_to_path(self, path: str) -> None:
        """Shows a place in the view that is open, or in the parsed one."""
        if self.tab not in (Tab.PARSED, Tab.RAW):
            self.show_tab(Tab.PARSED)
        self._chosen_path = path
        found = self.raw.go_to_path(path) if self.tab is Tab.RAW else self.parsed.go_to_path(path)
        if not found:
            self.session.toast(self.tr("This message has no %1.").replace("%1", path), tone="warn")

    def ask_for_field(self) -> None:
        """Ctrl+G."""
        if self.tab not in (Tab.PARSED, Tab.RAW):
            self.show_tab(Tab.PARSED)
        self.goto.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.goto.selectAll()

    def _go_to_typed(self) -> None:
        path = self.goto.text().strip().upper()
        if path:
            self.go_to_path(path)

    # ---- copying ----------------------------------------------------------------------------------------------
    def copy_ticket(self) -> None:
        """IDs, times and hops as text, without patient data."""
        trace = self.details.trace
        if trace is None:
            self.session.toast(self.tr("The trace has not arrived yet."), tone="warn")
            return
        QGuiApplication.clipboard().setText(ticket_text(trace, self.session.formats, self._link_text()))
        self.session.toast(self.tr("Copied for a ticket: IDs and times, no patient details."), tone="ok")

    def _link_text(self) -> str:
        from console.desktop.places import Place

        subject = self.details.subject
        return Place("trace", {"event": subject.event_id}).link() if subject is not None else ""

    def _copy_link(self) -> None:
        QGuiApplication.clipboard().setText(self._link_text())
        self.session.toast(self.tr("Link copied."), tone="ok")

    def _open_trace(self) -> None:
        if self.details.subject is not None:
            self.trace_requested.emit(self.details.subject.event_id)
