"""The rail: one button per page, icon over word, with a badge for what needs somebody; icons only when narrow."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from console.desktop.icons import paint_icon
from console.desktop.pages import PageSpec
from console.desktop.shell.mark import Mark
from console.desktop.theme import px, theme

WIDE, NARROW = 88, 56


class RailButton(QAbstractButton):
    """One page. Painted, so that badge, bar and focus ring sit exactly; a real button to keyboard and screen reader."""

    def __init__(self, spec: PageSpec, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.badge = 0
        self.narrow = False
        self.setText(spec.title())
        self._shortcut = shortcut
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name()

    def _name(self) -> None:
        waiting = self.tr("%n waiting", "", self.badge) if self.badge else ""
        self.setAccessibleName(", ".join(part for part in (self.text(), waiting) if part))
        self.setToolTip(
            " ".join(part for part in (self.text(), f"({self._shortcut})" if self._shortcut else "") if part)
        )

    def set_badge(self, number: int) -> None:
        if number != self.badge:
            self.badge = number
            self._name()
            self.update()

    def set_narrow(self, narrow: bool) -> None:
        self.narrow = narrow
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self.narrow:
            return QSize(px(NARROW), px(48))
        needed = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(max(px(WIDE), needed + px(20)), px(60))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.width(), self.height()
        inner = QRectF(px(6), px(2), width - px(12), height - px(4))
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(colors.color("rail_active"))
            painter.setOpacity(1.0 if self.isChecked() else 0.5)
            painter.drawRoundedRect(inner, px(8), px(8))
            painter.setOpacity(1.0)
        if self.isChecked():
            painter.setBrush(colors.color("mark_line"))
            painter.drawRoundedRect(QRectF(0, height / 2 - px(12), px(3), px(24)), px(1.5), px(1.5))
        token = "rail_fg_active" if self.isChecked() else "rail_fg"
        side = px(20)
        top = (height - side) / 2 if self.narrow else px(10)
        paint_icon(painter, self.spec.icon, token, QRectF((width - side) / 2, top, side, side))
        if not self.narrow:
            painter.setFont(colors.font("caption", 600 if self.isChecked() else None))
            painter.setPen(colors.color(token))
            painter.drawText(QRectF(0, px(34), width, px(18)), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.badge:
            self._paint_badge(painter, width / 2 + px(7), top - px(5))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = painter.pen()
            pen.setColor(colors.color("rail_fg_active"))
            pen.setWidthF(px(2))
            painter.setPen(pen)
            painter.drawRoundedRect(inner.adjusted(1, 1, -1, -1), px(8), px(8))

    def _paint_badge(self, painter: QPainter, left: float, top: float) -> None:
        colors = theme()
        text = str(self.badge) if self.badge < 100 else "99+"
        painter.setFont(colors.font("caption", 700))
        width = max(px(16), painter.fontMetrics().horizontalAdvance(text) + px(8))
        box = QRectF(left, top, width, px(16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("badge"))
        painter.drawRoundedRect(box, px(8), px(8))
        painter.setPen(colors.color("badge_ink"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class Rail(QWidget):
    """All page buttons. `chosen` names the page clicked."""

    chosen = Signal(str)

    def __init__(self, specs: list[PageSpec], shortcuts: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Pages"))
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, px(10), 0, px(10))
        layout.setSpacing(px(4))
        layout.addWidget(Mark(28), alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(px(8))
        bottom = [spec for spec in specs if spec.at_bottom]
        for spec in [s for s in specs if not s.at_bottom]:
            layout.addWidget(self._make(spec, shortcuts), alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        for spec in bottom:
            layout.addWidget(self._make(spec, shortcuts), alignment=Qt.AlignmentFlag.AlignHCenter)

    def _make(self, spec: PageSpec, shortcuts: dict[str, str]) -> RailButton:
        button = RailButton(spec, shortcuts.get(spec.name, ""))
        button.clicked.connect(lambda: self.chosen.emit(spec.name))
        self._group.addButton(button)
        self._buttons[spec.name] = button
        return button

    def select(self, page: str) -> None:
        """Marks a page as the shown one; a page that is not on the rail leaves none marked."""
        button = self._buttons.get(page)
        self._group.setExclusive(False)
        for other in self._buttons.values():
            other.setChecked(other is button)
        self._group.setExclusive(True)

    def set_badge(self, page: str, number: int) -> None:
        if page in self._buttons:
            self._buttons[page].set_badge(number)

    def set_narrow(self, narrow: bool) -> None:
        for button in self._buttons.values():
            button.set_narrow(narrow)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("rail_bg"))
