"""The desktop process: sets Qt up, opens the window, and brings everything to an orderly end."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from console.desktop.formats import Formats
from console.desktop.gui_gc import GuiThreadCollector
from console.desktop.i18n import Translators, chosen_language
from console.desktop.io_thread import IoThread
from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.settings import Settings, SettingsStore
from console.desktop.shell.window import Window
from console.desktop.theme import Scheme, dress

_log = logging.getLogger(__name__)
SCREENSHOT_WAIT_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asked for; None leaves it to the settings."""

    data: Path
    demo: bool = False
    engine_url: str | None = None
    place: Place | None = None
    theme: str | None = None
    language: str | None = None
    scale: int | None = None
    size: tuple[int, int] | None = None
    screenshot: Path | None = None


def local_zone() -> tzinfo:
    """This computer's zone, with its name where it has one."""
    local = datetime.now(UTC).astimezone().tzinfo
    return local if local is not None else UTC


class Desktop(QObject):
    """One run: settings, io thread, session, window. Make it after the QApplication; `close` ends it."""

    def __init__(self, application: QApplication, options: Options) -> None:
        super().__init__()
        self.application = application
        self.options = options
        self.settings = SettingsStore(options.data).load()
        self._override_settings()
        self.collector = GuiThreadCollector(self)
        self.io = IoThread(self)
        self.translators = Translators()
        appearance = self.settings.value.appearance
        self.translators.use(chosen_language(appearance.language))
        self._dress(self.settings.value)
        self.session = Session(
            io=self.io, settings=self.settings, formats=Formats(self.translators.language, local_zone()), parent=self
        )
        self.window = Window(self.session)
        self.settings.on_change(self._settings_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_scheme_changed)
        application.aboutToQuit.connect(self.close)
        self._closed = False

    def _override_settings(self) -> None:
        options, value = self.options, self.settings.value
        appearance = value.appearance
        for name in ("theme", "language", "scale"):
            given = getattr(options, name)
            if given is not None:
                appearance = replace(appearance, **{name: given})
        self.settings.value = replace(value, appearance=appearance)

    def _dress(self, settings: Settings) -> None:
        look = settings.appearance
        dress(self.application, scheme=Scheme(look.theme), scale=look.scale, high_contrast=look.high_contrast)

    def _system_scheme_changed(self) -> None:
        if self.settings.value.appearance.theme == Scheme.SYSTEM:
            self._dress(self.settings.value)

    def _settings_changed(self, old: Settings, new: Settings) -> None:
        before, after = old.appearance, new.appearance
        looks = (before.theme, before.scale, before.high_contrast) != (after.theme, after.scale, after.high_contrast)
        if looks:
            self._dress(new)
        if before.language != after.language:
            self.translators.use(chosen_language(after.language))
            self.session.formats = replace(self.session.formats, language=self.translators.language)
        if before.language != after.language or before.scale != after.scale:
            self.window.build()
        elif old.keyboard != new.keyboard:
            self.window.refresh_shortcuts()

    def open(self) -> None:
        """Shows the window at the place asked for."""
        width, height = self.options.size or (1440, 900)
        self.window.resize(width, height)
        if self.options.size is None and self.options.screenshot is None:
            screen = self.application.primaryScreen().availableGeometry()
            if screen.width() <= width or screen.height() <= height:
                self.window.setWindowState(Qt.WindowState.WindowMaximized)
        self.window.go(self.options.place or Place("welcome"))
        self.window.show()

    def close(self) -> None:
        """Stops what runs and joins the io thread. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.window.hide()
        self.io.stop()
        self.collector.stop()


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication with the names the desktop files know."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QCoreApplication.setApplicationName("signalbox")
    QCoreApplication.setOrganizationName("Signalbox")
    QGuiApplication.setApplicationDisplayName("Signalbox")
    QGuiApplication.setDesktopFileName("signalbox")
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    return QApplication(arguments)


def run(options: Options) -> int:
    """Runs the desktop until it is closed; the exit code. With a screenshot asked for: until that is written."""
    application = make_application(sys.argv[:1])
    desktop = Desktop(application, options)
    outcome: list[int] = []
    if options.screenshot is not None:
        _arrange_screenshot(desktop, options.screenshot, outcome.append)
    desktop.open()
    code = application.exec()
    desktop.close()
    return outcome[0] if outcome else code


def _arrange_screenshot(desktop: Desktop, path: Path, done: Callable[[int], None]) -> None:
    window = desktop.window
    taken = [False]

    def take() -> None:
        if taken[0]:
            return
        taken[0] = True
        saved = window.grab().save(str(path))
        if not saved:
            _log.error("screenshot_not_written")
        done(0 if saved else 3)
        QTimer.singleShot(0, desktop.application.quit)

    window.page_settled.connect(lambda name: QTimer.singleShot(200, take) if name == window.page_name else None)
    QTimer.singleShot(SCREENSHOT_WAIT_MS, take)
