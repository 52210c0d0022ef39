"""How the timeline page is laid out: canvas over events beside details; on small screens the details are a drawer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSplitter, QVBoxLayout, QWidget

from console.desktop.models.event_rows import EventRows
from console.desktop.models.timeline_reading import timeline_from_json
from console.desktop.presenters.message_details import MessageDetails
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.event_table import EventTable
from console.desktop.widgets.kit import Button, Surface, Text, column, row
from console.desktop.widgets.message_panel import MessagePanel
from console.desktop.widgets.timeline_canvas import TimelineCanvas

DRAWER_FROM = 1_180
"""Width (at 100 %) from which the details drawer is open unasked."""
_NOTHING = timeline_from_json({"now": "2000-01-01T00:00:00Z", "lanes": [], "loops": [], "entries": []})


class TimelineFrame(QWidget):
    """The three panes and the button that tells of news. `drawer_shown` says when the drawer opens or closes."""

    drawer_shown = Signal(bool)

    def __init__(self, session: Session, details: MessageDetails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._drawer_wanted: bool | None = None
        self._height_chosen = False
        self.canvas = TimelineCanvas(_NOTHING, session.formats)
        self.events = EventTable(EventRows(_NOTHING), session.formats)
        self.count = Text("", "body", "text3")
        self.panel = MessagePanel(session, details)
        self.panel.setMinimumWidth(px(380))
        self.canvas_card = self._canvas_card()
        self.new_button = Button("", icon_name="arrow-right", kind="primary", parent=self.canvas_card)
        self.new_button.hide()
        self.bottom = QSplitter(Qt.Orientation.Horizontal)
        self.bottom.addWidget(self._events_card())
        self.left_side = QSplitter(Qt.Orientation.Vertical)
        self.left_side.addWidget(self.canvas_card)
        self.left_side.addWidget(self.bottom)
        self.outer = QSplitter(Qt.Orientation.Horizontal)
        self.outer.addWidget(self.left_side)
        for splitter in (self.bottom, self.left_side, self.outer):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(px(12))
        self.setLayout(column(self.outer, gap=0, margins=(16, 0, 16, 12)))
        self.left_side.splitterMoved.connect(self._height_was_chosen)
        self.canvas_card.installEventFilter(self)
        session.compact_changed.connect(self.arrange)
        self.arrange(session.compact)

    def _canvas_card(self) -> Surface:
        card = Surface("card")
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.canvas)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(scroll)
        return card

    def _events_card(self) -> Surface:
        card = Surface("card")
        card.setMinimumWidth(px(300))
        hint = Text(self.tr("J / K · Enter"), "small", "text3")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(row(Text(self.tr("Events"), "heading"), self.count, None, hint, margins=(16, 8, 14, 2)))
        layout.addWidget(self.events, 1)
        return card

    # ---- arranging --------------------------------------------------------------------------------------------
    def arrange(self, compact: bool) -> None:
        """Wide: the details beside the events. Compact: a drawer over the whole height at the right."""
        side = self.outer if compact else self.bottom
        if self.panel.parentWidget() is not side:
            side.addWidget(self.panel)
        if compact:
            self.outer.setStretchFactor(0, 1)
            self.outer.setSizes([px(10_000), px(440)])
        else:
            self.bottom.setSizes([px(700), px(820)])
            self.bottom.setStretchFactor(0, 6)
            self.bottom.setStretchFactor(1, 7)
        self.events.set_density("compact" if compact else "default")
        self._height_chosen = False
        self._show_drawer()
        self.share_height()

    def _show_drawer(self) -> None:
        """Until somebody decides, the drawer is open where it leaves the canvas enough room."""
        roomy = self.width() >= px(DRAWER_FROM)
        shown = roomy if self._drawer_wanted is None else self._drawer_wanted
        self.panel.setVisible(shown or not self._session.compact)
        self.drawer_shown.emit(shown)

    def toggle_details(self) -> None:
        """Opens or closes the drawer; on a wide screen the details are always there."""
        if self._session.compact:
            self._drawer_wanted = not self.panel.isVisible()
            self._show_drawer()

    def _height_was_chosen(self) -> None:
        self._height_chosen = True

    def share_height(self) -> None:
        """The canvas gets what it wants, but leaves the events a good part; what a person chose stays."""
        if self._height_chosen:
            return
        height = max(self.left_side.height(), 1)
        least = min(px(170), height // 2)
        share = max(round(height * 0.6), self.canvas.minimumSizeHint().height() + px(4))
        wanted = min(self.canvas.sizeHint().height() + px(4), share, height - least)
        self.left_side.setSizes([max(wanted, px(160)), max(height - wanted, least)])

    def panes(self) -> list[QWidget]:
        """What F6 goes round."""
        panes: list[QWidget] = [self.canvas, self.events]
        return [*panes, self.panel.tabs] if self.panel.isVisible() else panes

    # ---- news -------------------------------------------------------------------------------------------------
    def show_news(self, text: str) -> None:
        """The button over the canvas; '' hides it."""
        self.new_button.setVisible(bool(text))
        self.new_button.setText(text)
        self.new_button.setAccessibleName(text)
        self._place_new_button()

    def _place_new_button(self) -> None:
        size, card = self.new_button.sizeHint(), self.canvas_card.size()
        left, top = card.width() - size.width() - px(14), card.height() - size.height() - px(12)
        self.new_button.setGeometry(left, top, size.width(), size.height())
        self.new_button.raise_()

    # ---- events -----------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_drawer()
        if event.oldSize().height() != event.size().height():
            QTimer.singleShot(0, self, self.share_height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.canvas_card and event.type() == QEvent.Type.Resize:
            self._place_new_button()
        return super().eventFilter(watched, event)
