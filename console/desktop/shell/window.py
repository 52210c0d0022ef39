"""The window: pages in the middle, everything that is always there around them, and the way from place to place."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from console.desktop.actions import Command, is_single_letter, scopes_heard, shown_shortcut
from console.desktop.page import Page
from console.desktop.pages import PageSpec, page_spec, shown_pages
from console.desktop.places import History, Place
from console.desktop.session import Session
from console.desktop.shell.commands import window_commands
from console.desktop.shell.help_sheet import HelpSheet
from console.desktop.shell.mark import mark_pixmap
from console.desktop.shell.offline_banner import OfflineBanner
from console.desktop.shell.palette import Palette
from console.desktop.shell.rail import Rail
from console.desktop.shell.status_bar import StatusBar
from console.desktop.shell.toasts import Toasts
from console.desktop.shell.top_bar import TopBar
from console.desktop.theme import px, theme
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.investigation.answer import FeedChanges

COMPACT_WIDTH, COMPACT_HEIGHT = 1500, 900
"""Below either, pages fold: drawers for side panels, icons for the rail."""


class EnvironmentStripe(QWidget):
    """Three pixels over the whole width in the environment's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.token = "border"
        self.setFixedHeight(px(3))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color(self.token))


class Window(QWidget):
    """One window per process. `first_painted` fires after the first frame, when heavy modules may be imported."""

    first_painted = Signal()
    page_settled = Signal(str)
    closing = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.history = History()
        self.environment = ("", "")
        self._pages: dict[str, Page] = {}
        self._shortcuts: list[tuple[Command, QShortcut]] = []
        self._painted = False
        self._may_close = False
        self.setWindowTitle("Signalbox")
        self.setWindowIcon(QIcon(mark_pixmap(64)))
        self.setMinimumSize(960, 600)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._frame: QWidget | None = None
        self.build()
        session.place_requested.connect(self.go)
        session.badge_changed.connect(self._set_badge)
        session.hub.changed.connect(self._spread)
        session.desk_changed.connect(self._drop_pages)
        session.toast_requested.connect(lambda toast: self.toasts.show_toast(toast))
        session.compact_changed.connect(self._set_compact)
        theme().changed.connect(self._theme_changed)

    # ---- building ---------------------------------------------------------------------------------------------
    def build(self) -> None:
        """Makes everything anew, in the language now set, and shows the place that was shown."""
        place = self.history.current
        old, self._frame = self._frame, QWidget(self)
        self._clear_pages()
        for _, shortcut in self._shortcuts:
            shortcut.deleteLater()
        self._shortcuts.clear()
        self.session.commands.clear()
        specs = shown_pages()
        frame = self._frame
        self.stripe = EnvironmentStripe(frame)
        keys = {spec.name: shown_shortcut(f"Ctrl+{n}") for n, spec in enumerate(specs, start=1)}
        self.rail = Rail(specs, keys, frame)
        self.top_bar = TopBar(self.session, frame)
        self.offline_banner = OfflineBanner(self.session, frame)
        self.stack = QStackedWidget(frame)
        self.status_bar = StatusBar(self.session, frame)
        right = QVBoxLayout()
        right.setSpacing(0)
        for part, stretch in (
            (self.stripe, 0),
            (self.top_bar, 0),
            (self.offline_banner, 0),
            (self.stack, 1),
            (self.status_bar, 0),
        ):
            right.addWidget(part, stretch)
        layout = QGridLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail, 0, 0)
        layout.addLayout(right, 0, 1)
        layout.setColumnStretch(1, 1)
        self.palette_box = Palette(self.session, self)
        self.help_sheet = HelpSheet(self.session, self)
        self.toasts = Toasts(self)
        self._grid.addWidget(frame, 0, 0)
        if old is not None:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rail.chosen.connect(lambda name: self.go(Place(name)))
        self.top_bar.find_requested.connect(lambda: self.palette_box.open_with(""))
        self.top_bar.help_requested.connect(self.toggle_help)
        self.top_bar.connections_requested.connect(lambda: self.go(Place("settings", {"part": "connections"})))
        self.status_bar.privacy_toggled.connect(lambda: self.session.set_privacy(not self.session.privacy))
        self.set_environment(*self.environment)
        self._add_commands(window_commands(self, specs))
        self._set_compact(self.session.compact)
        if place is not None:
            self._show(place)

    def _clear_pages(self) -> None:
        for page in self._pages.values():
            page.left()
            page.hide()
            page.deleteLater()
        self._pages.clear()

    def _drop_pages(self) -> None:
        """Another hospital: nothing that is shown may stay."""
        if self.history.current is not None:
            self.build()

    def _add_commands(self, commands: list[Command]) -> None:
        self.session.commands.add(commands)
        letters = self.session.settings.value.keyboard.single_letters
        for command in commands:
            for keys in command.shortcuts:
                shortcut = QShortcut(QKeySequence(keys), self)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(lambda c=command: self.run(c))
                self._shortcuts.append((command, shortcut))
        heard = scopes_heard(self.scope)
        for command, shortcut in self._shortcuts:
            text = shortcut.key().toString(QKeySequence.SequenceFormat.PortableText)
            shortcut.setEnabled(command.scope in heard and (letters or not is_single_letter(text)))

    def refresh_shortcuts(self) -> None:
        """After a change of page or of the single-letter setting."""
        self._add_commands([])

    # ---- going places -----------------------------------------------------------------------------------------
    @property
    def page_name(self) -> str:
        return self.history.current.page if self.history.current is not None else ""

    @property
    def scope(self) -> str:
        """What is shown, for commands: the page, or the page and its part."""
        part = self.page.part() if self.page is not None else ""
        return f"{self.page_name}/{part}" if part else self.page_name

    @property
    def page(self) -> Page | None:
        return self._pages.get(self.page_name)

    def go(self, place: Place) -> None:
        """Shows a place and remembers the way back. An unknown page is refused with a notice."""
        if page_spec(place.page) is None:
            self.session.toast(self.tr("There is no page called %1.").replace("%1", place.page), tone="warn")
            return
        if not place.params and place.page in self._pages:
            place = self._pages[place.page].place() or place
        self.history.visit(place)
        self._show(place)

    def back(self) -> None:
        place = self.history.back()
        if place is not None:
            self._show(place)

    def forward(self) -> None:
        place = self.history.forward()
        if place is not None:
            self._show(place)

    def _show(self, place: Place) -> None:
        spec = page_spec(place.page)
        if spec is None:
            return
        before = self.stack.currentWidget()
        page = self._pages.get(place.page) or self._make(spec)
        page.show_place(place)
        if before is not page:
            if isinstance(before, Page):
                before.left()
            self.stack.setCurrentWidget(page)
            page.setFocus(Qt.FocusReason.OtherFocusReason)
            page.entered()
        self.session.current_page = place.page
        self.rail.select(place.page)
        self._part_changed()
        self._title(spec.title())

    def _make(self, spec: PageSpec) -> Page:
        page = spec.load()(self.session)
        if not isinstance(page, Page):
            raise TypeError(f"{spec.class_name} is no Page")
        page.setObjectName(f"page-{spec.name}")
        page.settled.connect(lambda: self.page_settled.emit(spec.name))
        page.place_changed.connect(self._page_moved)
        page.title_changed.connect(self._title)
        page.part_changed.connect(self._part_changed)
        self._pages[spec.name] = page
        self.stack.addWidget(page)
        self._add_commands(list(page.commands()))
        return page

    def _page_moved(self, place: Place) -> None:
        if place.page == self.page_name:
            self.history.visit(place)

    def _part_changed(self) -> None:
        """Takes in the commands the shown page has grown, and lets the keys follow."""
        self.session.current_scope = self.scope
        page = self.page
        own = page.commands() if page is not None and page.part() else ()
        self._add_commands([command for command in own if command.name not in self.session.commands])

    def _title(self, text: str) -> None:
        self.setWindowTitle(f"{text} · Signalbox" if text else "Signalbox")

    # ---- what the commands do ---------------------------------------------------------------------------------
    def run(self, command: Command) -> None:
        """Runs a command, or says why it is off."""
        reason = command.reason_off()
        if reason:
            self.session.toast(reason, tone="warn")
        else:
            command.run()

    def toggle_help(self) -> None:
        self.help_sheet.toggle(self.scope)

    def escape(self) -> None:
        """Out by one layer."""
        for layer in (self.palette_box, self.help_sheet):
            if layer.isVisible():
                layer.close_layer()
                return
        self.toasts.dismiss_last()

    def set_environment(self, environment: str, name: str) -> None:
        """`environment` is demo, test, production or ''."""
        self.environment = (environment, name)
        style = theme().environments.get(environment)
        self.stripe.token = f"{style.token}_solid" if style else "border"
        self.stripe.update()
        self.top_bar.show_environment(environment, name)

    # ---- events -----------------------------------------------------------------------------------------------
    def _spread(self, changes: FeedChanges) -> None:
        for page in list(self._pages.values()):
            page.changes_arrived(changes)

    def _set_badge(self, page: str, number: int) -> None:
        self.rail.set_badge(page, number)

    def _set_compact(self, compact: bool) -> None:
        self.rail.set_narrow(compact)

    def _theme_changed(self) -> None:
        for widget in self.findChildren(QWidget):
            widget.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.session.set_compact(self.width() < px(COMPACT_WIDTH) or self.height() < px(COMPACT_HEIGHT))
        for layer in (self.palette_box, self.help_sheet, self.toasts):
            layer.place_in(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A run that goes on is not ended by a slip: the window asks first."""
        if self.session.harness_runs and not self._may_close:
            event.ignore()
            self._ask_to_close()
            return
        self.closing.emit()
        super().closeEvent(event)

    def _ask_to_close(self) -> None:
        def stop_and_close() -> None:
            self._may_close = True
            self.close()

        ConfirmDialog(
            self.tr("A run is going on"),
            self.tr("Closing Signalbox stops it in order. What was sent and answered so far is kept in its folder."),
            action=self.tr("Stop the run and close"),
            cancel=self.tr("Keep it running"),
            run=stop_and_close,
            parent=self,
        ).ask()
