"""Desktop tests: real Qt offscreen, bundled fonts, a fixed clock; every io thread is joined."""

from __future__ import annotations

import gc
import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("QT_ACCESSIBILITY", "1")

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from console.desktop.formats import Formats
from console.desktop.i18n import Translators
from console.desktop.io_thread import IoThread
from console.desktop.session import Session
from console.desktop.settings import SettingsStore
from console.desktop.theme import Scheme, dress

NOW = datetime(2026, 11, 21, 3, 7, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Light colours at 100 % before each test; no widget left after it."""
    dress(qapp, scheme=Scheme.LIGHT)
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


@pytest.fixture
def io(qapp: QApplication) -> Iterator[IoThread]:
    thread = IoThread()
    yield thread
    assert thread.stop(), "the io thread did not end"


@pytest.fixture
def session(io: IoThread, tmp_path: Path) -> Iterator[Session]:
    """A session with default settings, the hospital in London, and a clock that stands still at 03:07:12."""
    made = Session(
        io=io,
        settings=SettingsStore(tmp_path).load(),
        formats=Formats("en", ZoneInfo("Europe/London")),
        clock=lambda: NOW,
    )
    yield made
    made.close()


@pytest.fixture
def spanish(qapp: QApplication) -> Iterator[Translators]:
    """Installs the Spanish translation for one test."""
    translators = Translators()
    translators.use("es")
    yield translators
    translators.use("en")


@pytest.fixture
def nameless() -> Callable[[QWidget], list[str]]:
    """Lists the shown focusable widgets below a widget that a screen reader could not name."""

    def find(root: QWidget) -> list[str]:
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QAccessible

        found = []
        for widget in [root, *root.findChildren(QWidget)]:
            if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None:
                continue
            if not widget.isVisibleTo(root):
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            name = interface.text(QAccessible.Text.Name) if interface is not None else ""
            if not name.strip():
                found.append(f"{type(widget).__name__} {widget.objectName()}")
        return found

    return find
