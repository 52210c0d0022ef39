"""The palette: one box that goes to anything, does anything and finds whatever was pasted into it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.core.errors import SignalboxError
from console.desktop.actions import Command, key_caps
from console.desktop.error_words import error_text
from console.desktop.icons import paint_icon
from console.desktop.operations import Latest
from console.desktop.places import place_from_link
from console.desktop.session import Hit, Session
from console.desktop.shell.palette_rows import Filter, Headings, PaletteRow, asked, rows_for
from console.desktop.theme import px, theme
from console.desktop.widgets.key_caps import paint_key_cap
from console.desktop.widgets.kit import IconLabel, Surface, Text, column, divider, row

TYPING_PAUSE_MS = 60
_Index = QModelIndex | QPersistentModelIndex


class PaletteModel(QAbstractListModel):
    """Rows as `PaletteRow` in `Qt.UserRole`; headings cannot be selected."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: list[PaletteRow] = []

    def show(self, rows: list[PaletteRow]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        shown = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return shown
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            parts = [self.title(shown)]
            if shown.hit is not None:
                parts += [shown.hit.subtitle, shown.hit.kind]
            parts.append(shown.off)
            return ", ".join(part for part in parts if part)
        return None

    def title(self, shown: PaletteRow) -> str:
        hit = shown.hit
        return self._session.person(hit.title) if hit is not None and hit.person else shown.text

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class PaletteDelegate(QStyledItemDelegate):
    """Paints a heading or a row: icon, title, subtitle, what it is, its keys."""

    def __init__(self, model: PaletteModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(px(200), px(30) if self._model.rows[index.row()].is_heading else px(40))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        shown = self._model.rows[index.row()]
        colors = theme()
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shown.is_heading:
            painter.setFont(colors.font("caption"))
            painter.setPen(colors.color("text3"))
            low = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(box.adjusted(px(12), 0, 0, -px(5)), low, shown.text)
            painter.restore()
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("bg_selected"))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), px(6), px(6))
        self._paint_row(painter, box, shown, selected)
        painter.restore()

    def _paint_row(self, painter: QPainter, box: QRectF, shown: PaletteRow, selected: bool) -> None:
        colors = theme()
        ink = "text3" if shown.off else "text"
        side = px(16)
        name = shown.hit.icon if shown.hit is not None else (shown.command.icon if shown.command else "") or "command"
        token = "accent" if selected and not shown.off else "text2"
        paint_icon(painter, name, token, QRectF(box.left() + px(12), box.center().y() - side / 2, side, side))
        right = box.right() - px(10)
        shortcuts = shown.command.shortcuts if shown.command is not None else ()
        caps = key_caps(shortcuts[0]) if shortcuts else ["↵"] if selected else []
        for key in reversed(caps):
            right = paint_key_cap(painter, key, right, box.center().y())
        right -= px(8)
        painter.setFont(colors.font("small"))
        painter.setPen(colors.color("text3"))
        kind = shown.off or (shown.hit.kind if shown.hit is not None else "")
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            QRectF(box.left(), box.top(), right - box.left(), box.height()), middle | Qt.AlignmentFlag.AlignRight, kind
        )
        right -= painter.fontMetrics().horizontalAdvance(kind) + px(12)
        left = box.left() + px(40)
        person = shown.hit is not None and shown.hit.person
        painter.setFont(colors.font("body_strong" if person else "body"))
        painter.setPen(colors.color(ink))
        metrics = painter.fontMetrics()
        title = self._model.title(shown)
        # Identity is never cut: the subtitle gives way first.
        text = title if person else metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(right - left))
        painter.drawText(QRectF(left, box.top(), right - left, box.height()), middle, text)
        left += metrics.horizontalAdvance(text) + px(12)
        if shown.hit is not None and shown.hit.subtitle and left < right - px(40):
            painter.setFont(colors.font("body"))
            painter.setPen(colors.color("text2"))
            metrics = painter.fontMetrics()
            text = metrics.elidedText(shown.hit.subtitle, Qt.TextElideMode.ElideRight, int(right - left))
            painter.drawText(QRectF(left, box.top(), right - left, box.height()), middle, text)


class Palette(QWidget):
    """Covers the window with a scrim; the box sits at the top. Esc or a click beside it closes it."""

    opened = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Find and do"))
        self._session = session
        self._hits: Sequence[Hit] = ()
        self._note = ""
        self._search = Latest(session.io, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.box = Surface("raised", self)
        self.input = QLineEdit(self.box)
        self.input.setProperty("kind", "palette")
        self.input.setPlaceholderText(self.tr("Paste or type anything"))
        self.input.setAccessibleName(self.tr("Paste or type anything: a name, a number, an ID, a command"))
        self.input.textEdited.connect(self._typed)
        self.input.installEventFilter(self)
        self.model = PaletteModel(session, self)
        self.view = QListView(self.box)
        self.view.setModel(self.model)
        self.view.setItemDelegate(PaletteDelegate(self.model, self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setAccessibleName(self.tr("What was found"))
        self.view.setProperty("kind", "palette")
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._choose)
        self.note = Text("", "small", "text3", wrap=True)
        hints = self.tr(
            "↑ ↓ choose    ↵ open    Tab filter by kind    > actions only    @ people    # event or order ID"
        )
        self._layout = column(
            row(IconLabel("search", "text2", 20), self.input, gap=8, margins=(16, 10, 16, 10)),
            divider(),
            row(self.view, margins=(8, 0, 8, 0)),
            row(self.note, margins=(20, 0, 20, 4)),
            divider(),
            row(Text(hints, "caption", "text3"), None, margins=(20, 6, 20, 8)),
            gap=0,
        )
        self.box.setLayout(self._layout)
        self.hide()

    # ---- opening and closing ----------------------------------------------------------------------------------
    def open_with(self, text: str) -> None:
        """Shows the palette with a text in it, all of it selected."""
        parent = self.parentWidget()
        if parent is not None:
            self.place_in(parent.rect())
        self.input.setText(text)
        self.input.selectAll()
        self._hits = ()
        self._note = ""
        self._fill()
        self.show()
        self.raise_()
        self.input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.opened.emit()
        if text:
            self._pause.start()

    def close_layer(self) -> None:
        self._search.cancel()
        self._pause.stop()
        self.hide()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus()

    def place_in(self, area: QRect) -> None:
        self.setGeometry(area)
        width = min(px(760), area.width() - px(48))
        rows = sum(self.view.sizeHintForRow(number) for number in range(self.model.rowCount()))
        needed = rows + px(64 + 32 + 12) + (px(28) if self._note else 0)
        height = min(max(needed, px(180)), px(560), area.height() - px(120))
        self.box.setGeometry((area.width() - width) // 2, min(px(96), area.height() // 8), width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        scrim = QColor(theme().color("scrim"))
        scrim.setAlphaF(0.45)
        QPainter(self).fillRect(self.rect(), scrim)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.box.geometry().contains(event.position().toPoint()):
            self.close_layer()

    # ---- finding ----------------------------------------------------------------------------------------------
    def _typed(self, text: str) -> None:
        self._hits = () if not asked(text).text else self._hits
        self._fill()
        self._pause.start()

    def _find(self) -> None:
        question = asked(self.input.text())
        link = place_from_link(question.text)
        if link is not None:
            self._hits = (Hit(link.link(), self.tr("link"), link, "link"),)
            self._fill()
            return
        finder = self._session.finder
        if finder is None or not question.text or question.only is Filter.ACTIONS:
            self._search.cancel()
            self._hits = ()
            self._note = ""
            self._fill()
            return
        self._search.run(lambda: finder(question.text), done=self._found, failed=self._not_found)

    def _found(self, hits: Sequence[Hit]) -> None:
        people_only = asked(self.input.text()).only is Filter.PEOPLE
        self._hits = [hit for hit in hits if hit.person or not people_only]
        self._note = "" if hits else self.tr("Nothing found under this. Commands are searched too.")
        self._fill()

    def _not_found(self, error: SignalboxError) -> None:
        self._hits = ()
        self._note = error_text(error)
        self._fill()

    def _fill(self) -> None:
        rows = rows_for(
            self.input.text(),
            commands=self._session.commands.on(self._session.current_scope),
            hits=self._hits,
            recent=self._session.recent,
            headings=Headings(self.tr("Go to"), self.tr("Do"), self.tr("Recent")),
        )
        self.model.show(rows)
        self.note.setText(self._note)
        self.note.setVisible(bool(self._note))
        self._step(1, start=-1)
        parent = self.parentWidget()
        if parent is not None:
            self.place_in(parent.rect())

    # ---- choosing ---------------------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.input and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if key in steps:
            self._step(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.view.currentIndex())
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._next_filter(-1 if key == Qt.Key.Key_Backtab else 1)
        elif key == Qt.Key.Key_Escape:
            self.close_layer()
        else:
            return False
        return True

    def _step(self, by: int, *, start: int | None = None) -> None:
        at = self.view.currentIndex().row() if start is None else start
        direction = 1 if by > 0 else -1
        for _ in range(abs(by)):
            following = at + direction
            while 0 <= following < len(self.model.rows) and self.model.rows[following].is_heading:
                following += direction
            if not 0 <= following < len(self.model.rows):
                break
            at = following
        if 0 <= at < len(self.model.rows):
            index = self.model.index(at, 0)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(self.model.index(0, 0) if at <= 1 else index)

    def _next_filter(self, by: int) -> None:
        question = asked(self.input.text())
        kinds = list(Filter)
        following = kinds[(kinds.index(question.only) + by) % len(kinds)]
        self.input.setText(f"{following.value}{question.text}")
        self._typed(self.input.text())

    def _choose(self, index: _Index) -> None:
        if not index.isValid() or self.model.rows[index.row()].is_heading:
            return
        chosen = self.model.rows[index.row()]
        self.close_layer()
        if chosen.hit is not None:
            self._session.place_requested.emit(chosen.hit.place)
        elif chosen.command is not None:
            self._run(chosen.command)

    def _run(self, command: Command) -> None:
        reason = command.reason_off()
        if reason:
            self._session.toast(reason, tone="warn")
        else:
            command.run()
