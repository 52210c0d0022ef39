"""An error in the user's language: the rooms below speak English; in another language the code picks the sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from console.core.errors import SignalboxError


def error_text(error: SignalboxError) -> str:
    """The sentence to show: in English the error's own, the most exact; else the translated one of its code."""
    if QLocale().language() in (QLocale.Language.English, QLocale.Language.C):
        return error.text
    return _sentences().get(error.code, error.text)


def _sentences() -> dict[str, str]:
    tr = QCoreApplication
    silent = tr.translate("Errors", "The engine cannot be reached. Check that it runs and that the network is there.")
    return {
        "unreachable": silent,
        "timed-out": tr.translate("Errors", "The engine takes too long to answer. Try again in a moment."),
        "too-slow": tr.translate("Errors", "The engine takes too long to answer. Try again in a moment."),
        "busy": tr.translate("Errors", "The engine is busy. Try again in a moment."),
        "stopping": tr.translate("Errors", "The engine is stopping. Try again in a moment."),
        "broken-answer": tr.translate(
            "Errors", "The engine's answer cannot be read. Check the address and the version."
        ),
        "no-source": tr.translate("Errors", "Nobody answered, and no copy of this is kept here. Check the connection."),
        "no-token": tr.translate("Errors", "There is no access token for this engine. Enter it in Settings."),
        "bad-token": tr.translate("Errors", "The engine refused the access token. Enter the right one in Settings."),
        "unauthorised": tr.translate("Errors", "The engine refused the access token. Enter the right one in Settings."),
        "not-found": tr.translate("Errors", "There is no such thing here. It may have been removed after its time."),
        "body-purged": tr.translate("Errors", "The message itself was removed after its time. Its events are kept."),
        "not-supported": tr.translate("Errors", "This source cannot answer that question."),
        "settings-not-saved": tr.translate(
            "Errors", "The settings could not be saved. They hold until you close Signalbox."
        ),
        "engine-not-started": tr.translate("Errors", "The engine on this computer does not start."),
        "cannot-listen": tr.translate("Errors", "The engine cannot listen: its address is in use by another program."),
        "http-address-in-use": tr.translate(
            "Errors", "The engine cannot listen: its address is in use by another program."
        ),
        "folder-in-use": tr.translate("Errors", "Another engine uses this data folder. Stop it or choose another."),
        "folder-not-writable": tr.translate("Errors", "The data folder cannot be used. Choose another with --data."),
        "bad-settings": tr.translate("Errors", "A setting of the engine is wrong. See settings.toml."),
        "store-full": tr.translate(
            "Errors", "The engine's disk is full. It acknowledges nothing until there is space."
        ),
        "internal-error": tr.translate(
            "Errors", "Something went wrong inside Signalbox. Nothing was changed; try again."
        ),
    }
