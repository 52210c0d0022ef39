"""The top bar: which hospital this is, the box that finds anything, whether the sources answer, help and who."""

from __future__ import annotations

import getpass
import re

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from console.desktop.actions import key_caps, shown_shortcut
from console.desktop.icons import paint_icon
from console.desktop.session import Link, Session, Standing
from console.desktop.theme import px, theme
from console.desktop.widgets.key_caps import paint_key_cap
from console.desktop.widgets.kit import Button, IconLabel, row
from console.desktop.widgets.pill import Pill


class Omnibox(QAbstractButton):
    """Looks like a search box, opens the palette: one way to find things, from every page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("Find a patient, encounter, event ID, accession or order"))
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(shown_shortcut("Ctrl+K"))
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(px(640))
        self.setMinimumWidth(px(160))

    def sizeHint(self) -> QSize:
        return QSize(px(620), px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = px(2) if self.hasFocus() else 1
        painter.setPen(QPen(colors.color("focus" if self.hasFocus() else "border_strong"), wide))
        painter.setBrush(colors.color("bg_app"))
        box = QRectF(self.rect()).adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2)
        painter.drawRoundedRect(box, px(6), px(6))
        side = px(16)
        middle = self.height() / 2
        paint_icon(painter, "search", "text2", QRectF(px(11), middle - side / 2, side, side))
        right = self._paint_keys(painter, self.width() - px(8), middle)
        painter.setFont(colors.font("body"))
        painter.setPen(colors.color("text3"))
        left = px(36)
        space = QRectF(left, 0, right - left - px(8), self.height())
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(space.width()))
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, text)

    @staticmethod
    def _paint_keys(painter: QPainter, right: float, middle: float) -> float:
        for key in reversed(key_caps("Ctrl+K")):
            right = paint_key_cap(painter, key, right, middle)
        return right


def account_name() -> str:
    """The account of this computer that runs the desktop; '' when the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


class Who(QWidget):
    """Initials in a circle: who sits here, by the account of this computer."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = [word for word in re.split(r"[\W_]+", name) if word]
        self._initials = "".join(word[0] for word in words[:2]).upper() or "?"
        self.setFixedSize(px(30), px(30))
        self.setAccessibleName(self.tr("Signed in to this computer as %1").replace("%1", name or "?"))
        self.setToolTip(self.accessibleName())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("accent_soft"))
        painter.drawEllipse(self.rect())
        painter.setPen(theme().color("accent"))
        painter.setFont(theme().font("caption", 700))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._initials)


class TopBar(QFrame):
    """Signals say what was asked for; the shell does it."""

    find_requested = Signal()
    help_requested = Signal()
    connections_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setFixedHeight(px(52))
        self._session = session
        self.environment = Pill(self.tr("NOT CONNECTED"), icon_name="unplug", token="quiet")
        self.omnibox = Omnibox()
        self.omnibox.clicked.connect(self.find_requested)
        self._source_icon = IconLabel("radio-tower", "text3", 16)
        self._sources = Button("", kind="ghost", name=self.tr("Sources"))
        self._sources.clicked.connect(self.connections_requested)
        help_button = Button(icon_name="circle-question-mark", kind="icon", name=self.tr("Help and keys (F1)"))
        help_button.clicked.connect(self.help_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(16), 0, px(16), 0)
        layout.setSpacing(px(12))
        layout.addWidget(self.environment)
        layout.addWidget(self.omnibox, 3)
        layout.addStretch(1)
        layout.addLayout(row(self._source_icon, self._sources, gap=2))
        layout.addWidget(help_button)
        layout.addWidget(Who(account_name()))
        session.standing_changed.connect(self._show)
        self._show(session.standing)

    def show_environment(self, environment: str, name: str) -> None:
        """`environment` demo, test, production or '' (nothing connected)."""
        style = theme().environments.get(environment)
        if style is None:
            self.environment.show_status(self.tr("NOT CONNECTED"), icon_name="unplug", token="quiet", dashed=True)
            return
        words = {
            "demo": self.tr("DEMO HOSPITAL"),
            "test": self.tr("TEST"),
            "production": self.tr("PRODUCTION"),
        }
        text = words[environment] if environment == "demo" else f"{words[environment]} · {name}"
        self.environment.show_status(text, icon_name=style.icon, token=style.token, solid=environment == "production")

    def _show(self, standing: Standing) -> None:
        token = "text3"
        if standing.link in (Link.LIVE, Link.BEHIND) and standing.sources:
            if standing.sources_live == standing.sources:
                text, token = self.tr("%n source(s) live", "", standing.sources), "ok_fg"
            else:
                text = self.tr("%1 of %2 sources live").replace("%1", str(standing.sources_live))
                text, token = text.replace("%2", str(standing.sources)), "warn_fg"
        elif standing.link is Link.CONNECTING:
            text = self.tr("Connecting…")
        elif standing.link is Link.OFFLINE:
            text, token = self.tr("No contact"), "warn_fg"
        else:
            text = self.tr("No sources")
        self._sources.setText(text)
        self._sources.setAccessibleName(text)
        self._sources.setToolTip(standing.because or text)
        self._source_icon.set_icon("unplug" if standing.link is Link.OFFLINE else "radio-tower", token)
