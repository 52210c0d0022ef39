"""Who this is about: name, born, gender, numbers, over the page's whole width; never cut (NHS CUI: patient banner)."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.presenters.encounter_words import Banner
from console.desktop.session import Session
from console.desktop.theme import px, theme
from console.desktop.widgets.flow import FlowLayout
from console.desktop.widgets.kit import Text, row
from console.desktop.widgets.pill import Pill


class PatientBanner(QWidget):
    """Shows one `Banner`, masked while privacy mode is on. It goes on in a second line rather than cut anything."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._banner: Banner | None = None
        self._flow = FlowLayout(px(26), px(4), self)
        self._flow.setContentsMargins(px(20), px(10), px(20), px(10))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        session.privacy_changed.connect(lambda _: self._rebuild())
        theme().changed.connect(self.update)
        self._rebuild()

    def show_banner(self, banner: Banner | None) -> None:
        if banner != self._banner:
            self._banner = banner
            self._rebuild()

    def _rebuild(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        banner, person = self._banner, self._session.person
        if banner is None:
            self._flow.addWidget(Text(self.tr("No patient has been identified for these messages"), "heading", "text2"))
            self.setAccessibleName(self.tr("No patient identified"))
        else:
            name = [Text(person(banner.name), "title", selectable=True)]
            if banner.title and not self._session.privacy:
                name.append(Text(f"({banner.title})", "title", "text2"))
                name[1].setProperty("light", True)
            self._flow.addWidget(_joined(*name))
            for field in banner.fields:
                self._flow.addWidget(
                    _joined(Text(field.label, "body", "text2"), Text(person(field.value), "heading", selectable=True))
                )
            for warning in banner.warnings:
                self._flow.addWidget(Pill(warning, icon_name="triangle-alert", token="warn"))
            spoken = [f"{f.label} {person(f.value)}" for f in banner.fields]
            self.setAccessibleName(", ".join([person(banner.name), *spoken]))
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("accent_soft"))
        painter.fillRect(QRectF(0, 0, px(4), self.height()), theme().color("accent"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme().color("border"))


def _joined(*texts: Text) -> QWidget:
    holder = QWidget()
    holder.setLayout(row(*texts, gap=7))
    return holder
