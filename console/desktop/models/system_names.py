"""What systems and states are called on the screen, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from console.desktop.models.status_words import WORDS, StatusWord

ENGINE, STORE = "engine", "fhir-store"


def lane_name(name: str) -> str:
    """The engine and its own store are ours to name; the others keep the names their systems have."""
    if name == ENGINE:
        return QCoreApplication.translate("TimelineCanvas", "Engine")
    if name == STORE:
        return QCoreApplication.translate("TimelineCanvas", "FHIR store")
    return name


def status_text(status: StatusWord) -> str:
    """The translated word of a status."""
    return QCoreApplication.translate("Status", status.word)


def all_words() -> tuple[str, ...]:
    """Every status word, translated: for measuring."""
    return tuple(QCoreApplication.translate("Status", word) for word in WORDS)
