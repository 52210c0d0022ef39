"""The desktop process: sets Qt up, opens the window, and brings everything to an orderly end."""

from __future__ import annotations

import logging
import signal
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    Qt,
    QTimeZone,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from console.core.errors import SignalboxError
from console.desktop.formats import Formats
from console.desktop.gui_gc import GuiThreadCollector
from console.desktop.i18n import Translators, chosen_language
from console.desktop.io_thread import IoThread
from console.desktop.photographer import Photographer
from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.settings import Connection, Settings, SettingsStore
from console.desktop.shell.window import Window
from console.desktop.theme import Scheme, dress

if TYPE_CHECKING:
    from console.desktop.connector import Connector

_log = logging.getLogger(__name__)

DEMO_NAME = "Demo hospital"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asked for; None leaves it to the settings."""

    data: Path
    demo: bool = False
    harness: bool = False
    """The harness is what is wanted: no connection is opened."""
    engine_url: str | None = None
    place: Place | None = None
    theme: str | None = None
    language: str | None = None
    scale: int | None = None
    size: tuple[int, int] | None = None
    screenshot: Path | None = None


def local_zone() -> tzinfo:
    """This computer's zone with its rules, so that other times of the year are right too; else its offset of today."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode()
    if name in ("", "UTC", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return datetime.now(UTC).astimezone().tzinfo or UTC


class Desktop(QObject):
    """One run: settings, io thread, session, window. Make it after the QApplication; `close` ends it."""

    failed = Signal(str)
    """The connection asked for on the command line cannot be had: a sentence for a person."""

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
        self.connector: Connector | None = None
        self.settings.on_change(self._settings_changed)
        self.session.connection_requested.connect(self._chosen)
        self.window.first_painted.connect(self._connect)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_scheme_changed)
        application.aboutToQuit.connect(self.close)
        self._closed = False

    # ---- looks ------------------------------------------------------------------------------------------------
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

    # ---- connections ------------------------------------------------------------------------------------------
    @property
    def first_connection(self) -> Connection | None:
        """What to open at start: what the command line says, else what was open last, else nothing (first run)."""
        options, settings = self.options, self.settings.value
        if options.harness:
            return None
        if options.demo:
            return Connection(DEMO_NAME, "demo", "", "demo")
        if options.engine_url is not None:
            url = options.engine_url.rstrip("/")
            known = next((c for c in settings.connections if c.url == url), None)
            return known or Connection(urlsplit(url).netloc, "engine", url, "test")
        return settings.connection(settings.active)

    def _connect(self) -> None:
        """After the first frame: heavy modules may come in now."""
        first = self.first_connection
        if first is not None:
            self._open(first)

    def _chosen(self, connection: Connection, token: str) -> None:
        """The user picked a connection: it is also the one to open next time."""
        value = self.settings.value
        known = value.connection(connection.name) is not None
        try:
            self.settings.change(
                connections=value.connections if known else (*value.connections, connection), active=connection.name
            )
        except SignalboxError as error:
            self.session.toast_error(error)
        self._open(connection, token)

    def _open(self, connection: Connection, token: str = "") -> None:
        if self.connector is None:
            from console.desktop.connector import Connector
            from console.desktop.opening import open_engine

            self.connector = Connector(
                self.session, open_engine, data=self.options.data, environment=self.window.set_environment
            )
            self.connector.opened.connect(self._opened)
            self.connector.failed.connect(lambda error: self.failed.emit(error.text))
        self.connector.open(connection, token)

    def _opened(self) -> None:
        if self.window.page_name == "welcome":
            self.window.go(Place("investigate"))

    # ---- opening and closing ----------------------------------------------------------------------------------
    def open(self) -> None:
        """Shows the window at the place asked for."""
        width, height = self.options.size or (1440, 900)
        if self.options.size is None and self.options.screenshot is None:
            screen = self.application.primaryScreen().availableGeometry()
            if screen.width() <= width or screen.height() <= height:
                width, height = min(width, screen.width()), min(height, screen.height())
                self.window.setWindowState(Qt.WindowState.WindowMaximized)
        self.window.resize(width, height)
        home = Place("welcome" if self.first_connection is None else "investigate")
        if self.options.harness:
            home = Place("harness")
        self.window.go(self.options.place or home)
        self.window.show()

    def close(self) -> None:
        """Stops what runs and joins the io thread. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.window.hide()
        self.session.close()
        if self.connector is not None:
            self.connector.close()
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
    """Runs the desktop until it is closed; the exit code. With a screenshot asked for: until that is written.

    Raises EnvironmentFault when the picture could not be made.
    """
    qInstallMessageHandler(_log_qt_message)
    application = make_application(sys.argv[:1])
    desktop = Desktop(application, options)
    _end_on_signals(application)
    photographer = Photographer(desktop, options.screenshot) if options.screenshot is not None else None
    desktop.open()
    code = application.exec()
    desktop.close()
    if photographer is not None and photographer.fault is not None:
        raise photographer.fault
    return code


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Qt's complaints go to the log by their kind only: their text may quote what is shown."""
    if kind is QtMsgType.QtFatalMsg:
        sys.stderr.write(f"signalbox: {message}\n")
    elif kind is not QtMsgType.QtDebugMsg:
        _log.info("qt message", extra={"kind": kind.name, "code": context.category or ""})


def _end_on_signals(application: QApplication) -> None:
    """Ctrl+C and a service manager's SIGTERM close the window in order; the collector's timer lets Python hear them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.quit())
