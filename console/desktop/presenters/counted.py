"""Counted words: the plural forms the presenters need. A class because lupdate finds plurals in `self.tr` only."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


class CountedWords:
    """Every method takes a count and gives it with its word. Any thread."""

    def tr(self, text: str, disambiguation: str, count: int) -> str:
        return QCoreApplication.translate("CountedWords", text, disambiguation, count)

    def things_need_you(self, count: int) -> str:
        return self.tr("%n things need you", "", count)

    def messages_stopped(self, count: int) -> str:
        return self.tr("%n messages stopped", "", count)

    def patients(self, count: int) -> str:
        return self.tr("%n patients", "", count)

    def waiting(self, count: int) -> str:
        return self.tr("%n waiting", "", count)

    def cases(self, count: int) -> str:
        return self.tr("%n cases", "", count)

    def first_cases(self, count: int) -> str:
        return self.tr("the first %n cases", "", count)

    def senders(self, count: int) -> str:
        return self.tr("%n senders", "", count)

    def kept_out(self, count: int) -> str:
        return self.tr("%n test messages of the harness are kept out", "", count)


counted = CountedWords()
