"""English in the source, Spanish in resources/translations: which language is meant and how Qt learns of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from console.desktop.resources import resource

LANGUAGES = ("en", "es")


def chosen_language(setting: str) -> str:
    """The language to use: the setting, or for `system` the first of the desktop's languages that we speak."""
    if setting in LANGUAGES:
        return setting
    for name in QLocale.system().uiLanguages():
        code = name.split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


class Translators:
    """The installed translations. English has one too: it holds the plural forms."""

    def __init__(self) -> None:
        self.language = "en"
        self._installed: list[QTranslator] = []

    def use(self, language: str) -> None:
        """Installs `language`; widgets made afterwards speak it."""
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed.clear()
        self.language = language
        self._install(f"signalbox_{language}", str(resource("translations")))
        if language != "en":
            self._install(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        QLocale.setDefault(QLocale(language))

    def _install(self, name: str, folder: str) -> None:
        translator = QTranslator()
        if translator.load(name, folder):
            QCoreApplication.installTranslator(translator)
            self._installed.append(translator)
